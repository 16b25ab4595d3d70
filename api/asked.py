"""What a client asks for, whatever brought it here: the form only, no GraphQL yet."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from api.negotiation import Refused

_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Asked(NamedTuple):
    """One GraphQL request: the text of a document, or its hash, or both."""

    query: str | None = None
    sha256: str | None = None
    operation_name: str | None = None
    variables: Mapping[str, Any] = MappingProxyType({})


def read(form: object) -> Asked:
    """Read a request from its JSON: of a body, of URL parameters, of a message.

    :raises Refused: it is not well formed.
    """
    if not isinstance(form, dict):
        raise Refused(400, "A request is one JSON object with a query; batches are not supported.")
    name, variables = form.get("operationName"), form.get("variables")
    if name is not None and not isinstance(name, str):
        raise Refused(400, "operationName must be a string.")
    if variables is not None and not isinstance(variables, dict):
        raise Refused(400, "variables must be an object.")
    sha256 = _persisted(form.get("extensions"))
    query = _text(form.get("query"), is_required=sha256 is None)
    return Asked(query, sha256, name, variables or {})


def _text(query: object, *, is_required: bool) -> str | None:
    if query is None and not is_required:
        return None
    if not isinstance(query, str) or not query.strip():
        raise Refused(400, "query must be the text of a GraphQL document.")
    return query


def _persisted(extensions: object) -> str | None:
    """Return the hash of the persisted document that is asked for, if one is."""
    if extensions is None:
        return None
    if not isinstance(extensions, dict):
        raise Refused(400, "extensions must be an object.")
    persisted = extensions.get("persistedQuery")
    if persisted is None:
        return None
    if not isinstance(persisted, dict) or persisted.get("version") != 1:
        raise Refused(400, "extensions.persistedQuery must be an object of version 1.")
    sha256 = persisted.get("sha256Hash")
    if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        raise Refused(400, "sha256Hash must be a SHA-256 in 64 lower-case hexadecimal digits.")
    return sha256
