"""Rows of money: paid at once, and given back where goods came back."""

from typing import Final

from db.seeds.sheets.book import (
    ACTOR,
    CHARGE,
    LINE,
    PAYMENT,
    REFUND,
    REFUND_OPERATION,
    Book,
    Rows,
    sheet,
)

_GATEWAY: Final = "manual"


@sheet(
    "payment",
    "id order_id gateway status currency amount captured refund_held capture_at_once"
    " reference created_at updated_at",
)
def payments(book: Book) -> Rows:
    for one in book.orders:
        total, held = one.total, sum(refund.amount for refund in one.refunds)
        updated = max([one.at, *(refund.at for refund in one.refunds)])
        yield (
            one.ids[PAYMENT],
            one.ids[0],
            _GATEWAY,
            "CAPTURED",
            book.currency,
            total,
            total,
            held,
            True,
            one.number,
            one.at,
            updated,
        )


@sheet("payment_operation", "id payment_id kind amount status reference created_at settled_at")
def operations(book: Book) -> Rows:
    for one in book.orders:
        payment = one.ids[PAYMENT]
        charge = one.ids[CHARGE]
        yield charge, payment, "AUTHORIZE", one.total, "SUCCEEDED", one.number, one.at, one.at
        for place, refund in enumerate(one.refunds):
            yield (
                one.ids[REFUND_OPERATION + place],
                payment,
                "REFUND",
                refund.amount,
                "SUCCEEDED",
                refund.name,
                refund.at,
                refund.at,
            )


@sheet(
    "refund",
    "id order_id payment_id operation_id amount status reason note actor_kind"
    " actor_id actor_label created_at settled_at",
)
def refunds(book: Book) -> Rows:
    for one in book.orders:
        for place, refund in enumerate(one.refunds):
            yield (
                one.ids[REFUND + place],
                one.ids[0],
                one.ids[PAYMENT],
                one.ids[REFUND_OPERATION + place],
                refund.amount,
                "SUCCEEDED",
                "RETURNED",
                f"Credit note {refund.name}",
                *ACTOR,
                refund.at,
                refund.at,
            )


@sheet("refund_line", "refund_id order_line_id quantity")
def refund_lines(book: Book) -> Rows:
    for one in book.orders:
        if one.refunds:
            places = {line: place for place, line in enumerate(one.lines)}
            for place, refund in enumerate(one.refunds):
                for line, units in refund.units.items():
                    yield one.ids[REFUND + place], one.ids[LINE + places[line]], units
