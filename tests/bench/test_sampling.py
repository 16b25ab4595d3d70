"""A profile says where the samples were."""

from collections import Counter
from pathlib import Path

from bench.sampling import Stack, read, sampled, shares, summary


def test_a_function_has_its_own_samples_and_those_of_its_calls() -> None:
    stacks = Counter({("main", "print"): 3, ("main",): 1, ("main", "call", "main"): 4})
    shown = summary(stacks)
    assert "| main     | 62.5% |     100.0% |" in shown
    assert "| print    | 37.5% |      37.5% |" in shown


def test_time_is_told_by_package_too() -> None:
    stacks: Counter[Stack] = Counter(
        {("api/a.py:f", "uvicorn/b.py:g"): 3, ("api/a.py:f", "<string>:f0"): 1}
    )
    assert shares(stacks) == {"uvicorn": 0.75, "code that was written": 0.25}


def test_stacks_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "stacks"
    path.write_text("a.py:f;b.py:g with a space 3\na.py:f 2\n")
    assert read(path) == {("a.py:f", "b.py:g with a space"): 3, ("a.py:f",): 2}


def test_what_is_busy_is_found(tmp_path: Path) -> None:
    path = tmp_path / "stacks"
    with sampled(path):
        _busy()
    assert any(stack[-1].endswith(":_busy") for stack in read(path))


def _busy() -> None:
    for _ in range(3_000_000):
        pass
