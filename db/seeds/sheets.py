"""A past as rows: for each table its columns, and the rows that are copied into it.

An order of the past was paid at once and shipped at once. Its rows take their ids from one row of
numbers, so that no sheet has to remember what another one made up.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from db.access import ActorKind
from db.money import tax_included
from db.seeds.past import Customer, Ids, Line, Order, Past, Variant

Rows = Iterator[tuple[Any, ...]]

# The places of an order's rows in its ids. An order has at most 100 lines and 100 refunds.
_PAYMENT: Final = 1
_CHARGE: Final = 2
_FULFILLMENT: Final = 3
_EVENT: Final = 10
_LINE: Final = 1_000
_MOVEMENT: Final = 2_000
_REFUND: Final = 3_000
_REFUND_OPERATION: Final = 4_000
_REFUND_EVENT: Final = 5_000

_ACTOR: Final = (ActorKind.SYSTEM.value, None, "system.import")
_GATEWAY: Final = "manual"
_UNKNOWN: Final = "not recorded"
_OPENING: Final = timedelta(hours=1)
_KEPT: Final = timedelta(days=3_653)
"""Names are kept for ten years from the day they were told to us."""
_STORY: Final = (
    ("CREATED", "Order created"),
    ("PAYMENT_CAPTURED", "Payment captured"),
    ("PLACED", "Order placed"),
    ("FULFILLMENT_SHIPPED", "Order shipped"),
    ("COMPLETED", "Order completed"),
)


class Sheet(NamedTuple):
    """The rows of one table."""

    table: str
    columns: str
    rows: Callable[[], Rows]


class Book:
    """All sheets of a past, in the order in which they can be written."""

    def __init__(
        self, past: Past, currency: str, *, known: Mapping[str, UUID], now: datetime
    ) -> None:
        """``known`` are the emails that have an account already, in lower case."""
        self.erase_after = now + _KEPT
        self.past = past
        self.currency = currency
        self.known = known
        self.orders = sorted(past.orders, key=lambda order: order.ids.first)
        self.options = {
            variant: json.dumps(_pairs(variant.options))
            for product in past.products
            for variant in product.variants
        }
        self.taxed = {order: [self._tax(line) for line in order.lines] for order in self.orders}

    def sheets(self) -> Sequence[Sheet]:
        return (
            Sheet("category", "id slug title parent_id position", self._categories),
            Sheet(
                "product",
                "id slug title description status published_at attributes price_min price_max"
                " created_at updated_at",
                self._products,
            ),
            Sheet("product_category", "product_id category_id", self._product_categories),
            Sheet(
                "variant",
                "id product_id sku title options price position created_at",
                self._variants,
            ),
            Sheet(
                "users",
                "id email email_verified password_hash name created_at",
                self._customers,
            ),
            Sheet(
                "address",
                "id user_id name line1 city country_code is_default created_at",
                self._addresses,
            ),
            Sheet(
                "orders",
                "id number status user_id currency prices_include_tax subtotal tax total tax_lines"
                " created_at placed_at completed_at updated_at version",
                self._orders,
            ),
            Sheet(
                "order_private", "order_id email shipping_address billing_address", self._private
            ),
            Sheet(
                "order_line",
                "id order_id position variant_id sku title options quantity fulfilled shipped"
                " refunded unit_price subtotal tax_name tax_rate tax total",
                self._lines,
            ),
            Sheet(
                "order_event",
                "id order_id kind visibility message actor_kind actor_id actor_label created_at",
                self._events,
            ),
            Sheet(
                "payment",
                "id order_id gateway status currency amount captured refund_held capture_at_once"
                " reference created_at updated_at",
                self._payments,
            ),
            Sheet(
                "payment_operation",
                "id payment_id kind amount status reference created_at settled_at",
                self._operations,
            ),
            Sheet("fulfillment", "id order_id status created_at shipped_at", self._fulfillments),
            Sheet("fulfillment_line", "fulfillment_id order_line_id quantity", self._parcel_lines),
            Sheet(
                "refund",
                "id order_id payment_id operation_id amount status reason note actor_kind actor_id"
                " actor_label created_at settled_at",
                self._refunds,
            ),
            Sheet("refund_line", "refund_id order_line_id quantity", self._refund_lines),
            Sheet(
                "stock_movement",
                "id variant_id kind reason on_hand_delta reserved_delta on_hand reserved order_id"
                " actor_kind actor_id actor_label created_at",
                self._movements,
            ),
        )

    def size(self) -> int:
        """Count the rows of all sheets."""
        past = self.past
        variants = sum(len(product.variants) for product in past.products)
        placings = sum(len(product.categories) for product in past.products)
        lines = sum(len(order.lines) for order in self.orders)
        refunds = [refund for order in self.orders for refund in order.refunds]
        people = list(self._new_customers())
        return (
            len(past.categories)
            + len(past.products)
            + placings
            + 2 * variants
            + len(people)
            + sum(1 for one in people if one.country)
            + (5 + len(_STORY)) * len(self.orders)
            + 3 * lines
            + 3 * len(refunds)
            + sum(len(refund.units) for refund in refunds)
        )

    def user_of(self, customer: Customer) -> UUID:
        return self.known.get(customer.email.lower(), customer.id)

    # ------------------------------------------------------------------------------ catalog

    def _categories(self) -> Rows:
        ids = self._category_ids()
        for one in self.past.categories:
            parent = ids[one.parent] if one.parent else None
            yield ids[one.slug], one.slug, one.title, parent, one.position

    def _category_ids(self) -> dict[str, UUID]:
        opened = min((product.since for product in self.past.products), default=None)
        if opened is None:
            return {}
        return {one.slug: Ids("category", one.slug, opened)[0] for one in self.past.categories}

    def _products(self) -> Rows:
        for one in self.past.products:
            prices = [variant.price for variant in one.variants]
            yield (
                one.id,
                one.slug,
                one.title,
                one.description,
                "PUBLISHED",
                one.since,
                json.dumps(_pairs(one.attributes)),
                min(prices),
                max(prices),
                one.since,
                one.since,
            )

    def _product_categories(self) -> Rows:
        ids = self._category_ids()
        for product in self.past.products:
            for slug in product.categories:
                yield product.id, ids[slug]

    def _variants(self) -> Rows:
        for product in self.past.products:
            for position, one in enumerate(product.variants):
                yield (
                    one.id,
                    product.id,
                    one.sku,
                    one.title,
                    self.options[one],
                    one.price,
                    position,
                    one.since,
                )

    # ------------------------------------------------------------------------------- people

    def _new_customers(self) -> Iterator[Customer]:
        return (one for one in self.past.customers if one.email.lower() not in self.known)

    def _customers(self) -> Rows:
        for one in self._new_customers():
            yield one.id, one.email, True, one.password_hash, one.name, one.since

    def _addresses(self) -> Rows:
        for one in self._new_customers():
            if one.country:
                address_id = Ids("address", one.email, one.since)[0]
                yield (
                    address_id,
                    one.id,
                    one.name,
                    _UNKNOWN,
                    one.place or _UNKNOWN,
                    one.country,
                    True,
                    one.since,
                )

    # ------------------------------------------------------------------------------- orders

    def _orders(self) -> Rows:
        for one in self.orders:
            total, tax = one.total, sum(self.taxed[one])
            refunded_at = [refund.at for refund in one.refunds]
            yield (
                one.ids[0],
                one.number,
                "COMPLETED",
                self.user_of(one.customer) if one.customer else None,
                self.currency,
                True,
                total,
                tax,
                total,
                self._tax_lines(total, tax),
                one.at,
                one.at,
                one.at,
                max([one.at, *refunded_at]),
                1 + len(refunded_at),
            )

    def _tax(self, line: Line) -> int:
        return tax_included(line.total, self.past.tax_rate)

    def _tax_lines(self, total: int, tax: int) -> str:
        rate = {"name": self.past.tax_name, "rate": self.past.tax_rate}
        return json.dumps([{**rate, "base": total - tax, "amount": tax}])

    def _private(self) -> Rows:
        for one in self.orders:
            email = one.customer.email if one.customer else None
            address = _address(one)
            yield one.ids[0], email, address, address, self.erase_after

    def _lines(self) -> Rows:
        name, rate = self.past.tax_name, self.past.tax_rate
        for order in self.orders:
            order_id = order.ids[0]
            taxes = self.taxed[order]
            for position, line in enumerate(order.lines):
                variant, units, total = line.variant, line.quantity, line.total
                yield (
                    order.ids[_LINE + position],
                    order_id,
                    position,
                    variant.id,
                    variant.sku,
                    variant.title,
                    self.options[variant],
                    units,
                    units,
                    units,
                    line.refunded,
                    line.unit_price,
                    total,
                    name,
                    rate,
                    taxes[position],
                    total,
                )

    def _events(self) -> Rows:
        for one in self.orders:
            for place, (kind, message) in enumerate(_STORY):
                yield self._event(one, _EVENT + place, kind, message, one.at)
            for place, refund in enumerate(one.refunds):
                message = f"Refund for credit note {refund.name}"
                yield self._event(
                    one, _REFUND_EVENT + place, "REFUND_SUCCEEDED", message, refund.at
                )

    def _event(
        self, order: Order, place: int, kind: str, message: str, at: datetime
    ) -> tuple[Any, ...]:
        return order.ids[place], order.ids[0], kind, "CUSTOMER", message, *_ACTOR, at

    # -------------------------------------------------------------------------------- money

    def _payments(self) -> Rows:
        for one in self.orders:
            total, held = one.total, sum(refund.amount for refund in one.refunds)
            updated = max([one.at, *(refund.at for refund in one.refunds)])
            yield (
                one.ids[_PAYMENT],
                one.ids[0],
                _GATEWAY,
                "CAPTURED",
                self.currency,
                total,
                total,
                held,
                True,
                one.number,
                one.at,
                updated,
            )

    def _operations(self) -> Rows:
        for one in self.orders:
            payment = one.ids[_PAYMENT]
            charge = one.ids[_CHARGE]
            yield charge, payment, "AUTHORIZE", one.total, "SUCCEEDED", one.number, one.at, one.at
            for place, refund in enumerate(one.refunds):
                yield (
                    one.ids[_REFUND_OPERATION + place],
                    payment,
                    "REFUND",
                    refund.amount,
                    "SUCCEEDED",
                    refund.name,
                    refund.at,
                    refund.at,
                )

    def _refunds(self) -> Rows:
        for one in self.orders:
            for place, refund in enumerate(one.refunds):
                yield (
                    one.ids[_REFUND + place],
                    one.ids[0],
                    one.ids[_PAYMENT],
                    one.ids[_REFUND_OPERATION + place],
                    refund.amount,
                    "SUCCEEDED",
                    "RETURNED",
                    f"Credit note {refund.name}",
                    *_ACTOR,
                    refund.at,
                    refund.at,
                )

    def _refund_lines(self) -> Rows:
        for one in self.orders:
            if one.refunds:
                places = {line: place for place, line in enumerate(one.lines)}
                for place, refund in enumerate(one.refunds):
                    for line, units in refund.units.items():
                        yield one.ids[_REFUND + place], one.ids[_LINE + places[line]], units

    # -------------------------------------------------------------------------------- goods

    def _fulfillments(self) -> Rows:
        for one in self.orders:
            yield one.ids[_FULFILLMENT], one.ids[0], "SHIPPED", one.at, one.at

    def _parcel_lines(self) -> Rows:
        for one in self.orders:
            parcel = one.ids[_FULFILLMENT]
            for place, line in enumerate(one.lines):
                yield parcel, one.ids[_LINE + place], line.quantity

    def _movements(self) -> Rows:
        left = self._opening()
        for variant, units in left.items():
            yield from self._opened(variant, units)
        for order in self.orders:
            order_id, at = order.ids[0], order.at
            for place, line in enumerate(order.lines):
                variant, units = line.variant, line.quantity
                left[variant] -= units
                yield (
                    order.ids[_MOVEMENT + place],
                    variant.id,
                    "SHIP",
                    None,
                    -units,
                    0,
                    left[variant],
                    0,
                    order_id,
                    *_ACTOR,
                    at,
                )

    def _opening(self) -> dict[Variant, int]:
        """Count what the shop must have had to sell what it sold, and have its surplus left."""
        needed = defaultdict[Variant, int](int)
        for order in self.orders:
            for line in order.lines:
                needed[line.variant] += line.quantity
        return {
            variant: variant.surplus + needed[variant]
            for product in self.past.products
            for variant in product.variants
        }

    def _opened(self, variant: Variant, units: int) -> Rows:
        if units:
            at = variant.since - _OPENING
            movement = Ids("opening", variant.sku, at)[0]
            yield movement, variant.id, "ADJUST", "RECEIVED", units, 0, units, 0, None, *_ACTOR, at


def _pairs(options: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in options]


def _address(order: Order) -> str | None:
    if order.country is None:
        return None
    name = order.customer.name if order.customer else "Guest"
    return json.dumps(
        {
            "name": name,
            "line1": _UNKNOWN,
            "city": order.place or _UNKNOWN,
            "country_code": order.country,
        }
    )
