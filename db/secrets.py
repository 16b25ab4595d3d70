"""The keys of this shop, all derived from one secret, each good for one purpose only.

A key that leaks through one purpose says nothing about the others (HKDF, RFC 5869). Nothing here is
stored: another secret means other guest tokens, and values sealed before can no longer be opened.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_KEY_BYTES: Final = 32
_KEY_ID_BYTES: Final = 4
_NONCE_BYTES: Final = 12
_FINGERPRINT_CHARACTERS: Final = 16


class Purpose(StrEnum):
    """What a key is for. The names are part of the derivation: they never change."""

    GUEST = "guest token"
    SUCCESSOR = "refresh successor"
    SEAL = "sealed value"
    FINGERPRINT = "personal value"
    FAKE_GATEWAY = "fake gateway"


class CannotOpen(Exception):
    """A sealed value was sealed with another secret, for another use, or changed since."""


class Keyring:
    """The derived keys of one secret."""

    def __init__(self, secret: str) -> None:
        self._keys = {purpose: _derive(secret, purpose) for purpose in Purpose}
        self._cipher = AESGCM(self._keys[Purpose.SEAL])
        self._key_id = hashlib.sha256(self._keys[Purpose.SEAL]).digest()[:_KEY_ID_BYTES]

    def sign(self, purpose: Purpose, message: bytes) -> bytes:
        """Make the 32 bytes that only this secret makes of a message."""
        return hmac.digest(self._keys[purpose], message, "sha256")

    def fingerprint(self, value: str | Mapping[str, Any] | None) -> str | None:
        """Stand in for a personal value in the record: equal for equal values, and no way back."""
        if value is None:
            return None
        text = value.encode() if isinstance(value, str) else _sorted(value)
        return self.sign(Purpose.FINGERPRINT, text).hex()[:_FINGERPRINT_CHARACTERS]

    def seal(self, value: bytes, use: str) -> bytes:
        """Encrypt a value, so that it opens for the same ``use`` only (AES-256-GCM).

        The result starts with the id of the key, so that a change of the secret can be told from
        a broken value.
        """
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return self._key_id + nonce + self._cipher.encrypt(nonce, value, use.encode())

    def open(self, sealed: bytes, use: str) -> bytes:
        """Decrypt a sealed value.

        :raises CannotOpen: it was sealed with another secret or for another use, or it was changed.
        """
        key_id, rest = sealed[:_KEY_ID_BYTES], sealed[_KEY_ID_BYTES:]
        if key_id != self._key_id:
            raise CannotOpen("This was sealed with another secret.")
        try:
            return self._cipher.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], use.encode())
        except (InvalidTag, ValueError):
            raise CannotOpen("This was sealed for another use, or changed.") from None


def _sorted(value: Mapping[str, Any]) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _derive(secret: str, purpose: Purpose) -> bytes:
    derivation = HKDF(
        algorithm=hashes.SHA256(), length=_KEY_BYTES, salt=b"tradepost", info=purpose.encode()
    )
    return derivation.derive(secret.encode())


_installed: Keyring | None = None


def install(keyring: Keyring) -> None:
    """Make these the keys of this process: once, at its start."""
    global _installed  # noqa: PLW0603 - like the pool: one for the process
    _installed = keyring


def keyring() -> Keyring:
    """Return the keys of this process."""
    if _installed is None:
        raise RuntimeError("No keys are installed: call db.secrets.install at the start.")
    return _installed
