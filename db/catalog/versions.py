"""One edit of a product at a time: its row is the lock of all that belongs to it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from db import events
from db.catalog.models import Product
from db.errors import Code, Path, Refusal, VersionConflict
from db.events import Topic


async def locked_product(
    id: UUID, if_version: int | None = None, *, path: Path = ("id",)
) -> Product:
    """Lock a product until the transaction ends, so that it and its variants change in turn.

    :raises Refusal: NOT_FOUND.
    :raises VersionConflict: it is not at this version.
    """
    product = await Product.filter(id=id).select_for_update(no_key=True).first()
    if product is None:
        raise Refusal(Code.NOT_FOUND, "There is no such product.", path)
    if if_version is not None and product.version != if_version:
        raise VersionConflict(product.version)
    return product


async def save_product(product: Product, now: datetime, fields: Iterable[str] = ()) -> None:
    """Save these fields of a product as its next version, and tell the world."""
    product.version += 1
    product.updated_at = now
    await product.save(update_fields=[*fields, "version", "updated_at"])
    await announce(product, now)


async def announce(product: Product, now: datetime) -> None:
    """Tell the world that a product, or a part of it, is not what it was."""
    payload = {"slug": product.slug, "status": product.status, "version": product.version}
    await events.record((Topic.PRODUCT_CHANGED, product.typeid, payload), now=now)
