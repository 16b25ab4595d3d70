"""A product's life: DRAFT and PUBLISHED in turn, ARCHIVED from either, and back to DRAFT."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from db import events
from db.access import Caller, Permission, require
from db.base import atomically, fetch_value
from db.catalog.models import Product, ProductStatus
from db.catalog.versions import locked_product, save_product
from db.errors import Code, InvalidState, Refusal
from db.events import Outcome

TRANSITIONS: Final[Mapping[ProductStatus, tuple[ProductStatus, ...]]] = {
    ProductStatus.DRAFT: (ProductStatus.PUBLISHED, ProductStatus.ARCHIVED),
    ProductStatus.PUBLISHED: (ProductStatus.DRAFT, ProductStatus.ARCHIVED),
    ProductStatus.ARCHIVED: (ProductStatus.DRAFT,),
}


async def set_product_status(
    *,
    caller: Caller,
    now: datetime,
    id: UUID,
    status: ProductStatus,
    publish_at: datetime | None = None,
    if_version: int,
) -> Outcome:
    """Publish a product, schedule it, take it back or put it away.

    ``publish_at`` goes with PUBLISHED and is now by default. One to come is a schedule, which
    needs no job: every read compares the time.

    :raises Refusal: NOT_FOUND; INVALID for a ``publish_at`` of what is not to be published.
    :raises InvalidState: there is no such way from where it is, or it has no active variant.
    :raises VersionConflict: it was changed since it was read.
    """
    require(caller, Permission.CATALOG_WRITE)
    if publish_at is not None and status is not ProductStatus.PUBLISHED:
        raise Refusal(Code.INVALID, "Only PUBLISHED takes a time.", ("publish_at",))

    async def work() -> Outcome:
        product = await locked_product(id, if_version)
        await _check_transition(product, status)
        published_at = (publish_at or now) if status is ProductStatus.PUBLISHED else None
        changes = events.apply(product, {"status": status, "published_at": published_at})
        await save_product(product, now, changes)
        await events.audit(caller, "productStatusUpdate", product.typeid, changes, now=now)
        return Outcome({"product": str(id)})

    return await atomically(work)


async def _check_transition(product: Product, status: ProductStatus) -> None:
    allowed = TRANSITIONS[product.status]
    if status not in allowed:
        raise InvalidState(
            f"A product that is {product.status} cannot become {status}.",
            current=product.status,
            allowed=allowed,
            path=("status",),
        )
    if status is ProductStatus.PUBLISHED and not await _can_be_bought(product.id):
        raise InvalidState(
            "To be published, a product needs an active variant with a price.",
            current=product.status,
            allowed=[each for each in allowed if each is not ProductStatus.PUBLISHED],
            path=("status",),
        )


async def _can_be_bought(product_id: UUID) -> bool:
    """Whether it has an active variant; a variant without a price the database does not take."""
    found: bool = await fetch_value(
        "SELECT EXISTS (SELECT FROM variant WHERE product_id = $1 AND active)", product_id
    )
    return found
