"""The statements that a piece of code sends to the database: to count them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest

from db import engine
from tests import twins

_WAYS: Final = ("fetch", "fetchrow", "fetchval", "execute", "executemany")
_NOT_COUNTED: Final = ("BEGIN", "COMMIT", "ROLLBACK")


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect what is sent inside the block; the borders of transactions are left out."""
    sent: list[str] = []
    with twins.unwatched(), pytest.MonkeyPatch.context() as patch:
        for name in _WAYS:
            way = getattr(engine._Connection, name)
            patch.setattr(engine._Connection, name, _listening(way, sent))
        yield sent


def _listening(way: Callable[..., Any], sent: list[str]) -> Callable[..., Any]:
    async def send(connection: Any, query: str, *arguments: Any, **options: Any) -> Any:
        if not query.startswith(_NOT_COUNTED):
            sent.append(query)
        return await way(connection, query, *arguments, **options)

    return send
