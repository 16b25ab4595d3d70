"""Categories for goods that come without any: read off the words of their titles.

The table is the whole rule. A product is in every category that one of its words belongs to, at
most :data:`MOST`, in the table's order; what nothing claims is in :data:`OTHER`.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from db import catalog

MOST: Final = 3
_WORD: Final = re.compile(r"[A-Z]+(?:-[A-Z]+)?")


class Category(NamedTuple):
    """A place in the tree; ``words`` are those that put a product there."""

    title: str
    parent: str | None = None
    words: str = ""

    @property
    def slug(self) -> str:
        """Print the title as it stands in an address.

        >>> Category("Cards & Wrap").slug
        'cards-and-wrap'
        """
        return catalog.slug_of(self.title.replace("&", "and"))


OTHER: Final = Category("Curiosities")

TREE: Final = (
    Category("Seasonal"),
    Category(
        "Christmas",
        "Seasonal",
        """
        CHRISTMAS XMAS ADVENT SANTA REINDEER SNOWMAN SNOWFLAKE BAUBLE BAUBLES NOEL ROBIN
        STOCKING SNOWY SLEIGH NATIVITY CRACKERS GLITTER
        """,
    ),
    Category(
        "Easter",
        "Seasonal",
        """
        EASTER EGG EGGS CHICK CHICKS BUNNY HEN
        """,
    ),
    Category(
        "Party",
        "Seasonal",
        """
        PARTY BIRTHDAY BUNTING GARLAND BALLOON BALLOONS CONFETTI STREAMER STREAMERS PINATA
        DISCO CELEBRATION WEDDING INVITES BANNER FAN FANS SPARKLERS DOILY DOILIES DOILEY
        HONEYCOMB
        """,
    ),
    Category("Kitchen & Dining"),
    Category(
        "Tea & Coffee",
        "Kitchen & Dining",
        """
        MUG MUGS CUP CUPS TEA TEAPOT TEACUP COFFEE SAUCER SAUCERS COSY CREAMER ESPRESSO
        COASTER COASTERS JUG MILK SUGAR
        """,
    ),
    Category(
        "Baking",
        "Kitchen & Dining",
        """
        CAKE CAKES CAKESTAND CAKESTANDS BAKING CUTTER CUTTERS MUFFIN ROLLING JELLY RECIPE
        SCALES MEASURING MIXING CUPCAKE PETIT GINGERBREAD BISCUIT WHISK SPATULA SPATULAS
        COOKIE PANCAKE
        """,
    ),
    Category(
        "Tableware",
        "Kitchen & Dining",
        """
        PLATE PLATES BOWL BOWLS DISH CUTLERY NAPKIN NAPKINS TRAY PLATTER GLASSES TUMBLER TABLE
        PLACEMAT PLACEMATS TABLECLOTH GOBLET GOBLETS SPOON SPOONS FORK DINNER STRAWS RUNNER
        EGGCUP CONDIMENT DECANTER CHOPPING FRYING BEAKER BEAKERS
        """,
    ),
    Category(
        "Jars, Tins & Bottles",
        "Kitchen & Dining",
        """
        JAR JARS TIN TINS BOTTLE BOTTLES JAM BREAD CANISTER PANTRY FLASK CRATE
        """,
    ),
    Category(
        "Kitchen Linen",
        "Kitchen & Dining",
        """
        APRON TOWEL TOWELS OVEN GLOVE GLOVES KITCHEN POTHOLDER PEG PEGS WASHING DUSTER
        """,
    ),
    Category("Candles & Light"),
    Category(
        "Candles & Incense",
        "Candles & Light",
        """
        CANDLE CANDLES INCENSE CANDLEHOLDER CANDELABRA CANDLESTICK SCENTED SCENT CONES WICK
        VOTIVE
        """,
    ),
    Category(
        "Lanterns & T-Lights",
        "Candles & Light",
        """
        T-LIGHT T-LIGHTS TLIGHT TLIGHTS LANTERN LANTERNS LAMP LAMPSHADE CHANDELIER LIGHT
        LIGHTS TORCH TORCHES LED FAIRY
        """,
    ),
    Category("Home"),
    Category(
        "Clocks, Frames & Mirrors",
        "Home",
        """
        CLOCK CLOCKS FRAME FRAMES PHOTOFRAME MIRROR MIRRORS PHOTO PICTURE CANVAS ALBUM SCREEN
        """,
    ),
    Category(
        "Signs & Letters",
        "Home",
        """
        SIGN SIGNS LETTER LETTERS ALPHABET NUMBER TILE PLAQUE BLACKBOARD CHALKBOARD MEMO
        NOTICEBOARD MEMOBOARD
        """,
    ),
    Category(
        "Hooks & Handles",
        "Home",
        """
        HOOK HOOKS HANGER HANGERS KNOB KNOBS DOORKNOB RACK DOORMAT DOORSTOP DOOR BELL BELLS
        HINGE
        """,
    ),
    Category(
        "Cushions & Throws",
        "Home",
        """
        CUSHION CUSHIONS THROW QUILT BLANKET FILLER PILLOW RUG CURTAIN BEDSPREAD BEANBAG STOOL
        WARMER
        """,
    ),
    Category(
        "Storage",
        "Home",
        """
        BOX BOXES STORAGE BASKET BASKETS CABINET DRAWER DRAWERS TIDY SHELF ORGANISER CHEST
        TRINKET BIN SUITCASE SUITCASES CASE
        """,
    ),
    Category(
        "Decorations",
        "Home",
        """
        DECORATION DECORATIONS HANGING ORNAMENT ORNAMENTS WREATH HEART HEARTS VASE FLOWER
        FLOWERS DECORATIVE MOBILE CHIME WINDMILL STAR STARS BIRD BIRDS BIRDCAGE CHERUB ANGEL
        BUDDHA STATUE FIGURE ART PAPERWEIGHT BUTTERFLY BUTTERFLIES FEATHER FEATHERS CHARM
        MAGNET MAGNETS
        """,
    ),
    Category(
        "Garden",
        "Home",
        """
        GARDEN GARDENING PLANT PLANTER PLANTERS POT POTS WATERING PARASOL SEEDS SEED HERB
        THERMOMETER TROWEL SECATEURS FENCE BUCKET GREENHOUSE BIRDHOUSE FEEDER GNOME KNEELING
        PICNIC HAMMOCK
        """,
    ),
    Category(
        "Bathroom & Wellbeing",
        "Home",
        """
        BATH BATHROOM SOAP SPONGE SPA TOOTHBRUSH BALM MANICURE HOT-WATER WASHBAG TOILET
        TISSUES MASSAGE PLASTERS LIPSTICK COSMETIC SEWING
        """,
    ),
    Category("Bags & Jewelry"),
    Category(
        "Bags & Purses",
        "Bags & Jewelry",
        """
        BAG BAGS PURSE PURSES HANDBAG SHOPPER WALLET RUCKSACK BACKPACK SATCHEL LUGGAGE
        PASSPORT TRAVEL POUCH TOTE HOLDALL
        """,
    ),
    Category(
        "Jewelry",
        "Bags & Jewelry",
        """
        NECKLACE NECKLACES NECKL BRACELET BRACELETS BANGLE BANGLES EARRING EARRINGS RING RINGS
        BROOCH PENDANT LARIAT CHOKER TIARA ANKLET BEADS
        """,
    ),
    Category(
        "Scarves & Umbrellas",
        "Bags & Jewelry",
        """
        SCARF SHAWL UMBRELLA UMBRELLAS HAT HATS SLIPPERS SLIPPER HAIR HAIRCLIP HAIRBAND
        KEYRING KEY-RING KEY RAINCOAT RAIN PONCHO PONCHOS SUNGLASSES MITTENS SOCKS SOCK
        """,
    ),
    Category("Cards & Stationery"),
    Category(
        "Cards & Wrap",
        "Cards & Stationery",
        """
        CARD CARDS WRAP WRAPPING GIFTWRAP RIBBON RIBBONS TAG TAGS GIFT TISSUE BOW TWINE
        POSTCARD
        """,
    ),
    Category(
        "Paper & Pens",
        "Cards & Stationery",
        """
        NOTEBOOK NOTEBOOKS PEN PENS PENCIL PENCILS PAPER BOOK BOOKS STICKER STICKERS
        STATIONERY ERASER SKETCHBOOK ERASERS RUBBER CALENDAR DIARY CALCULATOR TAPE JOURNAL
        SHARPENER RULER NOTELETS CHALK CRAYONS STAMP STAMPS WRITING ENVELOPE BOOKCOVER CLIPS
        PAD
        """,
    ),
    Category("Toys & Children"),
    Category(
        "Toys & Games",
        "Toys & Children",
        """
        TOY TOYS GAME GAMES PUZZLE PUZZLES JIGSAW DOLL DOLLS DOLLY SKITTLES DOMINOES LUDO BALL
        BALLS MARBLES SPINNING SKIPPING YOYO PLAYING SOLDIER SOLDIERS PUPPET PUPPETS HARMONICA
        ROCKET KITE HELICOPTER FLYING BUBBLES TRAIN CRANES BLOCK BLOCKS TEDDY SNAP ROCKING
        MAGIC SLATE DINOSAUR DINOSAURS CIRCUS
        """,
    ),
    Category(
        "Crafts",
        "Toys & Children",
        """
        CRAFT FELTCRAFT KIT KNITTING PAINT SEWING PATCHES PATCH FELT BUTTON BUTTONS WOOL
        CROCHET EMBROIDERY MAKE-UP COLOURING
        """,
    ),
    Category(
        "Children's Room",
        "Toys & Children",
        """
        CHILDREN CHILDRENS CHILDS CHILD KIDS BABY NURSERY SPACEBOY DOLLYGIRL LUNCH BIB GIRL
        BOY GIRLS BOYS SCHOOL POPPY'S PLAYHOUSE BABUSHKA
        """,
    ),
    OTHER,
)


def _by_word() -> dict[str, list[Category]]:
    claims: dict[str, list[Category]] = {}
    for category in TREE:
        for word in category.words.split():
            claims.setdefault(word, []).append(category)
    return claims


_BY_WORD: Final = _by_word()


def of_titles(titles: Sequence[str]) -> list[Category]:
    """Find the categories of a product by the titles of its variants.

    >>> [category.title for category in of_titles(["RED RETROSPOT MUG"])]
    ['Tea & Coffee']
    >>> [category.title for category in of_titles(["SMALL TRINKET BOX", "COLUMBIAN RING"])]
    ['Storage', 'Jewelry']
    >>> of_titles(["ECONOMY COLUMBIA"]) == [OTHER]
    True
    """
    words = {word for title in titles for word in _WORD.findall(title.upper())}
    found = {category for word in words for category in _BY_WORD.get(word, ())}
    return [category for category in TREE if category in found][:MOST] or [OTHER]
