"""A locked stock, and what is wrong with a change of it."""

from dataclasses import dataclass
from uuid import UUID

from db.errors import Path, StockShort, VersionConflict


@dataclass(frozen=True, slots=True)
class Shelf:
    """A stock that is locked, with what is needed to know of its variant."""

    variant_id: UUID
    sku: str
    track_stock: bool
    on_hand: int
    reserved: int
    low_at: int | None


class PromisedToOrders(StockShort):
    """Fewer units would be left than are promised to orders."""

    def __init__(self, shelf: Shelf, on_hand: int, path: Path) -> None:
        super().__init__(
            variant_id=shelf.variant_id,
            requested=shelf.on_hand - on_hand,
            available=shelf.on_hand - shelf.reserved,
            label=shelf.sku,
            path=path,
        )
        self.message = (
            f"{shelf.reserved} of the {shelf.on_hand} on hand of {shelf.sku} are promised to"
            f" orders: {on_hand} would be too few."
        )


class CountIsOutdated(VersionConflict):
    """Something moved since the count began."""

    def __init__(self, shelf: Shelf, path: Path) -> None:
        super().__init__(shelf.on_hand, path)
        self.message = (
            f"The books now say {shelf.on_hand} on hand of {shelf.sku}:"
            " something moved since the count began. Count again."
        )
