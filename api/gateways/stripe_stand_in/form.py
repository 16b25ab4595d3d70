"""Forms as Stripe's libraries write them: ``metadata[order]=1&types[0]=card``."""

import re
from typing import Any
from urllib.parse import parse_qsl


def read(text: str) -> dict[str, Any]:
    """Read a form; what is in brackets is inside what is before them.

    >>> read("amount=5&metadata[a]=b&types[0]=card&expand[]=x")
    {'amount': '5', 'metadata': {'a': 'b'}, 'types': {'0': 'card'}, 'expand': {'': 'x'}}
    """
    found: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text)):
        *outer, last = re.findall(r"[^\[\]]+|(?<=\[)(?=\])", name)
        inner = found
        for part in outer:
            inner = inner.setdefault(part, {})
        inner[last] = value
    return found
