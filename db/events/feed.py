"""What is new in the outbox, so that whoever asks again and again misses nothing.

A number or an id is drawn before its transaction commits, so a reader that goes by the largest one
it has seen overtakes what commits later. These reads go by transactions instead: every event knows
the one that wrote it, and PostgreSQL knows which of them can be seen.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from db.base import fetch, fetch_one, fetch_value
from db.events.record import Topic

# An event whose transaction is yet to come is from a dump of another server: it is not new.
_NEWS: Final = """
SELECT pg_current_snapshot()::text, array(
    SELECT DISTINCT unnest(ARRAY[topic, coalesce(payload ->> 'orderId', subject)]) FROM event
     WHERE written_in >= pg_snapshot_xmin($1::text::pg_snapshot)::text::bigint
       AND written_in < pg_snapshot_xmax(pg_current_snapshot())::text::bigint
       AND NOT pg_visible_in_snapshot(written_in::text::xid8, $1::text::pg_snapshot)
)
"""


async def look() -> str:
    """Return what can be seen of the outbox now, to hand to :func:`news`."""
    snapshot: str = await fetch_value("SELECT pg_current_snapshot()::text")
    return snapshot


async def news(since: str) -> tuple[str, list[str]]:
    """Return what can be seen now, and what the events are about that could not be seen before.

    That is their topics, and the order that they belong to, or else their subjects.
    """
    record = await fetch_one(_NEWS, since)
    assert record is not None  # noqa: S101 - it always has one row
    return record[0], record[1]


Place = tuple[int, UUID]
"""An event's place in the order of transactions, in which :func:`page` reads."""


@dataclass(frozen=True, slots=True)
class Page:
    """Events of one topic, as their places and subjects, and whether that is all there is."""

    events: list[tuple[Place, str]]
    is_whole: bool


_PLACE: Final = """
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1
"""
_LAST_ID: Final = UUID(int=2**128 - 1)

_PAGE: Final = """
SELECT e.written_in, e.id, e.subject, e.written_in < s.oldest
  FROM event e, (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS oldest) s
 WHERE e.topic = $1 AND (e.written_in, e.id) > ($2, $3)
 ORDER BY e.written_in, e.id LIMIT $4
"""


async def present_place() -> Place:
    """Return a place that every event comes after that cannot be seen yet."""
    return await fetch_value(_PLACE), _LAST_ID


async def page(topic: Topic, *, after: Place, limit: int) -> Page:
    """Read the events of a topic that come after a place, without a gap.

    Where a transaction that began earlier is still open, later ones are held back: it may yet put
    an event before theirs.
    """
    records = await fetch(_PAGE, topic.value, *after, limit)
    events = [((row[0], row[1]), row[2]) for row in records if row[3]]
    return Page(events, is_whole=len(events) == len(records) < limit)
