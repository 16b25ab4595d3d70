"""Guessing at passwords is slow: so many wrong ones for an account, so many from an address.

An attempt is counted before the password is looked at, so that a thousand at once are counted too,
and taken back when it was right. Whether there is such an account makes no difference, so that
nobody learns it here. After the allowed ones each next attempt has to wait until there is room for
one more.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from db import limits, secrets
from db.access import Caller
from db.limits import Rate
from db.users import emails

PERIOD: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Guesses:
    """How many wrong passwords are taken within a quarter of an hour."""

    per_account: Rate
    per_address: Rate

    @classmethod
    def of(cls, *, per_account: int, per_address: int) -> "Guesses":
        return cls(Rate(per_account, PERIOD), Rate(per_address, PERIOD))


_installed = Guesses.of(per_account=10, per_address=30)


def install(guesses: Guesses) -> None:
    """Make these the limits of this process: once, at its start."""
    global _installed  # noqa: PLW0603 - like the pool: one for the process
    _installed = guesses


@dataclass(frozen=True, slots=True)
class Guess:
    """An attempt at the password of an account."""

    account: str
    address: str

    @classmethod
    async def count(cls, email: str, caller: Caller, now: datetime) -> "Guess":
        """Count an attempt, before the password is looked at.

        :raises RateLimited: there were too many. The password is not looked at.
        """
        address = f"guesses from:{limits.network(caller.ip)}"
        await _take(address, _installed.per_address, now)
        account = f"guesses at:{secrets.keyring().fingerprint(emails.normal(email).lower())}"
        await _take(account, _installed.per_account, now)
        return cls(account, address)

    async def was_right(self) -> None:
        """Take the attempt back: only wrong ones count."""
        rates = (_installed.per_account, _installed.per_address)
        await limits.give_back((self.account, self.address), [each.time_of(1) for each in rates])


async def _take(name: str, rate: Rate, now: datetime) -> None:
    if await limits.charge(name, rate, 1, now) is None:
        full_at = await limits.full_at(name, now)
        wait = full_at + rate.time_of(1) - now - rate.period
        raise limits.RateLimited(wait, rate.standing(full_at, now))
