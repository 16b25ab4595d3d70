"""SIM-2: histories that a seed decides, and whether they would notice a shop that is wrong."""

import os
from collections.abc import Callable, Iterator
from typing import Final

import pytest

from tests.simulation.gateway import TROUBLES
from tests.simulation.mistakes import Mistake
from tests.simulation.regressions import SEEDS as KEPT
from tests.simulation.scheduling import ANSWER_LOST, REFUSED
from tests.simulation.simulation import Told, simulation
from tests.torture.tried import Record

pytestmark = pytest.mark.timeout(600)

SEEDS: Final = int(os.environ.get("SEEDS", "200"))
PARTS: Final = 4
"""So that several workers share them."""
ENOUGH: Final = 40
"""Seeds within which a mistake has to be noticed, and every kind of trouble has to happen."""

Tell = Callable[..., Told]


@pytest.fixture
def tell(database_url: str) -> Iterator[Tell]:
    """The function that tells the history of a seed."""
    with simulation(database_url) as tell:
        yield tell


@pytest.mark.parametrize("part", range(PARTS))
def test_sim_2_no_history_breaks_a_promise(tell: Tell, part: int, record_property: Record) -> None:
    seeds = range(part, SEEDS, PARTS)
    record_property("tried", len(seeds))
    all_told = ""
    for seed in seeds:
        told = tell(seed)
        assert told.violation is None, f"python -m tests.simulation --seed {seed}\n{told}"
        all_told += str(told)

    for trouble in (*REFUSED.values(), ANSWER_LOST, "dies before", *TROUBLES):
        assert trouble in all_told or len(seeds) < ENOUGH, "this has never happened"


@pytest.mark.parametrize("seed", KEPT)
def test_sim_2_what_was_found_once_stays_mended(tell: Tell, seed: int) -> None:
    told = tell(seed)

    assert told.violation is None, f"{KEPT[seed]}\n{told}"


def test_sim_2_a_seed_tells_one_history(tell: Tell) -> None:
    for seed in (0, 6, *KEPT):
        assert str(tell(seed)) == str(tell(seed))


def test_sim_2_a_fault_that_nobody_expected_is_told_with_its_history(
    tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def break_down(*_: object, **__: object) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("db.orders.placement._reserve", break_down)
    told = tell(0)

    assert told.violation == "Nobody expected this: RuntimeError('broken on purpose')"
    assert str(told).startswith("seed 0\n   1 ")


@pytest.mark.parametrize(
    ("mistake", "sentence"),
    [
        (Mistake.CHARGE_BEFORE_RESERVE, "All money that the gateway moved is on our books."),
        (Mistake.NEW_KEY_ON_RETRY, "All money that the gateway moved is on our books."),
        (Mistake.RELEASE_BEFORE_FENCE, "Who was never given an order was never charged."),
    ],
)
def test_sim_2_a_mistake_is_noticed(
    tell: Tell, mistake: Mistake, sentence: str, record_property: Record
) -> None:
    for seed in range(ENOUGH):
        violation = tell(seed, mistake).violation or ""
        if sentence in violation:
            break

    print(f"{mistake}: noticed by seed {seed}")  # noqa: T201 - how many it took
    record_property("tried", seed + 1)
    assert sentence in violation
    assert tell(seed).violation is None, "it is the mistake that was noticed"
