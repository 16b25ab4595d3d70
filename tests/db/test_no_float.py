"""MON-7: no float touches money."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# A float is allowed in a line that says "seconds", in a name or a comment, and in these files.
NOT_MONEY = {
    "db/clock.py": "half of a round trip is a timedelta",
    "schema/cost/price.py": "a client may write 5.0 where it asks for 5 things",
    "schema/connections.py": "a search result's rank, inside a cursor",
    "db/engine.py": "the time limits of the pool have asyncpg's own signatures",
}
FLOAT_NAMES = frozenset({"float", "FloatField"})
MONEY_NAMES = frozenset({"Money", "amount", "price", "subtotal"})


def test_mon_7_no_float_touches_money() -> None:
    assert [fault for path in money_paths() for fault in floats_in(path)] == []


def test_mon_7_exempts_only_files_that_exist() -> None:
    assert [path for path in NOT_MONEY if not (ROOT / path).is_file()] == []


@pytest.mark.parametrize(
    "line", ["price = 1.5", "x = float(y)", "def f(x: float): ...", "x = FloatField()", "x = y / 2"]
)
def test_mon_7_finds_a_float_that_is_there(line: str, tmp_path: Path) -> None:
    path = tmp_path / "prices.py"
    path.write_text(line)
    assert list(floats_in(path)) == [f"{path}:1: {line}"]


def money_paths() -> Iterator[Path]:
    """Give `db` and `schema` whole, and of `api` the files that name an amount."""
    exempt = {ROOT / path for path in NOT_MONEY}
    for layer in ("db", "schema"):
        yield from set((ROOT / layer).rglob("*.py")) - exempt
    for path in (ROOT / "api").rglob("*.py"):
        if MONEY_NAMES & set(re.findall(r"\w+", path.read_text())):
            yield path


def floats_in(path: Path) -> Iterator[str]:
    source = path.read_text()
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.expr) and is_float(node):
            line = lines[node.lineno - 1]
            if "seconds" not in line.lower():
                yield f"{path}:{node.lineno}: {line.strip()}"


def is_float(node: ast.expr) -> bool:
    """Tell a float's literal, its names, and a division that makes one."""
    match node:
        case ast.Constant(value=value):
            return isinstance(value, float)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in FLOAT_NAMES
        case ast.BinOp(op=ast.Div(), right=ast.Constant(value=int())):
            return True
    return False
