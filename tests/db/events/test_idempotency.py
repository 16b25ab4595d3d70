"""Calls may be made again: once per key, whoever asks and however often."""

import asyncio
from datetime import datetime, timedelta

import pytest

from db import events
from db.base import execute, fetch_value
from db.config import Database
from db.errors import Code, Refusal
from db.events import Claim, Outcome


def claim(key: str = "k", *, args: bytes = b"a", scope: str = "user:1") -> Claim:
    return Claim(scope=scope, key=key, mutation="thingMake", args_hash=args)


class TestOnce:
    async def test_idm_1_fifty_callers_with_one_key_do_the_work_once(
        self, database: Database, now: datetime
    ) -> None:
        done: list[int] = []

        async def work() -> Outcome:
            done.append(1)
            await asyncio.sleep(0.01)
            return Outcome({"thing": "thing_1"})

        outcomes = await asyncio.gather(*(events.once(claim(), now, work) for _ in range(50)))

        assert len(done) == 1
        assert {outcome.ids["thing"] for outcome in outcomes} == {"thing_1"}
        assert sum(outcome.replayed for outcome in outcomes) == 49
        assert all(outcome.first_seen_at == now for outcome in outcomes if outcome.replayed)

    async def test_idm_3_other_arguments_are_refused_and_nothing_changes(
        self, database: Database, now: datetime
    ) -> None:
        async def work() -> Outcome:
            return Outcome({"thing": "thing_1"})

        await events.once(claim(), now, work)
        with pytest.raises(Refusal) as refused:
            await events.once(claim(args=b"b"), now, work)

        assert refused.value.code is Code.IDEMPOTENCY_KEY_REUSED
        assert await fetch_value("SELECT count(*) FROM idempotency") == 1

    async def test_idm_5_a_refusal_leaves_the_key_free_for_the_corrected_call(
        self, database: Database, now: datetime
    ) -> None:
        async def refuse() -> Outcome:
            await execute("INSERT INTO guest (id, created_at) VALUES (gen_random_uuid(), now())")
            raise Refusal(Code.INVALID, "No.")

        async def work() -> Outcome:
            return Outcome({"thing": "thing_2"})

        with pytest.raises(Refusal):
            await events.once(claim(args=b"wrong"), now, refuse)
        assert await fetch_value("SELECT count(*) FROM guest") == 0

        outcome = await events.once(claim(args=b"right"), now, work)
        assert outcome.ids == {"thing": "thing_2"}
        assert not outcome.replayed

    async def test_idm_6_two_callers_with_one_key_have_two_outcomes(
        self, database: Database, now: datetime
    ) -> None:
        async def mine() -> Outcome:
            return Outcome({"thing": "mine"})

        async def yours() -> Outcome:
            return Outcome({"thing": "yours"})

        first = await events.once(claim(scope="user:1"), now, mine)
        second = await events.once(claim(scope="user:2"), now, yours)

        assert (first.ids["thing"], second.ids["thing"]) == ("mine", "yours")


class TestForgetClaims:
    async def test_forgets_the_oldest_first_and_nothing_before_seven_days(
        self, database: Database, now: datetime
    ) -> None:
        async def work() -> Outcome:
            return Outcome({"thing": "thing_1"})

        week = timedelta(days=7)
        for key, at in (("young", now), ("old", now - week), ("oldest", now - 2 * week)):
            await events.once(claim(key), at, work)
        later = now + timedelta(seconds=1)

        assert await events.forget_claims(now=later, most=1) == 1
        assert await events.seen(claim("oldest")) is None
        assert await events.forget_claims(now=later) == 1
        assert await events.forget_claims(now=later) == 0
        assert (await events.once(claim("young"), later, work)).replayed


class TestRecord:
    async def test_writes_all_events_of_a_change_at_once(
        self, database: Database, now: datetime
    ) -> None:
        await events.record(
            (events.Topic.ORDER_PLACED, "order_1", {"number": "1001"}),
            (events.Topic.PAYMENT_CAPTURED, "pay_1", {"amount": "1.00"}),
            now=now,
        )

        rows = await fetch_value(
            "SELECT string_agg(concat_ws(' ', topic, subject, payload), ', ' ORDER BY topic)"
            " FROM event"
        )
        assert rows == (
            'ORDER_PLACED order_1 {"number": "1001"}, PAYMENT_CAPTURED pay_1 {"amount": "1.00"}'
        )
