"""Documents quote what was found, and nothing else."""

from dataclasses import replace

import pytest

from bench import report, results
from bench.results import Run
from bench.tables import table


@pytest.fixture(scope="module")
def run() -> Run:
    return Run.read(results.KEPT.read_bytes())


def test_the_documents_are_in_step_with_the_run_that_they_quote(run: Run) -> None:
    for path, text in report.documents(run).items():
        assert path.read_text() == text, f"python -m bench --write has not written {path.name}"


def test_the_readme_names_the_date_and_the_versions(run: Run) -> None:
    text = report.README.read_text()
    assert f"{run.at}, {run.machine}" in text
    assert f"Python {run.versions['Python']}, PostgreSQL {run.versions['PostgreSQL']}" in text


def test_a_run_without_protections_has_no_table_of_them(run: Run) -> None:
    assert "What each protection costs" in report.in_full(run)
    assert "What each protection costs" not in report.in_full(replace(run, protections={}))


def test_numbers_stand_to_the_right() -> None:
    assert table(("", "µs"), [("a", "5"), ("b", "1,234")]).splitlines()[2] == "| a |     5 |"
