"""Invoices into past orders; credit notes into refunds of what was sold before."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from api.importing.online_retail.countries import code_of
from api.importing.online_retail.goods import Goods, category_tree
from api.importing.online_retail.lines import Line, Read, Reason
from db.seeds.past import Customer, Order, Past, Product, Refund, Variant
from db.seeds.past import Line as Sale

TAX_RATE: Final = 200_000
TAX_NAME: Final = "VAT"
LINES_PER_ORDER: Final = 100
_EXAMPLES: Final = 3


@dataclass(slots=True)
class Rejected:
    """The lines that were left out, by reason, with the first few line numbers of each."""

    counts: Counter[Reason] = field(default_factory=Counter)
    examples: dict[Reason, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, reason: Reason, number: int) -> None:
        self.counts[reason] += 1
        if len(self.examples[reason]) < _EXAMPLES:
            self.examples[reason].append(number)


class Ledger:
    """All lines of a file, invoice by invoice, until they can be told as a past."""

    def __init__(self) -> None:
        self.rejected = Rejected()
        self.goods = Goods()
        self._papers: dict[str, list[tuple[int, Line]]] = {}

    def take(self, read: Read) -> None:
        """Add one line of the file, or count it as rejected."""
        line = read.outcome
        if isinstance(line, Reason):
            self.rejected.add(line, read.number)
            return
        paper = self._papers.setdefault(line.invoice, [])
        if paper and paper[0][1].customer != line.customer:
            self.rejected.add(Reason.OTHER_CUSTOMER, read.number)
            return
        paper.append((read.number, line))
        if not line.is_return:
            self.goods.see(line)

    def tell(self) -> Past:
        """Tell what happened, in the order in which it happened."""
        products = self.goods.products()
        telling = _Telling(products, self.rejected)
        for paper in sorted(self._papers.values(), key=lambda lines: lines[0][1].at):
            if paper[0][1].is_return:
                telling.credit(paper)
            else:
                telling.sell(paper)
        return Past(
            categories=category_tree(products),
            products=products,
            customers=list(telling.customers.values()),
            orders=telling.orders,
            tax_rate=TAX_RATE,
            tax_name=TAX_NAME,
        )


class _Telling:
    """Goes through the papers once, oldest first."""

    def __init__(self, products: Iterable[Product], rejected: Rejected) -> None:
        self.variants = {one.sku: one for product in products for one in product.variants}
        self.rejected = rejected
        self.orders: list[Order] = []
        self.customers: dict[str, Customer] = {}
        self._sold: dict[tuple[Customer, Variant], list[tuple[Order, Sale]]] = defaultdict(list)

    def sell(self, paper: Sequence[tuple[int, Line]]) -> None:
        first = paper[0][1]
        customer = self._customer(first)
        for part in range(0, len(paper), LINES_PER_ORDER):
            number = number_of(first.invoice, part // LINES_PER_ORDER)
            order = Order(number, first.at, customer, code_of(first.country), first.country)
            for _, line in paper[part : part + LINES_PER_ORDER]:
                sale = Sale(self.variants[line.code], line.quantity, line.price)
                order.lines.append(sale)
                if customer:
                    self._sold[customer, sale.variant].append((order, sale))
            self.orders.append(order)

    def credit(self, paper: Sequence[tuple[int, Line]]) -> None:
        refunds: dict[str, Refund] = {}
        customer = self._customer(paper[0][1])
        for number, line in paper:
            covered = self._covering_sale(customer, line)
            if isinstance(covered, Reason):
                self.rejected.add(covered, number)
                continue
            order, sale = covered
            refund = refunds.get(order.number)
            if refund is None:
                refund = refunds[order.number] = Refund(line.invoice, line.at)
                order.refunds.append(refund)
            sale.refunded += line.quantity
            refund.amount += line.quantity * line.price
            refund.units[sale] += line.quantity

    def _covering_sale(self, customer: Customer | None, line: Line) -> tuple[Order, Sale] | Reason:
        """Find the sale that came back: the latest with units left, at that price before others."""
        if customer is None:
            return Reason.RETURN_BY_STRANGER
        variant = self.variants.get(line.code)
        sold = self._sold.get((customer, variant), []) if variant else []
        if not sold:
            return Reason.RETURN_WITHOUT_SALE
        covering = [
            (order, sale)
            for order, sale in reversed(sold)
            if sale.quantity - sale.refunded >= line.quantity and sale.unit_price >= line.price
        ]
        at_that_price = (one for one in covering if one[1].unit_price == line.price)
        return next(at_that_price, covering[0] if covering else Reason.RETURN_NOT_COVERED)

    def _customer(self, line: Line) -> Customer | None:
        if line.customer is None:
            return None
        known = self.customers.get(line.customer)
        if known is None:
            known = Customer(
                email=f"customer-{line.customer}@example.com",
                name=f"Customer {line.customer}",
                since=line.at,
                country=code_of(line.country),
                place=line.country,
            )
            self.customers[line.customer] = known
        return known


def number_of(invoice: str, part: int) -> str:
    """Number one of the orders that a long invoice is split into.

    >>> number_of("536365", 0), number_of("536365", 1)
    ('536365', '536365-2')
    """
    return f"{invoice}-{part + 1}" if part else invoice
