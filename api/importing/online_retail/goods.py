"""Codes into products and variants: 85123A and 85123B are one product with two of them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from api.importing.online_retail import categories
from api.importing.online_retail.lines import Line
from db import catalog
from db.seeds.past import Category, Product, Variant

MOST_UNITS_IN_A_CART: Final = 999
_LEAST_SURPLUS: Final = 144
_MONTHS_OF_SURPLUS: Final = 3
_ROOT: Final = re.compile(r"\d{5}(?=[A-Z]*$)")
_WORD_ENDS: Final = ",.*()"
_LEAST_SHARED_WORDS: Final = 2


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SMALL_WORDS: Final = _words("A AND AS AT BY FOR IN NO OF ON OR SET THE TO W WITH")
_COLORS: Final = _words(
    """
    AMBER AMETHYST AND APRICOT AQUA BLACK BLUE BROWN BURGUNDY CHOCOLATE CLEAR COPPER CORAL
    CREAM CRYSTAL DARK DUSTY FUCHSIA FUSCHIA GOLD GREEN GREY IVORY JADE JET LAVENDER LIGHT
    LILAC LIME MAGENTA MAUVE MIDNIGHT MINT MULTI MULTICOLOUR NATURAL NAVY OLIVE ORANGE PALE
    PASTEL PEACH PEARL PINK PURPLE RED ROSE RUBY SILVER SKY TAUPE TEAL TURQ TURQUOISE VIOLET
    WHITE YELLOW
    """
)
_SIZES: Final = _words("EXTRA HUGE JUMBO LARGE LONG MEDIUM MINI SHORT SMALL TALL TINY")


@dataclass(slots=True)
class _Seen:
    """What the lines told of one code so far."""

    title: str
    price: int
    first: datetime
    latest: datetime
    by_month: dict[tuple[int, int], int]

    @property
    def surplus(self) -> int:
        """What is left on the shelf: as much as so many of the best months sold."""
        return max(_LEAST_SURPLUS, _MONTHS_OF_SURPLUS * max(self.by_month.values()))


class Goods:
    """The catalog that grows while sales are read."""

    def __init__(self) -> None:
        self._seen: dict[str, _Seen] = {}

    def see(self, line: Line) -> None:
        """Learn from a sale: the title and the price of the latest one count."""
        seen = self._seen.get(line.code)
        if seen is None:
            seen = _Seen(line.title, line.price, line.at, line.at, defaultdict(int))
            self._seen[line.code] = seen
        elif line.at >= seen.latest:
            seen.title = line.title or seen.title
            seen.price, seen.latest = line.price, line.at
        elif line.at < seen.first:
            seen.first = line.at
        seen.by_month[line.at.year, line.at.month] += min(line.quantity, MOST_UNITS_IN_A_CART)

    def products(self) -> list[Product]:
        """Make the products, in the order of their codes."""
        groups: dict[str, list[str]] = defaultdict(list)
        for code in sorted(self._seen):
            groups[root_of(code)].append(code)
        return [self._product(root, codes) for root, codes in groups.items()]

    def _product(self, root: str, codes: Sequence[str]) -> Product:
        seen = [self._seen[code] for code in codes]
        latest = max(seen, key=lambda one: one.latest)
        titles = [one.title or code for one, code in zip(seen, codes, strict=True)]
        title, options = told_apart(titles, codes, latest.title or root)
        since = min(one.first for one in seen)
        return Product(
            slug=slug_of(title, root),
            title=title,
            since=since,
            variants=[
                Variant(code, name, one.price, since, option, one.surplus)
                for code, name, option, one in zip(codes, titles, options, seen, strict=True)
            ],
            categories=tuple(found.slug for found in categories.of_titles(titles)),
        )


def root_of(code: str) -> str:
    """Name the product that a code belongs to.

    >>> root_of("85123A"), root_of("22423"), root_of("DCGS0076")
    ('85123', '22423', 'DCGS0076')
    """
    match = _ROOT.match(code)
    return match.group() if match else code


def slug_of(title: str, root: str) -> str:
    """Print a title as it stands in an address; the code makes it unique.

    >>> slug_of("WHITE HANGING HEART T-LIGHT HOLDER", "85123")
    'white-hanging-heart-t-light-holder-85123'
    """
    words = catalog.slug_of(title)
    return f"{words}-{root.lower()}" if words else root.lower()


def told_apart(
    titles: Sequence[str], codes: Sequence[str], latest: str
) -> tuple[str, list[tuple[tuple[str, str], ...]]]:
    """Title a product by the words its variants share; the other words are their options.

    >>> told_apart(["PINK BREAKFAST TRAY", "BLUE BREAKFAST TRAY"], ["1A", "1B"], "")
    ('BREAKFAST TRAY', [(('Color', 'PINK'),), (('Color', 'BLUE'),)])
    >>> told_apart(["LUNCH BAG"], ["2"], "LUNCH BAG")
    ('LUNCH BAG', [()])
    """
    if len(titles) == 1:
        return latest, [()]
    shared = _shared_words(titles)
    values = [_without(title, shared) for title in titles]
    title = " ".join(shared)
    if not _says_something(shared):
        title, values = latest, list(titles)
    if "" in values or len(set(values)) < len(values):
        values = list(titles)
    if len(set(values)) < len(values):
        values = [f"{value} ({code})" for value, code in zip(values, codes, strict=True)]
    name = _option_name(values)
    return title, [((name, value),) for value in values]


def category_tree(products: Iterable[Product]) -> list[Category]:
    """Tell the categories that some product is in, and those above them."""
    used = {slug for product in products for slug in product.categories}
    parents = {one.parent for one in categories.TREE if one.slug in used}
    slugs = {one.title: one.slug for one in categories.TREE}
    kept = [one for one in categories.TREE if one.slug in used or one.title in parents]
    return [
        Category(one.slug, one.title, slugs[one.parent] if one.parent else None, position)
        for position, one in enumerate(kept)
    ]


def _shared_words(titles: Sequence[str]) -> list[str]:
    first, *others = (title.split() for title in titles)
    known = [{_bare(word) for word in words} for words in others]
    return [
        word.strip(_WORD_ENDS) for word in first if all(_bare(word) in words for words in known)
    ]


def _without(title: str, shared: Sequence[str]) -> str:
    dropped = {_bare(word) for word in shared}
    kept = (word.strip(_WORD_ENDS) for word in title.split() if _bare(word) not in dropped)
    return " ".join(word for word in kept if word)


def _bare(word: str) -> str:
    return word.strip(_WORD_ENDS).upper()


def _says_something(words: Sequence[str]) -> bool:
    names = [word for word in words if word.isalpha() and _bare(word) not in _SMALL_WORDS]
    return len(names) >= _LEAST_SHARED_WORDS


def _option_name(values: Sequence[str]) -> str:
    words = {word for value in values for word in re.findall(r"[A-Z]+", value.upper())}
    if words and words <= _COLORS:
        return "Color"
    return "Size" if words and words <= _SIZES else "Design"
