"""Carts as they are read: slotted rows, with their lines in the order in which they were added."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypedDict, cast
from uuid import UUID

import asyncpg
import orjson

from db import ids
from db.carts.models import Cart
from db.shop import Destination, ShopRow
from db.stock import Units

Address = Mapping[str, str]
"""A postal address in snake case, without its empty fields; ``country_code`` is always there."""


class DetailFields(TypedDict, total=False):
    """What may be changed about a cart: a key that is absent leaves, None clears."""

    email: str | None
    shipping_address: Address | None
    billing_address: Address | None
    shipping_method_id: UUID | None
    discount_code: str | None
    note: str | None


_NAMES: Final = tuple(DetailFields.__annotations__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """All that an order needs beside its lines. Without a billing address: same as shipping."""

    email: str | None = None
    shipping_address: Address | None = None
    billing_address: Address | None = None
    shipping_method_id: UUID | None = None
    discount_code: str | None = None
    note: str | None = None

    def changed(self, fields: DetailFields) -> "Details":
        """Put the fields over what is there."""
        return replace(self, **fields)

    def gaps_filled_by(self, other: "Details") -> DetailFields:
        """Tell what the other has and this has not; a billing address only with its shipping."""
        missing = {name for name in _NAMES if getattr(self, name) is None}
        if "shipping_address" not in missing:
            missing.discard("billing_address")
        found = {name: getattr(other, name) for name in missing}
        return cast("DetailFields", {name: value for name, value in found.items() if value})

    @property
    def address(self) -> Destination | None:
        """Where the goods are to go, if that is known."""
        if self.shipping_address is None:
            return None
        return Destination(
            self.shipping_address["country_code"], self.shipping_address.get("region")
        )

    def destination(self, settings: ShopRow) -> Destination:
        """Tell where the goods go: to the address, or without one to the shop's first country."""
        return self.address or Destination(next(iter(settings.countries), ""))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CartRow:
    """A cart: its owner, user or guest, and what it holds."""

    id: UUID
    user_id: UUID | None
    guest_id: UUID | None
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    details: Details
    lines: tuple[Units, ...]

    @property
    def typeid(self) -> str:
        return ids.encode(Cart.prefix, self.id)

    @classmethod
    def of(cls, record: asyncpg.Record) -> "CartRow":
        """Make the row of the columns in ``CART``."""
        return cls(
            id=record["id"],
            user_id=record["user_id"],
            guest_id=record["guest_id"],
            created_at=record["created_at"],
            updated_at=record["updated_at"],
            expires_at=record["expires_at"],
            details=Details(
                email=record["email"],
                shipping_address=_loaded(record["shipping_address"]),
                billing_address=_loaded(record["billing_address"]),
                shipping_method_id=record["shipping_method_id"],
                discount_code=record["discount_code"],
                note=record["note"],
            ),
            lines=tuple(map(Units, record["variant_ids"], record["quantities"])),
        )


CART: Final = """
    cart.id, cart.user_id, cart.guest_id, cart.created_at, cart.updated_at, cart.expires_at,
    cart.email, cart.shipping_address, cart.billing_address, cart.shipping_method_id,
    cart.discount_code, cart.note,
    ARRAY(SELECT line.variant_id FROM cart_line line WHERE line.cart_id = cart.id
           ORDER BY line.position, line.variant_id) AS variant_ids,
    ARRAY(SELECT line.quantity FROM cart_line line WHERE line.cart_id = cart.id
           ORDER BY line.position, line.variant_id) AS quantities
"""


def _loaded(json: str | None) -> Any:
    """Read a JSON column: its shape is known where it is written."""
    return None if json is None else orjson.loads(json)
