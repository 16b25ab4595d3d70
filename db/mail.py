"""Mail, as the shop sends it: what carries it is plugged in from outside."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Mail:
    """One message to one person, in plain text."""

    to: str
    subject: str
    body: str


class Mailer(Protocol):
    """What brings mail on its way."""

    async def send(self, mail: Mail) -> None: ...
