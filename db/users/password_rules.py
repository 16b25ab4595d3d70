"""What a password must be: long, and not one of those that are tried first.

``common_passwords.txt`` holds the entries of 12 and more characters of two public lists of the
20,000 and 30,000 most used passwords; shorter ones are refused for their length anyway. These are
some 300, so it stops the lazy and not the unlucky: no list of leaks is asked over the network.
Repetitions and runs along the keyboard or the alphabet are found by their pattern.
"""

from pathlib import Path
from typing import Final

from db.errors import Code, Refusal
from db.errors import Path as Place

SHORTEST: Final = 12
LONGEST: Final = 128
_COMMON: Final = frozenset(
    Path(__file__).with_name("common_passwords.txt").read_text().splitlines()
)
_RUNS: Final = (
    "abcdefghijklmnopqrstuvwxyz" * 2,
    "01234567890" * 4,
    "1234567890" * 4,
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
)


class PasswordIsTooWeak(Refusal):
    """The password is short, or would be among the first that anybody tries."""

    def __init__(self, message: str, path: Place) -> None:
        super().__init__(Code.PASSWORD_TOO_WEAK, message, path)


def check(password: str, *, email: str | None, path: Place) -> None:
    """Accept a new password.

    :raises PasswordIsTooWeak: with what to do better.
    :raises Refusal: TOO_LONG.
    """
    if len(password) < SHORTEST:
        raise PasswordIsTooWeak(f"Use at least {SHORTEST} characters.", path)
    if len(password) > LONGEST:
        raise Refusal(Code.TOO_LONG, f"At most {LONGEST} characters.", path)
    lowered = password.casefold()
    if lowered in _COMMON:
        raise PasswordIsTooWeak("This is one of the most used passwords.", path)
    if _is_repetition(lowered) or _is_run(lowered):
        raise PasswordIsTooWeak("This is a simple pattern.", path)
    if email and lowered in {email.casefold(), email.casefold().partition("@")[0]}:
        raise PasswordIsTooWeak("This is your email address.", path)


def _is_repetition(password: str) -> bool:
    """Whether a short piece, repeated, is all there is.

    >>> _is_repetition("abcabcabcabc"), _is_repetition("abcabcabcab"), _is_repetition("abcd")
    (True, True, False)
    """
    return any(
        all(password[at] == password[at % length] for at in range(len(password)))
        for length in range(1, min(len(password) // 2, SHORTEST - 1) + 1)
    )


def _is_run(password: str) -> bool:
    """Whether it goes along the alphabet, the digits or the keyboard, forward or back.

    >>> _is_run("qwertyuiopas"), _is_run("210987654321"), _is_run("correct horse")
    (True, True, False)
    """
    backward = password[::-1]
    return any(password in run or backward in run for run in _RUNS)
