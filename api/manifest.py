"""Documents that are known beforehand: our own clients', written down when they are built."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson


def read_manifest(path: Path) -> Mapping[str, str]:
    """Read the file of trusted documents: their texts, by their SHA-256.

    It is ``{hash: text}``, as Relay's compiler and many others write it, or Apollo's manifest.

    :raises ValueError: it cannot be read, or a hash is not that of its text.
    """
    try:
        documents = _texts(orjson.loads(path.read_bytes()))
    except OSError as fault:
        raise ValueError(fault.strerror) from None
    except (KeyError, TypeError):
        raise ValueError("it is no manifest") from None
    for name, text in documents.items():
        if hashlib.sha256(text.encode()).hexdigest() != name:
            raise ValueError(f"{name} is not the SHA-256 of its document")
    return documents


def _texts(written: Any) -> dict[str, str]:
    if isinstance(written, dict) and isinstance(written.get("operations"), list):
        written = {each["id"]: each["body"] for each in written["operations"]}
    if not isinstance(written, dict) or not all(isinstance(each, str) for each in written.values()):
        raise ValueError("it is no object of documents")
    return written
