"""Who is connected may stay no longer than their session (SUB-2)."""

import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from fastapi import FastAPI

from db import ids, users
from db.access import Role
from db.base import execute
from db.users import User, UserStatus
from tests import factories
from tests.api.live.talking import talking
from tests.api.live.test_sse import events, stream
from tests.client import StoppedClock
from tests.db.events.test_notifier import tell
from tests.goods import make_shop

VIEWER = "{ viewer { id } }"
UPDATED = "subscription($id: ID!) { orderUpdated(orderId: $id) { order { version } } }"
CUT_OFF_SECONDS = 2.0
End = Callable[[User, StoppedClock], Awaitable[object]]


async def disable(user: User, _clock: StoppedClock) -> None:
    user.status = UserStatus.DISABLED
    await user.save(update_fields=["status"])


async def sign_out(user: User, _clock: StoppedClock) -> None:
    await execute("DELETE FROM session WHERE user_id = $1", user.id)


async def grow_old(_user: User, clock: StoppedClock) -> None:
    clock.instant += timedelta(minutes=16)


ENDS = [disable, sign_out, grow_old]


@pytest.fixture(autouse=True)
async def _shop(app: FastAPI) -> None:
    await make_shop()


@pytest.mark.parametrize("end", ENDS)
async def test_sub_2_an_idle_socket_is_cut_off_when_its_session_ends(
    shop_port: int, clock: StoppedClock, end: End
) -> None:
    user = await factories.user()
    token = await factories.sign_in(user)
    async with talking(shop_port) as talk:
        await talk.introduce(authorization=f"Bearer {token}")
        await end(user, clock)
        began = time.monotonic()
        assert await talk.closed() == (4403, "Your session has ended.")
        assert time.monotonic() - began < CUT_OFF_SECONDS


@pytest.mark.parametrize("end", ENDS)
async def test_sub_2_a_stream_is_cut_off_when_its_session_ends(
    shop_port: int, clock: StoppedClock, end: End
) -> None:
    user = await factories.user()
    order = await factories.order(owner=user)
    token = await factories.sign_in(user)
    query = f'subscription {{ orderUpdated(orderId: "{order.typeid}") {{ order {{ id }} }} }}'
    async with stream(shop_port, query, authorization=f"Bearer {token}") as response:
        heard = events(response)
        assert (await anext(heard))[0] == "next"
        await end(user, clock)
        began = time.monotonic()
        (name, body), last = [event async for event in heard]
        assert time.monotonic() - began < CUT_OFF_SECONDS
    assert (name, last) == ("next", ("complete", None))
    assert body["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_sub_2_no_message_reaches_who_was_disabled_however_fast_it_comes(
    shop_port: int, clock: StoppedClock
) -> None:
    user = await factories.user(role=Role.SUPPORT)
    order = await factories.order()
    token = await factories.sign_in(user)
    async with talking(shop_port) as talk:
        await talk.introduce(authorization=f"Bearer {token}")
        await talk.ask(UPDATED, id=order.typeid)
        await talk.hear()
        await disable(user, clock)
        await execute("UPDATE orders SET version = version + 1 WHERE id = $1", order.id)
        await tell(order.typeid)
        assert (await talk.closed())[0] == 4403
        assert talk.last_words == []


async def test_an_operation_after_the_end_of_the_session_is_the_last(
    shop_port: int, clock: StoppedClock
) -> None:
    user = await factories.user()
    token = await factories.sign_in(user)
    async with talking(shop_port) as talk:
        await talk.introduce(authorization=f"Bearer {token}")
        assert (await talk.answer(VIEWER))["viewer"]["id"] == user.typeid
        await sign_out(user, clock)
        await talk.ask(VIEWER)
        code, reason = await talk.closed()
        assert code == 4403
        assert "token" in reason


async def test_staff_whose_role_is_taken_hear_no_more(shop_port: int, clock: StoppedClock) -> None:
    user = await factories.user(role=Role.SUPPORT)
    order = await factories.order()
    token = await factories.sign_in(user)
    async with talking(shop_port) as talk:
        await talk.introduce(authorization=f"Bearer {token}")
        await talk.ask(UPDATED, id=order.typeid)
        await talk.hear()
        user.role = Role.CUSTOMER
        await user.save(update_fields=["role"])
        await execute("UPDATE orders SET version = version + 1 WHERE id = $1", order.id)
        await tell(order.typeid)
        assert await talk.codes() == ["BAD_REQUEST"]
        assert (await talk.answer(VIEWER))["viewer"]["id"] == user.typeid


@pytest.mark.parametrize("way", ["payload", "header"])
async def test_a_guest_is_known_by_the_token_and_stays(
    shop_port: int, clock: StoppedClock, way: str
) -> None:
    guest_id, token = await users.make_guest(clock.now())
    order = await factories.order(guest_id=guest_id)
    headers = {"guest_token": token} if way == "header" else {}
    payload = {} if headers else {"guestToken": token}
    async with talking(shop_port, **headers) as talk:
        await talk.introduce(**payload)
        await talk.ask(UPDATED, id=order.typeid)
        assert (await talk.hear())["type"] == "next"
        clock.instant += timedelta(days=1)
        assert await talk.is_silent(1.5)


async def test_one_socket_is_cut_off_and_the_others_stay(
    shop_port: int, clock: StoppedClock
) -> None:
    ada, bob = await factories.user(), await factories.user()
    tokens = [await factories.sign_in(each) for each in (ada, bob)]
    async with talking(shop_port) as first, talking(shop_port) as second:
        await first.introduce(authorization=f"Bearer {tokens[0]}")
        await second.introduce(authorization=f"Bearer {tokens[1]}")
        await disable(ada, clock)
        assert (await first.closed())[0] == 4403
        assert (await second.answer(VIEWER))["viewer"]["id"] == ids.encode("user", bob.id)
