"""Whether all servers give the same data: a bench that compares different answers is void."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import httpx

from bench.queries import Asked, Query

_COMPARED: Final = 10
"""Requests of each query: different slugs, different customers."""
_TIMEOUT_SECONDS: Final = 30


class DifferentAnswers(Exception):
    """Two servers do not say the same."""


def check(query: Query, asked: Sequence[Asked], ports: Mapping[str, int]) -> None:
    """Ask all servers the same, and compare.

    :raises DifferentAnswers: with both answers.
    """
    step = max(1, len(asked) // _COMPARED)
    for each in asked[::step]:
        answers = {name: answer(port, each) for name, port in ports.items()}
        [first, *others] = answers
        for other in others:
            if answers[other] != answers[first]:
                raise DifferentAnswers(
                    f"{query.name}: {first} says {_shown(answers[first])}\n"
                    f"and {other} says {_shown(answers[other])}"
                )


def answer(port: int, asked: Asked) -> Any:
    """Return the data of an answer, or all of it where there is none."""
    body = {
        "query": asked.document,
        "operationName": asked.operation,
        "variables": asked.variables,
    }
    headers = {"Accept": "application/json", **asked.headers}
    url = f"http://127.0.0.1:{port}/graphql"
    said = httpx.post(url, json=body, headers=headers, timeout=_TIMEOUT_SECONDS).json()
    return said if said.get("errors") else said["data"]


def _shown(said: Any) -> str:
    return json.dumps(said)[:1_500]
