"""The text of .env.example: every setting, its meaning and an example, from the class itself."""

import textwrap

from api.environment import FIELDS, expected
from api.settings import STANDARD, extra

WIDTH = 96

HEAD = """\
# Every setting of Tradepost, all of them optional in development. Copy what you change to `.env`.
# Made by `tradepost settings example`; a variable of the environment goes before one of `.env`.
"""


def dotenv_example() -> str:
    """Return an example of a `.env` in which every line is commented out."""
    ordered = sorted(FIELDS, key=lambda name: name not in STANDARD)
    return HEAD + "".join(f"\n{_entry(name)}" for name in ordered)


def _entry(name: str) -> str:
    field = FIELDS[name]
    noted = extra(field)
    meaning = f"{field.description} Expected: {expected(field)}."
    if noted["secret"]:
        meaning += f" Or the path of a file that holds it, in {name}_FILE."
    comment = textwrap.fill(meaning, WIDTH, initial_indent="# ", subsequent_indent="# ")
    return f"{comment}\n# {name}={noted['example']}\n"
