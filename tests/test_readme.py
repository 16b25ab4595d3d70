"""What the documents say of the tree is so."""

import re
from pathlib import Path

import pytest
from graphql import build_schema

from api.gateways.fake_tokens import SCRIPTS

ROOT = Path(__file__).parent.parent
DOCUMENTS = [
    path
    for path in sorted(ROOT.rglob("*.md"))
    if not {".venv", "node_modules", ".hypothesis"} & set(path.relative_to(ROOT).parts)
]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_that_a_document_names_is_there(document: Path) -> None:
    text = re.sub(r"```.*?```", "", document.read_text(), flags=re.DOTALL)
    named = re.findall(r"`((?:api|schema|db|tests|bench)/[\w./-]*)`", text)
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_changelog_tells_of_every_operation() -> None:
    schema = build_schema((ROOT / "schema/schema.graphql").read_text())
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    made = {name for root in roots if root for name in root.fields}
    told, _, to_come = (ROOT / "schema/CHANGELOG.md").read_text().partition("\nNot there yet")
    assert {name for name in made if f"`{name}`" not in told} == set()
    assert {name for name in made if f"`{name}`" in to_come} == set()


def test_the_test_tokens_are_told_as_they_are() -> None:
    _, _, section = (ROOT / "api/README.md").read_text().partition("## Test tokens")
    told = dict(re.findall(r"^\| `(tok_\w+)` \| (.+) \|$", section, flags=re.MULTILINE))
    assert told == {token: script.meaning for token, script in SCRIPTS.items()}


def test_every_promise_that_the_readme_names_is_tried() -> None:
    named = set()
    told = (ROOT / "README.md").read_text()
    for family, numbers in re.findall(r"\b([A-Z]{3})-(\d(?:\d|, (?=\d)| to (?=\d))*)", told):
        for first, last in re.findall(r"(\d+)(?: to (\d+))?", numbers):
            named |= {f"{family}_{each}" for each in range(int(first), int(last or first) + 1)}
    assert {"STK_6", "PAY_8", "RFD_4"} <= named
    tests = [path for path in (ROOT / "tests").rglob("test_*.py") if path != Path(__file__)]
    tried = "\n".join(f"{path.name}\n{path.read_text()}" for path in tests)
    assert {each for each in named if f"test_{each.lower()}_" not in tried} == set()
