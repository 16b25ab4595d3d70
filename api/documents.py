"""Documents that clients send: parsed, held to their limits and validated once, then kept.

A document costs its parsing and validation only the first time it is seen. A client may then send
its SHA-256 in its place (an automatic persisted query), for as long as it is kept. Trusted
documents are known by their SHA-256 from the start, and for ever.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    validate,
)
from graphql.validation.rules import overlapping_fields_can_be_merged
from graphql.validation.validate import ValidationAbortedError

from api.asked import Asked
from api.screening import introspects, screened, too_expensive
from api.shelf import Shelf
from schema.errors import InvalidRequest, PersistedQueryNotFound

ROOM: Final = 300_000
"""How many characters of documents are kept. Parsed, each takes 100 to 300 bytes of memory."""
LEAST_SIZE: Final = 300
"""What even the smallest document counts for: it has operations, prices and plans of its own."""
_MOST_ERRORS: Final = 10
_LABEL: Final = 12
"""So many characters of a hash are written down."""

# What may be spent on comparing fields that go by one name: it grows with the square of their
# number. A large document spends some thousands. graphql-core's own bound lets one take a second.
overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = 20_000


class Document:
    """A valid document, the hash under which it is known, and what was prepared to run it."""

    __slots__ = ("ast", "label", "operations", "prepared", "sha256")

    def __init__(self, sha256: str, ast: DocumentNode) -> None:
        self.sha256 = sha256
        self.label = sha256[:_LABEL]
        self.ast = ast
        self.prepared: dict[str | None, Any] = {}
        self.operations: Mapping[str | None, OperationDefinitionNode] = {
            each.name.value if each.name else None: each
            for each in ast.definitions
            if isinstance(each, OperationDefinitionNode)
        }

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """Find the operation to run.

        :raises InvalidRequest: there is none of this name, or there are several and no name.
        """
        if name is None and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        if name is not None and name in self.operations:
            return self.operations[name]
        reason = (
            "Name the operation to run: there are several."
            if name is None
            else f"There is no operation {json.dumps(name, ensure_ascii=False)}."
        )
        raise InvalidRequest([GraphQLError(reason)])


@dataclass(frozen=True, slots=True)
class Policy:
    """Which documents are accepted."""

    introspection: bool = True
    trusted: Mapping[str, str] = field(default_factory=dict)
    """The texts of documents that are known beforehand, by their SHA-256."""
    only_trusted: bool = False


EVERYTHING: Final = Policy()


class Documents:
    """The valid documents of the last while, by their text or its hash.

    Only what is valid is kept, so a hash never stands for anything else. Room is counted in
    characters, and who sends many new documents finds theirs gone first (:class:`Shelf`): a client
    whose document was pushed out sends it once more, and nothing else is lost.
    """

    def __init__(
        self, schema: GraphQLSchema, policy: Policy = EVERYTHING, *, room: int = ROOM
    ) -> None:
        self._schema = schema
        self._policy = policy
        self._most_size = room // 3  # of which a shelf keeps but one
        self._kept: Shelf[Document] = Shelf(room)
        self._trusted: dict[str, Document] = {}

    def read(self, asked: Asked) -> Document:
        """Return the document that is asked for: parsed, within its limits, and valid.

        :raises InvalidRequest: it is no GraphQL, does not fit the schema, or is over a limit.
        :raises PersistedQueryNotFound: only its hash was sent, and we do not know it (any more).
        """
        sha256 = _hash(asked)
        return self._found(sha256) or self._new(sha256, asked.query)

    def known(self, asked: Asked) -> Document | None:
        """Return the document that is asked for, if it was read before.

        :raises InvalidRequest: it came with the hash of another.
        """
        return self._found(_hash(asked))

    def _found(self, sha256: str) -> Document | None:
        return self._trusted.get(sha256) or self._kept.get(sha256)

    def _new(self, sha256: str, text: str | None) -> Document:
        trusted = self._policy.trusted.get(sha256)
        if trusted is not None:
            made = self._trusted[sha256] = self._checked(trusted, sha256)
            return made
        if self._policy.only_trusted:
            raise InvalidRequest([GraphQLError("Only documents that are known here are accepted.")])
        if text is None:
            raise PersistedQueryNotFound
        made = self._checked(text, sha256)
        # Each of its operations may come to be prepared, with all the fragments that there are.
        size = max(len(text), LEAST_SIZE) * len(made.operations)
        self._kept.put(sha256, made, min(size, self._most_size))
        return made

    def _checked(self, text: str, sha256: str) -> Document:
        try:
            ast = screened(text)
        except GraphQLError as error:
            raise InvalidRequest([error]) from None
        if not self._policy.introspection and introspects(ast):
            raise InvalidRequest([GraphQLError("Introspection is turned off here.")])
        errors = validate(self._schema, ast, max_errors=_MOST_ERRORS, hide_suggestions=True)
        if len(errors) == 1 and isinstance(errors[0], ValidationAbortedError):
            errors = [too_expensive("The fields of this document are too interwoven.")]
        if errors:
            raise InvalidRequest(errors)
        return Document(sha256, ast)


def _hash(asked: Asked) -> str:
    if asked.query is None:
        return asked.sha256 or ""
    sha256 = hashlib.sha256(asked.query.encode()).hexdigest()
    if asked.sha256 not in {None, sha256}:
        raise InvalidRequest([GraphQLError("sha256Hash is not the SHA-256 of query.")])
    return sha256
