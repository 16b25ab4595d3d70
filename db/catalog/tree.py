"""The tree of categories. Whoever changes its shape holds the tree: an advisory lock."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, TypedDict
from uuid import UUID

from db import events, ids
from db.access import Caller, Permission, require
from db.base import atomically, execute, fetch_value
from db.catalog.fields import missing
from db.catalog.models import Category
from db.catalog.queries import categories_by_id
from db.catalog.rows import CategoryRow
from db.catalog.slugs import free_slug, refuse_taken
from db.errors import Code, Refusal, Refusals, VersionConflict
from db.events import Changes, Claim, Outcome

MOST_CATEGORIES: Final = 500
_SLUG: Final = ("one_category_per_slug", "Another category has this slug.", ("input", "slug"))


class CategoryFields(TypedDict, total=False):
    """Absent: leave as it is. ``slug`` None: made from the title; ``parent_id`` None: a root."""

    title: str
    slug: str | None
    parent_id: UUID | None
    position: int | None


async def create_category(
    *, caller: Caller, now: datetime, fields: CategoryFields, claim: Claim | None = None
) -> Outcome:
    """Grow a branch; the outcome's id is ``category``.

    :raises Refusals: the title is missing.
    :raises Refusal: TAKEN, NOT_FOUND for the parent, TOO_MANY.
    """
    require(caller, Permission.CATALOG_WRITE)
    if faults := list(missing(fields, ("title",), ("input",))):
        raise Refusals(faults)

    async def work() -> Outcome:
        await _hold_the_tree()
        if await fetch_value("SELECT count(*) FROM category") >= MOST_CATEGORIES:
            raise Refusal(Code.TOO_MANY, f"At most {MOST_CATEGORIES} categories.")
        columns = _columns(fields)
        await _check_parent(columns.get("parent_id"))
        columns["slug"] = columns.get("slug") or await free_slug("category", columns["title"])
        with refuse_taken(*_SLUG):
            category = await Category.create(**columns)
        changes = _shown(events.made(columns))
        await events.audit(caller, "categoryCreate", category.typeid, changes, now=now)
        return Outcome({"category": str(category.id)})

    return await events.once(claim, now, work)


async def update_category(
    *, caller: Caller, now: datetime, id: UUID, fields: CategoryFields, if_version: int
) -> Outcome:
    """Rename a category or move it, with all that grows on it.

    :raises Refusals: the title is cleared.
    :raises Refusal: NOT_FOUND, TAKEN; INVALID for a parent that grows on it.
    :raises VersionConflict: it was changed since it was read.
    """
    require(caller, Permission.CATALOG_WRITE)
    if "title" in fields and (faults := list(missing(fields, ("title",), ("input",)))):
        raise Refusals(faults)

    async def work() -> Outcome:
        await _hold_the_tree()
        category = await _category(id, if_version)
        columns = _columns(fields)
        if "slug" in columns and columns["slug"] is None:
            columns["slug"] = await free_slug("category", columns.get("title", category.title))
        if "parent_id" in columns:
            await _check_parent(columns["parent_id"], below=id)
        changes = events.apply(category, columns)
        if changes:
            category.version += 1
            with refuse_taken(*_SLUG):
                await category.save(update_fields=[*changes, "version"])
            changes = _shown(changes)
            await events.audit(caller, "categoryUpdate", category.typeid, changes, now=now)
        return Outcome({"category": str(id)})

    return await atomically(work)


async def delete_category(
    *, caller: Caller, now: datetime, id: UUID, if_version: int
) -> CategoryRow:
    """Cut a branch on which nothing grows, and return what it was. Its products stay.

    :raises Refusal: NOT_FOUND; IN_USE while it has children.
    :raises VersionConflict: it was changed since it was read.
    """
    require(caller, Permission.CATALOG_WRITE)

    async def work() -> CategoryRow:
        await _hold_the_tree()
        category = await _category(id, if_version)
        if await fetch_value("SELECT EXISTS (SELECT FROM category WHERE parent_id = $1)", id):
            raise Refusal(Code.IN_USE, "Move or delete what is below it first.", ("id",))
        was = await _row(id)
        await category.delete()
        changes = {"slug": [was.slug, None], "title": [was.title, None]}
        await events.audit(caller, "categoryDelete", category.typeid, changes, now=now)
        return was

    return await atomically(work)


async def _row(id: UUID) -> CategoryRow:
    (row,) = await categories_by_id([id])
    assert row is not None  # noqa: S101 - it is locked
    return row


async def _hold_the_tree() -> None:
    """Let one transaction at a time change the tree, so that two moves cannot close a circle."""
    await execute("SELECT pg_advisory_xact_lock(hashtextextended('category.tree', 0))")


async def _category(id: UUID, if_version: int) -> Category:
    category = await Category.filter(id=id).select_for_update(no_key=True).first()
    if category is None:
        raise Refusal(Code.NOT_FOUND, "There is no such category.", ("id",))
    if category.version != if_version:
        raise VersionConflict(category.version)
    return category


def _columns(fields: CategoryFields) -> dict[str, Any]:
    given: Mapping[str, Any] = fields
    return {
        name: 0 if name == "position" and value is None else value for name, value in given.items()
    }


def _shown(changes: Changes) -> Changes:
    """Name the parents in a record of changes as the world knows them."""
    parents = changes.get("parent_id", [])
    shown = [ids.encode(Category.prefix, parent) if parent else None for parent in parents]
    return {**changes, "parent_id": shown} if parents else changes


_ABOVE: Final = """
    WITH RECURSIVE above AS (
        SELECT id, parent_id FROM category WHERE id = $1
        UNION
        SELECT category.id, category.parent_id
          FROM category JOIN above ON category.id = above.parent_id
    )
    SELECT array_agg(id) FROM above
"""


async def _check_parent(parent_id: UUID | None, below: UUID | None = None) -> None:
    """Check that a parent is there, and does not itself grow on what is to be put below it."""
    if parent_id is None:
        return
    above: list[UUID] | None = await fetch_value(_ABOVE, parent_id)
    path = ("input", "parent_id")
    if above is None:
        raise Refusal(Code.NOT_FOUND, "There is no such category.", path)
    if below in above:
        raise Refusal(Code.INVALID, "A category cannot be below itself.", path)
