"""Identifiers: UUIDv7 in the database, TypeID (``order_01jd9z…``) everywhere else.

A TypeID is a prefix, an underscore and the 26 Crockford base32 characters of a UUID
(TypeID specification 0.3.0). Prefixes are forever: clients and webhooks keep them.
"""

import secrets
import time
from uuid import UUID

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUE = {character: value for value, character in enumerate(_ALPHABET)}
_PAIRS = [high + low for high in _ALPHABET for low in _ALPHABET]
_LENGTH = 26
_RANDOM_BITS = 74
_STEP_BITS = 48  # within a millisecond: too far to guess, and too near to run out
_VERSION_AND_VARIANT = (0x7 << 76) | (0b10 << 62)
_last = 0


def new() -> UUID:
    """Make a UUIDv7 (RFC 9562): 48 bits of milliseconds, then 74 random bits.

    Each is greater than the one before it in this process, also within a millisecond: rows that
    are made one after the other are read in that order.
    """
    global _last  # noqa: PLW0603 - the one before
    milliseconds = time.time_ns() // 1_000_000
    number = (milliseconds << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
    if number <= _last:
        number = _last + 1 + secrets.randbits(_STEP_BITS)
    _last = number
    high, low = number >> 62, number & ((1 << 62) - 1)
    stamp, random = high >> 12, high & 0xFFF
    return UUID(int=(stamp << 80) | (random << 64) | _VERSION_AND_VARIANT | low)


def encode(prefix: str, value: UUID) -> str:
    """Print a UUID as a TypeID.

    >>> encode("order", UUID(int=31))
    'order_0000000000000000000000000z'
    """
    number = value.int
    pairs = [_PAIRS[(number >> shift) & 1023] for shift in range(120, -1, -10)]
    return f"{prefix}_{''.join(pairs)}"


def decode(prefix: str, text: str) -> UUID | None:
    """Read a TypeID that must have ``prefix``; None where it is not one.

    >>> decode("order", "order_0000000000000000000000000z")
    UUID('00000000-0000-0000-0000-00000000001f')
    >>> decode("order", "cart_0000000000000000000000000z") is None
    True
    """
    head, _, tail = text.rpartition("_")
    if head != prefix or len(tail) != _LENGTH or tail[0] > "7":
        return None
    number = 0
    for character in tail:
        value = _VALUE.get(character)
        if value is None:
            return None
        number = (number << 5) | value
    return UUID(int=number)


def prefix_of(text: str) -> str:
    """Name the prefix of a TypeID, or the empty string.

    >>> prefix_of("order_0000000000000000000000000z")
    'order'
    """
    return text.rpartition("_")[0]
