"""One account per email, however it is written."""

import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tortoise.exceptions import IntegrityError

from db.base import violated
from db.errors import Code, Refusal

_ONE_USER_PER_EMAIL = "one_user_per_email"


class EmailIsTaken(Refusal):
    """Another account has this email."""

    def __init__(self) -> None:
        super().__init__(Code.TAKEN, "There is an account with this email.", ("input", "email"))


def normal(email: str) -> str:
    """Write an email the one way in which we keep it; case is kept, and makes no difference.

    >>> normal(" Ada@Example.com ")
    'Ada@Example.com'
    """
    return unicodedata.normalize("NFC", email.strip())


def are_same(one: str | None, other: str | None) -> bool:
    """Whether two emails are the same but for upper and lower case.

    >>> are_same("Ada@example.com", "ada@EXAMPLE.com")
    True
    """
    return (one and one.lower()) == (other and other.lower())


@asynccontextmanager
async def unique() -> AsyncIterator[None]:
    """Turn the database's refusal of a second account into ours.

    :raises EmailIsTaken: another account has the email that was written.
    """
    try:
        yield
    except IntegrityError as error:
        if violated(error) == _ONE_USER_PER_EMAIL:
            raise EmailIsTaken from error
        raise
