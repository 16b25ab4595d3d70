"""Which units of an order can be given back, and what is given for them: pure arithmetic."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Required, TypedDict
from uuid import UUID

from db.errors import Code, Path, Refusal, Refusals
from db.money import refund_share
from db.orders.models import RefundReason
from db.orders.parts import OrderLineRow


class ReturnFields(TypedDict, total=False):
    """So many units of an order line, given back. ``restock``: what left is on the shelf again."""

    order_line_id: Required[UUID]
    quantity: Required[int]
    restock: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """Units of a line that are given back: some that never left, and some that did."""

    line: OrderLineRow
    unshipped: int
    shipped: int
    restocked: bool

    @property
    def quantity(self) -> int:
        return self.unshipped + self.shipped

    @property
    def worth(self) -> int:
        """The share of what was paid for the line; all shares of a line add up to it exactly."""
        line = self.line
        return refund_share(line.total, line.quantity, line.refunded, self.quantity)


_ABOUT_SHIPPED_UNITS: Final = {
    RefundReason.RETURNED,
    RefundReason.DAMAGED,
    RefundReason.NOT_DELIVERED,
}
"""Reasons that speak of goods which have left."""


def chosen(
    asked: Sequence[ReturnFields],
    bought: Sequence[OrderLineRow],
    *,
    reason: RefundReason,
    path: Path,
) -> list[Return]:
    """Find the units that are meant, of the lines that were bought.

    Of a line that was shipped in part, units that left are taken first where they are put back on
    the shelf, or the reason speaks of them; else those that never left. Units in a parcel that is
    being packed are neither: the parcel comes first.

    :raises Refusals: units that are not there to be given back, each with its place.
    """
    lines = {line.id: line for line in bought}
    refusals = []
    found: dict[UUID, Return] = {}
    for index, each in enumerate(asked):
        refusal = _fault_of(each, lines.get(each["order_line_id"]), found, (*path, index))
        if refusal:
            refusals.append(refusal)
        else:
            line = lines[each["order_line_id"]]
            found[line.id] = _taken(line, each, reason)
    if refusals:
        raise Refusals(refusals)
    return list(found.values())


def _fault_of(
    asked: ReturnFields, line: OrderLineRow | None, earlier: Collection[UUID], path: Path
) -> Refusal | None:
    if line is None:
        return Refusal(Code.NOT_FOUND, "This order has no such line.", (*path, "order_line_id"))
    if line.id in earlier:
        return Refusal(Code.INVALID, "This line is named twice.", (*path, "order_line_id"))
    left, packed = line.to_pack + line.kept, line.fulfilled - line.shipped
    if not 1 <= asked["quantity"] <= left:
        also = f"; {packed} more are being packed" if packed else ""
        message = f"{left} can be given back{also}."
        return Refusal(Code.OUT_OF_RANGE, message, (*path, "quantity"))
    return None


def _taken(line: OrderLineRow, asked: ReturnFields, reason: RefundReason) -> Return:
    quantity, restock = asked["quantity"], asked.get("restock", False)
    if restock or reason in _ABOUT_SHIPPED_UNITS:
        shipped = min(quantity, line.kept)
    else:
        shipped = quantity - min(quantity, line.to_pack)
    return Return(
        line=line,
        unshipped=quantity - shipped,
        shipped=shipped,
        restocked=restock and shipped > 0 and line.stocked is not None,
    )
