"""Passwords: hashed with Argon2id, in a few threads beside the event loop."""

import asyncio
import secrets
import unicodedata
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from db.errors import Reason, Unavailable

T = TypeVar("T")

MEMORY_KIB: Final = 19 * 1024
PASSES: Final = 2
"""OWASP's recommendation for Argon2id with one lane: 19 MiB and 2 passes, some 50 ms."""
_LANES: Final = 1
_THREADS: Final = 2
_MOST_WAITING: Final = 100


class Hasher:
    """Makes and checks password hashes. Callers wait for a thread; too many are turned away."""

    def __init__(self, *, memory_kib: int = MEMORY_KIB, passes: int = PASSES) -> None:
        self._argon2 = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=_LANES)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="argon2")
        self._busy = 0
        self._nobodys = _hash_of_nothing(self._argon2)

    async def hash(self, password: str) -> str:
        """Hash a password for keeping."""
        return await self._beside(lambda: self._argon2.hash(_normal(password)))

    async def matches(self, password: str, hashed: str | None) -> bool:
        """Tell whether a password is the one that was hashed.

        Without a hash the answer is no, and takes the same work: nobody learns from the time
        whether there is an account.
        """
        return await self._beside(lambda: self._verify(password, hashed or self._nobodys))

    def is_outdated(self, hashed: str) -> bool:
        """Whether a hash was made with other parameters than are in use now."""
        return self._argon2.check_needs_rehash(hashed)

    def _verify(self, password: str, hashed: str) -> bool:
        try:
            return self._argon2.verify(hashed, _normal(password))
        except (VerificationError, InvalidHashError):
            return False

    async def _beside(self, work: Callable[[], T]) -> T:
        """Run the work in one of the threads.

        :raises Unavailable: too many callers wait already.
        """
        if self._busy >= _THREADS + _MOST_WAITING:
            raise Unavailable(Reason.OVERLOADED, "Too many people sign in at this moment.")
        self._busy += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._busy -= 1


def _normal(password: str) -> str:
    """Make the same password the same bytes, whatever keyboard it was typed on (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def _hash_of_nothing(argon2: PasswordHasher) -> str:
    """Write down a hash that no password has, with the parameters in use."""
    salt, hashed = (
        b64encode(secrets.token_bytes(length)).decode().rstrip("=")
        for length in (argon2.salt_len, argon2.hash_len)
    )
    parameters = f"m={argon2.memory_cost},t={argon2.time_cost},p={argon2.parallelism}"
    return f"$argon2id$v=19${parameters}${salt}${hashed}"


_installed = Hasher()


def install(hasher: Hasher) -> None:
    """Make this the hasher of this process: once, at its start."""
    global _installed  # noqa: PLW0603 - like the pool: one for the process
    _installed = hasher


def hasher() -> Hasher:
    """Return the hasher of this process."""
    return _installed
