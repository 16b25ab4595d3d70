"""What a cart comes to: pure arithmetic over `db.money`, the same for a cart and its order.

All amounts are minor units of one currency, all rates millionths. Subtotals, discounts and the
shipping price are in the shop's price basis: with tax where prices include it, else without.
Tax is rounded per line, because lines are what is refunded.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from db.discounts import AmountOff, FreeShipping, PercentOff, Value
from db.money import amount_discount, percent_discount, split, tax_added, tax_included


@dataclass(frozen=True, slots=True)
class Line:
    """Units of one variant at one price."""

    unit_price: int
    quantity: int
    tax_class: str


@dataclass(frozen=True, slots=True)
class Shipping:
    """The shipping method's price, free when the goods after discount reach `free_from`."""

    price: int
    tax_class: str
    free_from: int | None = None


@dataclass(frozen=True, slots=True)
class Tax:
    """The rate, in millionths, that a tax class has where the goods go."""

    name: str
    rate: int


UNTAXED = Tax(name="", rate=0)  # a class without a rate: it pays nothing and makes no tax line


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTotals:
    """What one line, or the shipping, comes to; `total` is what the buyer pays, tax included."""

    subtotal: int
    discount: int
    tax_name: str
    tax_rate: int
    tax: int
    total: int

    @property
    def net(self) -> int:
        """The part of the total that is not tax."""
        return self.total - self.tax


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxLine:
    """One rate: the net amount it applies to, and its tax."""

    name: str
    rate: int
    base: int
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The sums, and the lines they are the sums of, in the order in which they were given."""

    currency: str
    subtotal: int
    discount: int
    shipping: int
    tax: int
    total: int
    tax_lines: tuple[TaxLine, ...]
    lines: tuple[LineTotals, ...]
    shipping_line: LineTotals


def compute(
    lines: Sequence[Line],
    *,
    discount: Value | None,
    shipping: Shipping | None,
    rates: Mapping[str, Tax],
    prices_include_tax: bool,
    currency: str,
) -> Totals:
    """Add up a cart; `rates` holds the tax of each class at its destination.

    >>> cart = [Line(1190, 2, "standard"), Line(535, 1, "reduced")]
    >>> rates = {"standard": Tax("VAT", 190_000), "reduced": Tax("VAT", 70_000)}
    >>> totals = compute(
    ...     cart,
    ...     discount=AmountOff(500),
    ...     shipping=Shipping(490, "standard"),
    ...     rates=rates,
    ...     prices_include_tax=True,
    ...     currency="EUR",
    ... )
    >>> totals.subtotal, totals.discount, totals.shipping, totals.tax, totals.total
    (2915, 500, 490, 422, 2905)
    >>> [(line.discount, line.tax, line.total) for line in totals.lines]
    [(408, 315, 1972), (92, 29, 443)]
    """
    subtotals = [line.unit_price * line.quantity for line in lines]
    subtotal = sum(subtotals)
    reduction = _reduction(discount, subtotal)
    shares = split(reduction, subtotals)
    goods = tuple(
        _settle(whole, share, rates.get(line.tax_class, UNTAXED), prices_include_tax)
        for line, whole, share in zip(lines, subtotals, shares, strict=True)
    )
    price = _shipping_price(shipping, discount, subtotal - reduction)
    shipping_tax = rates.get(shipping.tax_class, UNTAXED) if shipping else UNTAXED
    shipped = _settle(price, 0, shipping_tax, prices_include_tax)
    everything = (*goods, shipped)
    return Totals(
        currency=currency,
        subtotal=subtotal,
        discount=reduction,
        shipping=price,
        tax=sum(line.tax for line in everything),
        total=sum(line.total for line in everything),
        tax_lines=_tax_lines(everything),
        lines=goods,
        shipping_line=shipped,
    )


def _reduction(discount: Value | None, subtotal: int) -> int:
    match discount:
        case PercentOff(rate):
            return percent_discount(subtotal, rate)
        case AmountOff(amount):
            return amount_discount(subtotal, amount)
        case FreeShipping() | None:
            return 0


def _settle(subtotal: int, discount: int, tax: Tax, prices_include_tax: bool) -> LineTotals:
    base = subtotal - discount
    amount = tax_included(base, tax.rate) if prices_include_tax else tax_added(base, tax.rate)
    return LineTotals(
        subtotal=subtotal,
        discount=discount,
        tax_name=tax.name,
        tax_rate=tax.rate,
        tax=amount,
        total=base if prices_include_tax else base + amount,
    )


def _shipping_price(shipping: Shipping | None, discount: Value | None, goods: int) -> int:
    if shipping is None or isinstance(discount, FreeShipping):
        return 0
    is_free = shipping.free_from is not None and goods >= shipping.free_from
    return 0 if is_free else shipping.price


def _tax_lines(lines: Iterable[LineTotals]) -> tuple[TaxLine, ...]:
    """Group by rate and name, the highest rate first; what costs nothing makes no line."""
    groups: defaultdict[tuple[int, str], list[LineTotals]] = defaultdict(list)
    for line in lines:
        if line.tax_name and line.total:
            groups[line.tax_rate, line.tax_name].append(line)
    return tuple(
        TaxLine(
            name=name,
            rate=rate,
            base=sum(line.net for line in group),
            amount=sum(line.tax for line in group),
        )
        for (rate, name), group in sorted(groups.items(), reverse=True)
    )
