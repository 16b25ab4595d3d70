"""The server as the specification of GraphQL over HTTP wants it, by its own audits (CON-4)."""

import json
from typing import Any

import pytest

from tests.api.running import Running
from tests.node.tools import HOME, tools

pytestmark = pytest.mark.served

AUDITS = 61


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What the audits found at a shop that runs."""
    node = tools()
    data = tmp_path_factory.mktemp("audit") / "data"
    with Running(data, TRADEPOST_DEMO="false", TRADEPOST_WORKER="false") as shop:
        assert shop.was_open, shop.said
        audit = node.run(HOME / "audit.mjs", f"{shop.url}/graphql")
    assert audit.returncode == 0, audit.stderr
    found: list[dict[str, Any]] = json.loads(audit.stdout)
    return found


def test_every_must_every_should_and_every_may_passes(results: list[dict[str, Any]]) -> None:
    assert [each for each in results if each["status"] != "ok"] == []


def test_no_audit_is_left_out(results: list[dict[str, Any]]) -> None:
    assert len(results) >= AUDITS
