"""New products and variants that come with stock: made together, or not at all."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from db import catalog, ids
from db.access import Caller
from db.base import fetch
from db.catalog import ProductFields, Variant, VariantFields
from db.errors import Code, Path, Refusal, Refusals
from db.events import Claim, Outcome, audit_each, once
from db.stock.counting import LARGEST_ON_HAND
from db.stock.models import StockMovementKind, StockReason
from db.stock.movements import Movement, book


class NewVariantFields(VariantFields, total=False):
    """The fields of a variant, and how many of it there are from the start."""

    initial_on_hand: int | None


async def create_product(
    *,
    caller: Caller,
    now: datetime,
    fields: ProductFields,
    variants: Sequence[NewVariantFields],
    claim: Claim | None = None,
) -> Outcome:
    """Make a product with its variants and their opening stock; the outcome's id is ``product``.

    :raises Refusals: see :func:`db.catalog.add_product`; an opening stock that cannot be.
    """
    places: list[Path] = [("variants", index) for index in range(len(variants))]
    _check(variants, places)

    async def work() -> Outcome:
        product_id, variant_ids = await catalog.add_product(
            caller=caller, now=now, fields=fields, variants=[_of_catalog(each) for each in variants]
        )
        opening = dict(zip(variant_ids, variants, strict=True))
        await _receive(opening, "productCreate", caller=caller, now=now)
        return Outcome({"product": str(product_id)})

    return await once(claim, now, work)


async def create_variant(
    *,
    caller: Caller,
    now: datetime,
    product_id: UUID,
    fields: NewVariantFields,
    claim: Claim | None = None,
) -> Outcome:
    """Add a variant with its opening stock; the outcome's ids are ``product`` and ``variant``.

    :raises Refusal: see :func:`db.catalog.add_variant`.
    :raises Refusals: see :func:`db.catalog.add_variant`; an opening stock that cannot be.
    """
    _check([fields], [("input",)])

    async def work() -> Outcome:
        variant_id = await catalog.add_variant(
            caller=caller, now=now, product_id=product_id, fields=_of_catalog(fields)
        )
        await _receive({variant_id: fields}, "variantCreate", caller=caller, now=now)
        return Outcome({"product": str(product_id), "variant": str(variant_id)})

    return await once(claim, now, work)


def _of_catalog(fields: NewVariantFields) -> VariantFields:
    rest = {name: value for name, value in fields.items() if name != "initial_on_hand"}
    return cast("VariantFields", rest)


def _check(variants: Sequence[NewVariantFields], places: Sequence[Path]) -> None:
    faults = [
        fault
        for fields, place in zip(variants, places, strict=True)
        for fault in _faults(fields, (*place, "initial_on_hand"))
    ]
    if faults:
        raise Refusals(faults)


def _faults(fields: NewVariantFields, path: Path) -> Iterator[Refusal]:
    on_hand = fields.get("initial_on_hand") or 0
    if not 0 <= on_hand <= LARGEST_ON_HAND:
        message = f"Say how many there are: from 0 to {LARGEST_ON_HAND}."
        yield Refusal(Code.OUT_OF_RANGE, message, path)
    if on_hand and fields.get("track_stock") is False:
        yield Refusal(Code.INVALID, "What is not tracked has no stock.", path)


_OPEN = """
    UPDATE stock s SET on_hand = w.on_hand, updated_at = $3
      FROM unnest($1::uuid[], $2::int[]) AS w(variant_id, on_hand)
     WHERE s.variant_id = w.variant_id
    RETURNING s.variant_id, s.on_hand
"""


async def _receive(
    opening: Mapping[UUID, NewVariantFields], action: str, *, caller: Caller, now: datetime
) -> None:
    """Put the first units of new variants on the shelf. Nobody else knows their rows yet."""
    units = {variant: fields.get("initial_on_hand") or 0 for variant, fields in opening.items()}
    received = {variant: on_hand for variant, on_hand in units.items() if on_hand}
    if not received:
        return
    rows = await fetch(_OPEN, list(received), list(received.values()), now)
    movements = [
        Movement(
            variant_id=variant_id,
            on_hand_delta=on_hand,
            reserved_delta=0,
            on_hand=on_hand,
            reserved=0,
            reason=StockReason.RECEIVED,
        )
        for variant_id, on_hand in rows
    ]
    await book(StockMovementKind.ADJUST, movements, order_id=None, caller=caller, now=now)
    changes = [
        (ids.encode(Variant.prefix, variant), {"on_hand": [0, on_hand]})
        for variant, on_hand in received.items()
    ]
    await audit_each(caller, action, changes, now=now)
