"""Tokens: opaque, random or derived, and never kept. The database holds their hashes only.

The prefixes let scanners of leaked secrets find them: ``at_`` access, ``rt_`` refresh, ``gt_``
guest.
"""

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final
from uuid import UUID

from db.secrets import Keyring, Purpose

ACCESS: Final = "at_"
REFRESH: Final = "rt_"
GUEST: Final = "gt_"
_TOKEN_BYTES: Final = 32
_UUID_BYTES: Final = 16
_GUEST: Final = re.compile(r"gt_[A-Za-z0-9_-]{64}")


def make(prefix: str) -> str:
    """Make a token of 256 random bits."""
    return prefix + _text(secrets.token_bytes(_TOKEN_BYTES))


def digest(token: str) -> bytes:
    """Return what the database keeps of a token. It is random, so a plain SHA-256 will do."""
    return hashlib.sha256(token.encode()).digest()


def successor(replaced: str, prefix: str, keyring: Keyring) -> str:
    """Derive the one token that can follow a refresh token: asked again, it is the same again."""
    return prefix + _text(keyring.sign(Purpose.SUCCESSOR, f"{prefix}{replaced}".encode()))


def guest_token(guest_id: UUID, keyring: Keyring) -> str:
    """Derive a guest's token from the guest's id: there is nothing to steal from the database."""
    return GUEST + _text(guest_id.bytes + keyring.sign(Purpose.GUEST, guest_id.bytes))


def guest(token: str, keyring: Keyring) -> UUID | None:
    """Name the guest that a token is of; None where we did not make it."""
    if not _GUEST.fullmatch(token):
        return None
    guest_id = UUID(bytes=urlsafe_b64decode(token[len(GUEST) :])[:_UUID_BYTES])
    genuine = guest_token(guest_id, keyring)
    return guest_id if hmac.compare_digest(genuine, token) else None


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()
