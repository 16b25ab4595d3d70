"""What was counted becomes the figures that are quoted."""

import pytest

from bench.figures import Middle, Spell, middle, percentile, ratio
from bench.load import Load
from bench.results import Run

LOAD = Load(
    requests=4, seconds=2.0, latencies=[0.4, 0.1, 0.2, 0.3], body_bytes=1_000, own_seconds=0.001
)


class TestASpell:
    def test_is_told_for_one_request(self) -> None:
        spell = Spell.of(LOAD, server_seconds=0.008, database_seconds=0.004)
        assert spell.per_second == 2
        assert spell.server_us == 2_000
        assert spell.database_us == 1_000
        assert spell.generator_us == 250
        assert spell.answer_bytes == 250
        assert (spell.p50_ms, spell.p99_ms) == (200, 400)


class TestAPercentile:
    @pytest.mark.parametrize(("percent", "value"), [(1, 1), (50, 50), (99, 99), (100, 100)])
    def test_is_a_value_that_was_seen(self, percent: int, value: int) -> None:
        assert percentile(list(range(100, 0, -1)), percent) == value

    def test_of_one_value_is_that_value(self) -> None:
        assert percentile([7], 99) == 7


class TestAMiddle:
    def test_of_one_round_is_that_round(self) -> None:
        assert middle([5]) == Middle(5, 5, 5)

    def test_is_not_moved_by_a_round_that_was_disturbed(self) -> None:
        assert middle([10, 11, 12, 13, 900]).value == 12

    def test_shows_the_middle_half(self) -> None:
        found = middle([1, 2, 3, 4, 5])
        assert (found.low, found.high) == (2, 4)


class TestARatio:
    def test_is_taken_within_each_round(self) -> None:
        """A machine that was twice as slow for a round was so for both."""
        assert ratio([20, 40, 20], [10, 20, 10]) == Middle(2, 2, 2)

    def test_needs_both_in_each_round(self) -> None:
        with pytest.raises(ValueError, match="shorter"):
            ratio([1, 2], [1])


class TestARun:
    def test_is_read_as_it_was_kept(self) -> None:
        spell = Spell.of(LOAD, server_seconds=0.008, database_seconds=0.004)
        run = Run(
            "2026-11-23",
            "python -m bench",
            "x86_64",
            {"Python": "3.11"},
            {"Q0": {"floor": [spell], "tradepost": [spell]}},
            {"Q0": {"floor": 2}},
            {"floor": 40.0},
            {"Q0": {"logging": [[20.0, 10.0]]}},
        )
        again = Run.read(run.kept())
        assert again == run
        assert again.times_floor("Q0", "tradepost") == Middle(1, 1, 1)

    def test_has_no_ratio_where_the_floor_was_not_asked(self) -> None:
        spell = Spell.of(LOAD, server_seconds=0.008, database_seconds=0.004)
        run = Run("", "", "", {}, {"Q4": {"tradepost": [spell]}})
        assert run.times_floor("Q4", "tradepost") is None
