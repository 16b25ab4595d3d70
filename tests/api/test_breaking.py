"""What breaks clients is found, and needs a line in the changelog (CON-3)."""

import subprocess
from pathlib import Path

import pytest

from api import breaking
from api.breaking import CHANGELOG, SCHEMA, changes, compare, stated
from api.faults import CommandFailedError

SDL = """
directive @auth(requires: Role, owner: Boolean! = false) on FIELD_DEFINITION
directive @cost(weight: Int!) on FIELD_DEFINITION
enum Role { STAFF OWNER }
input By { id: ID }
type Order { name: String! email: String @auth(requires: STAFF) total: Int @cost(weight: 10) }
type Query { order(by: By!): Order, role: Role }
"""


@pytest.mark.parametrize(
    ("was", "becomes", "at"),
    [
        ("name: String!", "", "Order.name"),
        ("name: String!", "name: String", "Order.name"),
        ("name: String!", "name: Int!", "Order.name"),
        ("order(by: By!)", "order(by: By!, at: Int!)", "Query.order(at:)"),
        ("{ id: ID }", "{ id: ID! }", "By.id"),
        ("{ id: ID }", "{ id: ID, at: Int! }", "By.at"),
        ("{ STAFF OWNER }", "{ STAFF }", "Role.OWNER"),
        (", role: Role", "", "Query.role"),
        ("@auth(requires: STAFF)", "@auth(requires: OWNER)", "Order.email"),
        ("@auth(requires: STAFF)", "@auth(requires: STAFF, owner: true)", "Order.email"),
        ("@auth(requires: STAFF)", "", "Order.email"),
        ("role: Role", "role: Role @auth(owner: true)", "Query.role"),
        ("weight: 10", "weight: 11", "Order.total"),
        ("role: Role", "role: Role @cost(weight: 1)", "Query.role"),
    ],
)
def test_breaks(was: str, becomes: str, at: str) -> None:
    found = [each for each in changes(SDL, SDL.replace(was, becomes)) if each.is_breaking]
    assert [each.coordinate for each in found] == [at]
    assert at in found[0].what or at.partition("(")[0] in found[0].what


@pytest.mark.parametrize(
    ("was", "becomes", "count"),
    [
        ("name: String!", "name: String! nick: String!", 0),
        ("email: String", "email: String!", 0),
        ("weight: 10", "weight: 9", 0),
        ("requires: STAFF", "requires: STAFF, owner: false", 0),
        ("{ STAFF OWNER }", "{ STAFF OWNER ADMIN }", 1),
        ("{ id: ID }", "{ id: ID, at: Int }", 1),
    ],
)
def test_breaks_nothing(was: str, becomes: str, count: int) -> None:
    found = changes(SDL, SDL.replace(was, becomes))
    assert [each.is_breaking for each in found] == [False] * count


def test_only_lines_that_are_new_say_that_something_breaks() -> None:
    old = "- **Breaking:** `Order.name` goes.\n"
    assert stated(old, f"- **Breaking:** `Order.email` goes.\n- `Query.role`\n{old}") == {
        "Order.email"
    }


class TestAgainstAnEarlierCommit:
    @pytest.fixture(autouse=True)
    def repository(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A repository of its own, in which one commit has made the schema."""
        monkeypatch.chdir(tmp_path)
        for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
            monkeypatch.delenv(name, raising=False)
        git("init", "--quiet")
        Path("schema").mkdir()
        self.commit(SDL, "")
        return tmp_path

    def commit(self, schema: str, changelog: str) -> None:
        Path(SCHEMA).write_text(schema)
        Path(CHANGELOG).write_text(changelog)
        git("add", ".")
        git("-c", "user.name=a", "-c", "user.email=a@b.test", "commit", "-qm", "a", "--allow-empty")

    def test_what_was_not_said_is_found_before_it_is_committed(self) -> None:
        Path(SCHEMA).write_text(SDL.replace(", role: Role", ""))
        compared = compare(None)
        assert compared
        assert compared.reference == "HEAD"
        assert [each.coordinate for each in compared.unsaid] == ["Query.role"]

    def test_what_was_not_said_is_found_after_it_is_committed(self) -> None:
        self.commit(SDL.replace(", role: Role", ""), "")
        self.commit(SDL.replace(", role: Role", ""), "other things")
        compared = compare(None)
        assert compared
        assert [each.coordinate for each in compared.unsaid] == ["Query.role"]

    def test_what_was_said_may_break(self) -> None:
        self.commit(SDL.replace(", role: Role", ""), "- **Breaking:** `Query.role` goes.")
        compared = compare(None)
        assert compared
        assert len(compared.changes) == 1
        assert compared.unsaid == []

    def test_all_that_a_branch_changes_is_compared_with_main(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(breaking, "MAIN", "main-of-elsewhere")
        git("branch", "main-of-elsewhere")
        for becomes in ("role: Int", "role: Float"):
            self.commit(SDL.replace("role: Role", becomes), "")
        compared = compare(None)
        assert compared
        assert [each.what for each in compared.unsaid] == [
            "Field Query.role changed type from Role to Float."
        ]

    def test_a_commit_can_be_named(self) -> None:
        compared = compare("HEAD")
        assert compared
        assert compared.changes == []

    def test_a_commit_that_is_not_there_is_said_so(self) -> None:
        with pytest.raises(CommandFailedError, match="at nowhere"):
            compare("nowhere")

    def test_without_an_earlier_schema_there_is_nothing_to_compare(self) -> None:
        assert compare(None) is None


def git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True)  # noqa: S607 - whichever there is
