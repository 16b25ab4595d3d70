"""How much a caller may do: counted by each process, and together."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import pytest

from db import limits
from db.access import Caller
from db.base import fetch_value
from db.config import Database
from db.errors import Reason, Unavailable
from db.limits import Buckets, Rate, RateLimited, Rates, buckets, store
from tests.client import StoppedClock
from tests.statements import statements

MINUTE: Final = timedelta(minutes=1)
GUEST: Final = Caller.anonymous(ip="192.0.2.1")


def process(points: int = 600, checkouts: int = 30) -> Buckets:
    """Make what one process knows: here a point comes back every tenth of a second."""
    rate = Rate(points, MINUTE)
    checkout = Rate(checkouts, MINUTE)
    return Buckets(Rates(guest=rate, user=rate, api_key=rate, checkout=checkout, document=checkout))


async def spend(process: Buckets, now: datetime, *, points: int = 1, caller: Caller = GUEST) -> int:
    """Take points until there are none, and return how many there were."""
    spent = 0
    while True:
        try:
            await process.take(caller, points, now)
        except RateLimited:
            return spent
        spent += points


class TestABucket:
    async def test_holds_what_may_be_done_in_a_minute(
        self, database: Database, now: datetime
    ) -> None:
        assert await spend(process(), now) == 600

    async def test_fills_evenly(self, database: Database, now: datetime) -> None:
        one = process()
        await spend(one, now)
        later = now + timedelta(seconds=6)
        assert await spend(one, later) == 60
        await one.settle(later)
        assert await spend(one, now + timedelta(minutes=10)) == 600

    async def test_says_what_is_left_and_until_when(
        self, database: Database, now: datetime
    ) -> None:
        standing = await process().take(GUEST, 50, now)
        assert (standing.limit, standing.remaining) == (600, 550)
        assert standing.reset_at == now + timedelta(seconds=5)

    async def test_is_described_without_taking_anything(
        self, database: Database, now: datetime
    ) -> None:
        one = process()
        await one.take(GUEST, 50, now)
        assert one.standing(GUEST, now).remaining == 550
        assert one.standing(GUEST, now + timedelta(seconds=1)).remaining == 560

    async def test_says_how_long_to_wait(self, database: Database, now: datetime) -> None:
        one = process()
        await spend(one, now)
        with pytest.raises(RateLimited) as refused:
            await one.take(GUEST, 45, now)
        assert refused.value.retry_after_seconds == 5
        assert refused.value.standing.remaining == 0
        await one.take(GUEST, 45, now + timedelta(seconds=5))

    async def test_takes_all_or_nothing(self, database: Database, now: datetime) -> None:
        one = process()
        await one.take(GUEST, 550, now)
        with pytest.raises(RateLimited):
            await one.take(GUEST, 51, now)
        await one.take(GUEST, 50, now)

    async def test_gives_what_costs_nothing_also_when_empty(
        self, database: Database, now: datetime
    ) -> None:
        one = process()
        await spend(one, now)
        assert (await one.take(GUEST, 0, now)).remaining == 0

    async def test_of_checkouts_is_another(self, database: Database, now: datetime) -> None:
        one = process()
        for _ in range(30):
            await one.take_checkout(GUEST, now)
        with pytest.raises(RateLimited) as refused:
            await one.take_checkout(GUEST, now)
        assert refused.value.retry_after_seconds == 2
        assert one.standing(GUEST, now).remaining == 600


class TestACaller:
    def of(self, **who: Any) -> Caller:
        return replace(GUEST, **who)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ({"ip": "192.0.2.1"}, {"ip": "::ffff:192.0.2.1"}),
            ({"ip": "192.0.2.1"}, {"ip": "192.0.2.1", "guest_id": uuid4()}),
            ({"ip": "2001:db8::1"}, {"ip": "2001:db8:0:0:ffff:ffff:ffff:ffff"}),
            ({"ip": None}, {"ip": None}),
        ],
    )
    async def test_is_the_same_who_comes_from_the_same_place(
        self, database: Database, now: datetime, one: dict[str, Any], other: dict[str, Any]
    ) -> None:
        here = process()
        await spend(here, now, caller=self.of(**one))
        assert await spend(here, now, caller=self.of(**other)) == 0

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ({"ip": "192.0.2.1"}, {"ip": "192.0.2.2"}),
            ({"ip": "2001:db8::1"}, {"ip": "2001:db8:0:1::1"}),
            ({"ip": "192.0.2.1"}, {"ip": "192.0.2.1", "user_id": uuid4()}),
            ({"ip": "192.0.2.1", "user_id": uuid4()}, {"ip": "192.0.2.1", "user_id": uuid4()}),
            ({"api_key_id": uuid4()}, {"api_key_id": uuid4()}),
        ],
    )
    async def test_has_a_bucket_of_their_own(
        self, database: Database, now: datetime, one: dict[str, Any], other: dict[str, Any]
    ) -> None:
        here = process()
        await spend(here, now, caller=self.of(**one))
        assert await spend(here, now, caller=self.of(**other)) == 600

    async def test_who_is_signed_in_has_one_bucket_everywhere(
        self, database: Database, now: datetime
    ) -> None:
        user, here = uuid4(), process()
        await spend(here, now, caller=self.of(user_id=user, ip="192.0.2.1"))
        assert await spend(here, now, caller=self.of(user_id=user, ip="192.0.2.2")) == 0


class TestProcesses:
    """Several processes, each with what it knows, and one database."""

    async def test_together_give_at_most_a_lease_each_too_much(
        self, database: Database, now: datetime
    ) -> None:
        several = [process() for _ in range(3)]
        spent = await asyncio.gather(*(spend(one, now) for one in several))
        assert 600 <= sum(spent) <= 600 + 3 * 60

    async def test_give_nothing_more_once_they_have_settled(
        self, database: Database, now: datetime
    ) -> None:
        several = [process() for _ in range(3)]
        await asyncio.gather(*(spend(one, now) for one in several))
        for one in several * 2:
            await one.settle(now)
        assert [await spend(one, now) for one in several] == [0, 0, 0]

    async def test_learn_by_the_second_what_the_others_gave(
        self, database: Database, now: datetime
    ) -> None:
        one, other = process(), process()
        await one.take(GUEST, 40, now)
        await one.settle(now)
        await other.take(GUEST, 10, now)
        await other.settle(now)
        assert other.standing(GUEST, now).remaining == 550

    async def test_pay_what_they_owe_when_they_ask_for_more(
        self, database: Database, now: datetime
    ) -> None:
        one, other = process(), process()
        await one.take(GUEST, 50, now)
        await one.take(GUEST, 200, now)
        assert await limits.full_at("address:192.0.2.1", now) == now + timedelta(seconds=25)
        with pytest.raises(RateLimited):
            await other.take(GUEST, 351, now)
        assert (await other.take(GUEST, 350, now)).remaining == 0

    async def test_do_not_settle_a_debt_twice(self, database: Database, now: datetime) -> None:
        one = process()
        for points in (30, 200, 20):
            await one.take(GUEST, points, now)
        for _ in range(3):
            await one.settle(now)
        assert await limits.full_at("address:192.0.2.1", now) == now + timedelta(seconds=25)

    async def test_settle_a_whole_crowd_in_one_statement(
        self, database: Database, now: datetime
    ) -> None:
        one = process()
        for each in range(300):
            await one.take(Caller.anonymous(ip=f"198.51.100.{each % 256}"), 1, now)
            await one.take(Caller.anonymous(ip=f"203.0.113.{each % 256}"), 1, now)
        with statements() as sent:
            await one.settle(now)
        assert len(sent) == 1

    async def test_that_settle_at_once_never_wait_for_each_other(
        self, database: Database, now: datetime
    ) -> None:
        several = [process() for _ in range(4)]
        crowd = [Caller.anonymous(ip=f"198.51.100.{each}") for each in range(200)]
        for number, one in enumerate(several):
            for caller in crowd if number % 2 else reversed(crowd):
                await one.take(caller, 1, now)
        await asyncio.gather(*(one.settle(now) for one in several))
        full = await fetch_value("SELECT max(full_at) FROM rate_bucket")
        assert full == now + timedelta(seconds=0.4)


class TestWithoutAsking:
    async def test_most_requests_cost_no_statement(self, database: Database, now: datetime) -> None:
        one = process()
        with statements() as sent:
            for _ in range(60):
                await one.take(GUEST, 1, now)
        assert sent == []

    async def test_who_has_nothing_left_costs_no_statement(
        self, database: Database, now: datetime
    ) -> None:
        one = process()
        await spend(one, now)
        with statements() as sent:
            assert await spend(one, now) == 0
        assert sent == []


class TestWhileTheDatabaseIsAway:
    @pytest.fixture
    def gone(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
        """Take the database away; the function tells how often it was asked for."""
        asked = 0

        async def away(*_: object) -> None:
            nonlocal asked
            asked += 1
            raise Unavailable(Reason.DATABASE)

        monkeypatch.setattr(store, "charge", away)
        monkeypatch.setattr(store, "settle", away)
        return lambda: asked

    async def test_each_process_counts_for_itself(
        self, now: datetime, gone: Callable[[], int]
    ) -> None:
        assert [await spend(one, now) for one in (process(), process())] == [600, 600]

    async def test_it_is_asked_once_a_second(self, now: datetime, gone: Callable[[], int]) -> None:
        one = process()
        await spend(one, now)
        assert gone() == 1
        await spend(one, now + timedelta(seconds=30))
        assert gone() == 2

    async def test_settling_goes_on_counting(self, now: datetime, gone: Callable[[], int]) -> None:
        one = process()
        await one.take(GUEST, 50, now)
        await one.settle(now)
        assert one.standing(GUEST, now).remaining == 550
        assert await spend(one, now) == 550


class TestMemory:
    async def test_who_has_gone_is_forgotten(self, database: Database, now: datetime) -> None:
        one = process()
        await one.take(GUEST, 10, now)
        await one.settle(now)
        assert len(one) == 1
        await one.settle(now + timedelta(seconds=1))
        assert len(one) == 0

    async def test_of_too_many_the_first_is_forgotten(
        self, database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(buckets, "MOST_BUCKETS", 10)
        one = process()
        for each in range(30):
            await one.take(Caller.anonymous(ip=f"192.0.2.{each}"), 1, now)
        assert len(one) == 10

    async def test_the_table_forgets_what_is_full(self, database: Database, now: datetime) -> None:
        one = process()
        for each in range(5):
            await one.take(Caller.anonymous(ip=f"192.0.2.{each}"), 10 * each + 10, now)
        await one.settle(now)
        assert await limits.delete_full(now=now, most=10) == 0
        assert await limits.delete_full(now=now + timedelta(seconds=3), most=2) == 2
        assert await limits.delete_full(now=now + timedelta(seconds=3), most=2) == 1
        assert await fetch_value("SELECT count(*) FROM rate_bucket") == 2


async def test_a_process_settles_by_the_second_and_when_it_ends(
    database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buckets, "SETTLE_SECONDS", 0.01)
    one = process()
    async with one.settled(database, StoppedClock(now)):
        await one.take(GUEST, 10, now)
        await asyncio.sleep(0.5)
        assert await limits.full_at("address:192.0.2.1", now) == now + timedelta(seconds=1)
        monkeypatch.setattr(buckets, "SETTLE_SECONDS", 60)
        await asyncio.sleep(0.1)
        await one.take(GUEST, 10, now)
    assert await limits.full_at("address:192.0.2.1", now) == now + timedelta(seconds=2)
