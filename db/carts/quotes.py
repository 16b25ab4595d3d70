"""What a quote says: lines at today's price, their sums, and what is still wrong."""

from dataclasses import dataclass
from uuid import UUID

from db.carts.totals import Totals
from db.discounts import DiscountRow
from db.errors import Code
from db.shop import ShippingMethodRow, ShopRow


@dataclass(frozen=True, slots=True)
class Goods:
    """A variant as it is sold at this moment. The price is in minor units."""

    variant_id: UUID
    product_id: UUID
    sku: str
    title: str
    options: list[dict[str, str]]
    price: int
    tax_class: str
    track_stock: bool
    available: int
    is_for_sale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteLine:
    """A line at today's price. Amounts are minor units of ``currency``, ``tax_rate`` is millionths.

    ``available`` is how many can be had, and means nothing where stock is not tracked.
    """

    variant_id: UUID
    product_id: UUID
    sku: str
    title: str
    options: list[dict[str, str]]
    quantity: int
    currency: str
    unit_price: int
    tax_name: str
    tax_rate: int
    subtotal: int
    discount: int
    tax: int
    total: int
    track_stock: bool
    available: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that stands between a cart and an order."""

    code: Code
    message: str
    variant_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The price of lines with these details. Without problems, it may become an order.

    ``shipping_method`` is the chosen one; its price is counted where it is among the available.
    ``discount`` is what the code stands for, where it takes something off.
    """

    shop: ShopRow
    currency: str
    prices_include_tax: bool
    lines: tuple[QuoteLine, ...]
    totals: Totals
    discount: DiscountRow | None
    shipping_method: ShippingMethodRow | None
    available_shipping_methods: tuple[ShippingMethodRow, ...]
    problems: tuple[Problem, ...]
