"""Requests that nobody should send, as they are on the wire, and what each is answered with."""

from dataclasses import dataclass
from typing import Any, Final

from tests.api.serving import post_bytes

GRAPHQL: Final = b"Accept: application/graphql-response+json\r\n"
MANY: Final = "9" * 5_000


@dataclass(frozen=True)
class Tricky:
    """One such request; ``status`` is that of the newer media type, which hides nothing."""

    name: str
    request: bytes
    status: int = 400
    code: str = "BAD_REQUEST"

    def __str__(self) -> str:
        return self.name


def body(name: str, body: bytes | str, **expected: Any) -> Tricky:
    """A POST with this body."""
    text = body if isinstance(body, bytes) else body.encode()
    return Tricky(name, post_bytes(text, GRAPHQL), **expected)


GOOD: Final = b'{"query": "{ __typename }"}'
