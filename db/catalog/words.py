"""Words, as they are kept for search and as they are asked for: both folded the same way.

PostgreSQL's parser takes "SET/6" for a file and "www.shop.com" for a host, so that no part of them
would be found. We hand it plain words instead: case and accents folded, everything else a space.
What was one word of a query then becomes a phrase: ``t-light`` asks for "t light".
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

LONGEST_QUERY: Final = 200
LONGEST_WORD: Final = 100
"""Longer words are cut, here and there, so that PostgreSQL's limit of 2 KB is never met."""

_GAP: Final = "a"
"""A stop word: it is not kept, but takes a place, so that no phrase reaches across it."""
_WORD: Final = re.compile(r"[^\W_]+")
_PART: Final = re.compile(r'(-?)(?:"([^"]*)"|([^\s"]+))')


def words(text: str) -> list[str]:
    """Fold a text into words without case, accents or punctuation.

    >>> words("Café crème, SET/6")
    ['cafe', 'creme', 'set', '6']
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return [word[:LONGEST_WORD] for word in _WORD.findall(plain.casefold())]


def folded(texts: Iterable[str]) -> str:
    """Fold texts into one, each after a word that stops nothing but phrases.

    >>> folded(["Glass vase", "red"])
    'a glass vase a red'
    """
    return " ".join(f"{_GAP} {' '.join(words(text))}" for text in texts)


def asked(query: str) -> str:
    """Fold a query for ``websearch_to_tsquery``: quotes and a leading minus keep their meaning.

    >>> asked('T-light "red glass" -set/6')
    '"t light" "red glass" -"set 6"'
    """
    return " ".join(_parts(query))


def _parts(query: str) -> Iterator[str]:
    for minus, phrase, word in _PART.findall(query):
        found = words(phrase or word)
        if found:
            yield f'{minus}"{" ".join(found)}"' if phrase or len(found) > 1 else minus + found[0]


def is_exact(query: str) -> bool:
    """Whether a query says what it wants in quotes or with a minus: then nothing else will do."""
    return any(minus or phrase for minus, phrase, _ in _PART.findall(query))


def lexeme(sku: str) -> str:
    """Write a whole SKU as one word of a ``tsvector`` or ``tsquery``, whatever it is made of.

    >>> lexeme("O'Neil-7")
    "'o''neil-7'"
    """
    escaped = sku.strip()[:LONGEST_WORD].casefold().replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
