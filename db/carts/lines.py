"""How many of which variant: the arithmetic and the limits of a cart's lines."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

from db import catalog
from db.base import fetch
from db.errors import Code, Path, Refusal, Refusals
from db.stock import Units

MOST_UNITS: Final = 999
"""Of one variant, in one cart."""
MOST_LINES: Final = 100

Quantities: TypeAlias = dict[UUID, int]
"""The units of each variant, in the order in which they were added."""


def quantities_of(lines: Sequence[Units]) -> Quantities:
    """Tell the units of each variant; of a variant that is named twice, the last word counts."""
    return {line.variant_id: line.quantity for line in lines}


def added(before: Mapping[UUID, int], lines: Sequence[Units]) -> Quantities:
    """Add to what is there."""
    after = dict(before)
    for line in lines:
        after[line.variant_id] = after.get(line.variant_id, 0) + line.quantity
    return _without_nothing(after)


def replaced(before: Mapping[UUID, int], lines: Sequence[Units]) -> Quantities:
    """Set the quantities that are named, where 0 removes; the last word counts."""
    return _without_nothing({**before, **quantities_of(lines)})


def _without_nothing(quantities: Quantities) -> Quantities:
    return {variant: quantity for variant, quantity in quantities.items() if quantity}


async def checked(lines: Sequence[Units], *, now: datetime, path: Path) -> list[Units]:
    """Check lines that come without a cart, and add up those of the same variant.

    :raises Refusals: unknown variants, too many units or lines, one for each, below ``path``.
    """
    together = added({}, lines)
    await refuse_faults(lines, before={}, after=together, now=now, path=path)
    return [Units(variant_id, quantity) for variant_id, quantity in together.items()]


async def refuse_faults(
    lines: Sequence[Units],
    *,
    before: Mapping[UUID, int],
    after: Mapping[UUID, int],
    now: datetime,
    path: Path = ("lines",),
) -> None:
    """Refuse lines that would exceed a limit, or that nobody may buy.

    :raises Refusals: one for each fault, below ``path``.
    """
    buyable = await _buyable([line.variant_id for line in lines if line.quantity], now)
    faults = [
        fault
        for index, line in enumerate(lines)
        for fault in _faults(line, buyable, before, after, (*path, index))
    ]
    if len(after) > max(MOST_LINES, len(before)):
        message = f"A cart has at most {MOST_LINES} lines; there would be {len(after)}."
        faults.append(Refusal(Code.TOO_MANY, message, path))
    if faults:
        raise Refusals(faults)


async def _buyable(variant_ids: Sequence[UUID], now: datetime) -> set[UUID]:
    for_sale = catalog.for_sale(now)
    rows = await fetch(
        "SELECT variant.id FROM variant JOIN product ON product.id = variant.product_id"
        f" WHERE variant.id = ANY($1) AND {for_sale.numbered(2)}",
        variant_ids,
        *for_sale.parameters,
    )
    return {row[0] for row in rows}


def _faults(
    line: Units,
    buyable: set[UUID],
    before: Mapping[UUID, int],
    after: Mapping[UUID, int],
    path: Path,
) -> Iterator[Refusal]:
    variant_id = line.variant_id
    if not 0 <= line.quantity <= MOST_UNITS:
        message = f"Say how many: from 0 to {MOST_UNITS}."
        yield Refusal(Code.OUT_OF_RANGE, message, (*path, "quantity"))
    elif after.get(variant_id, 0) > MOST_UNITS:
        message = f"At most {MOST_UNITS} of one thing; there would be {after[variant_id]}."
        yield Refusal(Code.OUT_OF_RANGE, message, (*path, "quantity"))
    if line.quantity and variant_id not in buyable:
        yield _not_buyable(variant_id in before, (*path, "variant_id"))


def _not_buyable(is_in_cart: bool, path: Path) -> Refusal:
    if is_in_cart:
        return Refusal(Code.NOT_FOR_SALE, "This is not for sale any more: remove it.", path)
    return Refusal(Code.NOT_FOUND, "There is no such variant.", path)
