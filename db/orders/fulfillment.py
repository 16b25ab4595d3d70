"""Getting goods to the buyer: pack a parcel, ship it, see it arrive; or unpack it again.

Each verb locks the order first and the parcel second, and stock last.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, TypedDict
from uuid import UUID

from db import events, stock
from db.access import Caller, Permission, require
from db.base import execute, fetch
from db.errors import Code, Path, Refusal, Refusals
from db.events import Claim, Outcome, Topic
from db.orders import actions, completion, parts, queries, timeline
from db.orders.actions import OrderAction, Step, advance
from db.orders.models import Fulfillment, FulfillmentStatus, Order, OrderEventKind
from db.orders.parts import OrderLineRow, TrackingFields
from db.stock import Units

MOST_PARCELS: Final = 100
"""Parcels of one order, the cancelled ones too."""


class LineUnits(TypedDict):
    """So many units of an order line."""

    order_line_id: UUID
    quantity: int


async def create_fulfillment(
    *,
    caller: Caller,
    now: datetime,
    order_id: UUID,
    lines: Sequence[LineUnits] | None = None,
    claim: Claim | None = None,
) -> Outcome:
    """Pack a parcel with these units or, without lines, with all that is left.

    :raises Refusal: NOT_FOUND; TOO_MANY parcels.
    :raises Refusals: units that are not there to be packed, each with its path.
    :raises InvalidState: the order is not placed, or nothing of it is left to pack.
    """
    require(caller, Permission.FULFILLMENTS_WRITE)

    async def work() -> Outcome:
        order = await actions.lock(order_id, path=("order_id",))
        standing = await queries.standing(order.id)
        actions.require(OrderAction.FULFILL, standing, caller, is_owner=False, now=now)
        await _leave_room(order)
        bought = (await parts.lines_by_order([order.id]))[0]
        units = _all_that_is_left(bought) if lines is None else _chosen(lines, bought)
        parcel = await Fulfillment.create(order_id=order.id, created_at=now)
        await execute(_PACK, parcel.id, list(units), list(units.values()))
        await completion.touch(order, now=now)
        await _tell(order, parcel, before=None, caller=caller, action="fulfillmentCreate", now=now)
        return _outcome(parcel)

    return await events.once(claim, now, work)


_PACK: Final = """
WITH packed AS (
    SELECT * FROM unnest($2::uuid[], $3::int[]) AS p(order_line_id, quantity)
), held AS (
    INSERT INTO fulfillment_line (fulfillment_id, order_line_id, quantity)
    SELECT $1, order_line_id, quantity FROM packed
)
UPDATE order_line SET fulfilled = fulfilled + packed.quantity
  FROM packed WHERE order_line.id = packed.order_line_id
"""


async def _leave_room(order: Order) -> None:
    if await Fulfillment.filter(order_id=order.id).count() >= MOST_PARCELS:
        raise Refusal(Code.TOO_MANY, f"An order has at most {MOST_PARCELS} fulfillments.")


def _all_that_is_left(bought: Sequence[OrderLineRow]) -> dict[UUID, int]:
    return {line.id: line.to_pack for line in bought if line.to_pack}


def _chosen(lines: Sequence[LineUnits], bought: Sequence[OrderLineRow]) -> dict[UUID, int]:
    """Check the units that were asked for against what is left, all of them at once."""
    left = {line.id: line.to_pack for line in bought}
    units: dict[UUID, int] = {}
    refusals = []
    for index, line in enumerate(lines):
        refusal = _fault_of(line, left, units, ("lines", index))
        if refusal:
            refusals.append(refusal)
        units[line["order_line_id"]] = line["quantity"]
    if refusals:
        raise Refusals(refusals)
    return units


def _fault_of(
    line: LineUnits, left: Mapping[UUID, int], earlier: Mapping[UUID, int], path: Path
) -> Refusal | None:
    line_id, quantity = line["order_line_id"], line["quantity"]
    if line_id not in left:
        return Refusal(Code.NOT_FOUND, "This order has no such line.", (*path, "order_line_id"))
    if line_id in earlier:
        return Refusal(Code.INVALID, "This line is named twice.", (*path, "order_line_id"))
    if not 1 <= quantity <= left[line_id]:
        return Refusal(Code.OUT_OF_RANGE, f"{left[line_id]} are left to pack.", (*path, "quantity"))
    return None


async def ship_fulfillment(
    *,
    caller: Caller,
    now: datetime,
    id: UUID,
    tracking: TrackingFields | None = None,
    claim: Claim | None = None,
) -> Outcome:
    """Send a parcel off: its units are neither on hand nor promised any more.

    :raises Refusal: NOT_FOUND.
    :raises InvalidState: it is not being packed.
    """
    require(caller, Permission.FULFILLMENTS_WRITE)

    async def work() -> Outcome:
        action = "fulfillmentShip"
        order, parcel = await _lock(id)
        before = parcel.status
        advance(parcel, Step.SHIP)
        parcel.tracking, parcel.shipped_at = tracking, now
        await _save(parcel)
        left = await fetch(_SHIP, parcel.id)
        await completion.touch(order, now=now)
        await _tell(order, parcel, before=before, caller=caller, action=action, now=now)
        await completion.complete_if_done(order, caller=caller, action=action, now=now)
        units = [Units(variant_id, quantity) for variant_id, quantity, is_held in left if is_held]
        await stock.ship(units, order_id=order.id, caller=caller, now=now)
        return _outcome(parcel)

    return await events.once(claim, now, work)


_SHIP: Final = """
UPDATE order_line SET shipped = shipped + f.quantity
  FROM fulfillment_line f WHERE f.fulfillment_id = $1 AND f.order_line_id = order_line.id
RETURNING variant_id, f.quantity, track_stock AND variant_id IS NOT NULL
"""


async def deliver_fulfillment(
    *, caller: Caller, now: datetime, id: UUID, claim: Claim | None = None
) -> Outcome:
    """Write down that a parcel has arrived.

    :raises Refusal: NOT_FOUND.
    :raises InvalidState: it is not on its way.
    """
    require(caller, Permission.FULFILLMENTS_WRITE)

    async def work() -> Outcome:
        order, parcel = await _lock(id)
        before = parcel.status
        advance(parcel, Step.DELIVER)
        parcel.delivered_at = now
        await _save(parcel)
        await completion.touch(order, now=now)
        await _tell(
            order, parcel, before=before, caller=caller, action="fulfillmentDeliver", now=now
        )
        return _outcome(parcel)

    return await events.once(claim, now, work)


async def cancel_fulfillment(
    *, caller: Caller, now: datetime, id: UUID, claim: Claim | None = None
) -> Outcome:
    """Unpack a parcel: its units are free to go into another one.

    :raises Refusal: NOT_FOUND.
    :raises InvalidState: it has left, or was unpacked before.
    """
    require(caller, Permission.FULFILLMENTS_WRITE)

    async def work() -> Outcome:
        order, parcel = await _lock(id)
        await completion.touch(order, now=now)
        await _unpack(order, parcel, caller=caller, action="fulfillmentCancel", now=now)
        return _outcome(parcel)

    return await events.once(claim, now, work)


async def unpack_all(order: Order, *, caller: Caller, action: str, now: datetime) -> None:
    """Unpack all that is being packed for a locked order that is called off."""
    packing = Fulfillment.filter(order_id=order.id, status=FulfillmentStatus.PACKING)
    for parcel in await packing.order_by("id").select_for_update(no_key=True):
        await _unpack(order, parcel, caller=caller, action=action, now=now)


async def _unpack(
    order: Order, parcel: Fulfillment, *, caller: Caller, action: str, now: datetime
) -> None:
    before = parcel.status
    advance(parcel, Step.CANCEL)
    await _save(parcel)
    await execute(_UNPACK, parcel.id)
    await _tell(order, parcel, before=before, caller=caller, action=action, now=now)


_UNPACK: Final = """
UPDATE order_line SET fulfilled = fulfilled - f.quantity
  FROM fulfillment_line f WHERE f.fulfillment_id = $1 AND f.order_line_id = order_line.id
"""


async def _lock(id: UUID) -> tuple[Order, Fulfillment]:
    """Lock a parcel's order, and then the parcel."""
    known = await Fulfillment.get_or_none(id=id)
    if known is None:
        raise Refusal(Code.NOT_FOUND, "There is no such fulfillment.", ("id",))
    order = await actions.lock(known.order_id, path=("id",))
    return order, await Fulfillment.filter(id=id).select_for_update(no_key=True).get()


async def _save(parcel: Fulfillment) -> None:
    parcel.version += 1
    await parcel.save(update_fields=("status", "tracking", "shipped_at", "delivered_at", "version"))


_NEWS: Final[Mapping[FulfillmentStatus, tuple[OrderEventKind, str, Topic]]] = {
    FulfillmentStatus.PACKING: (
        OrderEventKind.FULFILLMENT_CREATED,
        "A parcel is being packed.",
        Topic.ORDER_UPDATED,
    ),
    FulfillmentStatus.SHIPPED: (
        OrderEventKind.FULFILLMENT_SHIPPED,
        "A parcel was shipped.",
        Topic.FULFILLMENT_SHIPPED,
    ),
    FulfillmentStatus.DELIVERED: (
        OrderEventKind.FULFILLMENT_DELIVERED,
        "A parcel has arrived.",
        Topic.FULFILLMENT_DELIVERED,
    ),
    FulfillmentStatus.CANCELLED: (
        OrderEventKind.FULFILLMENT_CANCELLED,
        "A parcel was unpacked again.",
        Topic.ORDER_UPDATED,
    ),
}


async def _tell(
    order: Order,
    parcel: Fulfillment,
    *,
    before: FulfillmentStatus | None,
    caller: Caller,
    action: str,
    now: datetime,
) -> None:
    """Tell of a parcel's new state: to the timeline, the outbox and the audit trail."""
    kind, message, topic = _NEWS[parcel.status]
    entry = timeline.Entry(kind, message, {"fulfillmentId": parcel.typeid})
    await timeline.add(order.id, entry, caller=caller, now=now)
    subject = order.typeid if topic is Topic.ORDER_UPDATED else parcel.typeid
    news = completion.news_of(order, fulfillmentId=parcel.typeid, fulfillmentStatus=parcel.status)
    await events.record((topic, subject, news), now=now)
    changes = {"status": [before, parcel.status]}
    await events.audit(caller, action, parcel.typeid, changes, now=now)


def _outcome(parcel: Fulfillment) -> Outcome:
    return Outcome({"fulfillment": str(parcel.id), "order": str(parcel.order_id)})
