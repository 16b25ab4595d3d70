"""The data that figures are measured on: the same at each run, and the same shape for every engine.

1,000 products of 3 variants, 2,000 customers, 10,000 orders of 3 lines; customers 1 to 100 have
20 orders each.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from db.seeds.filling import Opening, Shipping
from db.seeds.past import Category, Customer, Line, Order, Past, Product, Variant

PRODUCTS: Final = 1_000
SIZES: Final = ("Small", "Medium", "Large")
CUSTOMERS: Final = 2_000
ORDERS: Final = 10_000
LINES: Final = 3
REGULARS: Final = 100
ORDERS_OF_A_REGULAR: Final = 20
CATEGORIES: Final = 20

OPENING: Final = Opening(
    name="Bench",
    currency="GBP",
    time_zone="Europe/London",
    home="GB",
    countries=("GB", "IE", "FR", "DE"),
    shipping=(Shipping("Free", 0), Shipping("Express", 495)),
)
_SEED: Final = 2_026
_FIRST_NUMBER: Final = 100_001
_OPENED: Final = datetime(2026, 1, 1, tzinfo=UTC)
_BETWEEN_ORDERS: Final = timedelta(minutes=30)
_ON_THE_SHELF: Final = 1_000_000
_TAX_RATE: Final = 200_000
_ADJECTIVES: Final = ("Plain", "Striped", "Woven", "Painted", "Folding", "Round", "Tall", "Enamel")
_NOUNS: Final = ("Mug", "Lantern", "Basket", "Cushion", "Clock", "Tray", "Vase", "Notebook", "Bag")


def past() -> Past:
    """Make up the bench's past."""
    random = Random(_SEED)  # noqa: S311 - figures, not secrets
    categories = [
        Category(f"category-{number}", f"Category {number}", None, number)
        for number in range(1, CATEGORIES + 1)
    ]
    products = [_product(number, random) for number in range(1, PRODUCTS + 1)]
    customers = [
        Customer(f"customer-{number}@example.com", f"Customer {number}", _OPENED, "GB", "London")
        for number in range(1, CUSTOMERS + 1)
    ]
    variants = [variant for product in products for variant in product.variants]
    orders = [
        _order(place, customer, variants, random)
        for place, customer in enumerate(_buyers(customers, random))
    ]
    return Past(categories, products, customers, orders, _TAX_RATE, "VAT")


def _product(number: int, random: Random) -> Product:
    title = f"{random.choice(_ADJECTIVES)} {random.choice(_NOUNS)} {number}"
    price = random.randrange(250, 10_000)
    since = _OPENED + timedelta(minutes=number)
    return Product(
        slug=f"product-{number}",
        title=title,
        since=since,
        variants=[
            Variant(
                f"SKU-{number}-{size[0]}",
                f"{title}, {size.lower()}",
                price + step * 100,
                since,
                (("Size", size),),
                _ON_THE_SHELF,
            )
            for step, size in enumerate(SIZES)
        ],
        categories=(f"category-{number % CATEGORIES + 1}",),
        description=f"The {title.lower()}, made to be measured.",
        attributes=(("Material", random.choice(("Oak", "Steel", "Linen", "Glass"))),),
    )


def _buyers(customers: list[Customer], random: Random) -> Iterator[Customer]:
    """Name the buyer of each order: regulars exactly so many times, the others by chance."""
    buyers = customers[:REGULARS] * ORDERS_OF_A_REGULAR
    buyers += random.choices(customers[REGULARS:], k=ORDERS - len(buyers))
    random.shuffle(buyers)
    return iter(buyers)


def _order(place: int, customer: Customer, variants: list[Variant], random: Random) -> Order:
    return Order(
        number=str(_FIRST_NUMBER + place),
        at=_OPENED + timedelta(days=1) + place * _BETWEEN_ORDERS,
        customer=customer,
        country="GB",
        place="London",
        lines=[
            Line(variant, random.randint(1, 5), variant.price)
            for variant in random.sample(variants, LINES)
        ],
    )
