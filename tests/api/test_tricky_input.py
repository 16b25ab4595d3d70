"""What nobody should send is answered, clearly and at once, and nothing is worse for it.

Against a shop in a process of its own, as it is run in production, over real sockets.
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Sequence

import pytest

from tests.api.running import Running
from tests.api.serving import Answer, Served, post, post_bytes
from tests.api.tricky import Tricky
from tests.api.tricky_graphql import DOCUMENTS
from tests.api.tricky_http import REQUESTS

AT_ONCE_SECONDS = 1.0
SLOW_CLIENTS = 400
FUZZED_BODIES = 600
FUZZED_REQUESTS = 300
AT_A_TIME = 50
MOST_SEED_BYTES = 3_000
SETTINGS = {
    "TRADEPOST_DEMO": "true",
    "TRADEPOST_WORKER": "false",
    "TRADEPOST_GUEST_POINTS": "1000000",
    "TRADEPOST_FAILURES_PER_ACCOUNT": "100000",
    "TRADEPOST_FAILURES_PER_ADDRESS": "100000",
}
pytestmark = [pytest.mark.timeout(180), pytest.mark.served]


@pytest.fixture(scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """The demo shop, running."""
    data = tmp_path_factory.mktemp("tricky") / "data"
    with Running(data, **SETTINGS) as running:
        assert running.was_open, running.said
        yield Served(running.port)
        assert "Traceback" not in running.said


async def asked(shop: Served, request: bytes) -> Answer:
    """Send a request on a connection of its own; the answer comes at once."""
    wire = await shop.dial()
    try:
        await wire.send(request)
        return await wire.answer(AT_ONCE_SECONDS)
    finally:
        await wire.hang_up()


@pytest.mark.parametrize("tricky", [*DOCUMENTS, *REQUESTS], ids=str)
async def test_is_answered_with_its_reason(shop: Served, tricky: Tricky) -> None:
    answer = await asked(shop, tricky.request)
    assert answer.status == tricky.status, answer
    if tricky.code:
        (error, *_) = answer.json["errors"]
        assert error["extensions"]["code"] == tricky.code
        assert 5 < len(error["message"]) <= 500
        assert not any(word in error["message"] for word in ("sys.", "None"))


async def test_head_has_no_body(shop: Served) -> None:
    wire = await shop.dial()
    await wire.send(b"HEAD /graphql HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    answer = await wire.reader.read()
    assert answer.startswith(b"HTTP/1.1 405 ")
    assert answer.endswith(b"\r\n\r\n")
    await wire.hang_up()


async def test_a_body_in_gzip_is_told_what_to_do(shop: Served) -> None:
    answer = await asked(shop, post("{ __typename }", b"Content-Encoding: gzip\r\n"))
    assert (answer.status, answer.message) == (
        415,
        "Send the body as it is, without Content-Encoding.",
    )


async def test_a_crowd_of_slow_clients_goes_in_10_seconds_and_stops_nobody(shop: Served) -> None:
    crowd = await asyncio.gather(*(shop.dial() for _ in range(SLOW_CLIENTS)))
    for number, wire in enumerate(crowd):
        await wire.send(post("{ __typename }")[: 20 + number % 80])
    answers = asyncio.gather(*(wire.answer(11) for wire in crowd))
    while not answers.done():
        assert (await asked(shop, post("{ shop { name } }"))).status == 200
        await asyncio.sleep(0.2)
    assert {answer.status for answer in await answers} == {408}
    await shop.hang_up()


def mutated(data: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """Change, take out, double and mix in some bytes."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(found) + 1)
        length = chance.randint(1, 12)
        other = chance.choice(others)
        start = chance.randrange(len(other) + 1)
        found[at : at + length * chance.randrange(2)] = chance.choice(
            [
                b"",
                chance.randbytes(length),
                found[at : at + length] * chance.randint(2, 30),
                other[start : start + length * 4],
            ]
        )
    return bytes(found)


class TestFuzz:
    """Good and tricky requests, mutated."""

    @pytest.fixture
    def chance(self) -> random.Random:
        seed = os.environ.get("FUZZ_SEED") or str(random.SystemRandom().randrange(2**32))
        print(f"FUZZ_SEED={seed}")  # noqa: T201 - shown with what failed, to have it again
        return random.Random(seed)  # noqa: S311

    async def test_of_bodies_is_answered_at_once_and_never_our_fault(
        self, shop: Served, chance: random.Random
    ) -> None:
        bodies = [each.request.partition(b"\r\n\r\n")[2] for each in DOCUMENTS]
        seeds = [body for body in bodies if 0 < len(body) < MOST_SEED_BYTES]
        for _ in range(FUZZED_BODIES):
            body = mutated(chance.choice(seeds), seeds, chance)
            answer = await asked(shop, post_bytes(body))
            self.check(answer, body)
        await self.check_still_answers(shop)

    async def test_of_the_wire_never_hangs_and_is_never_our_fault(
        self, shop: Served, chance: random.Random
    ) -> None:
        seeds = [each.request for each in REQUESTS if len(each.request) < MOST_SEED_BYTES]
        for _ in range(0, FUZZED_REQUESTS, AT_A_TIME):
            requests = [mutated(chance.choice(seeds), seeds, chance) for _ in range(AT_A_TIME)]
            answers = await asyncio.gather(*(self.sent(shop, each) for each in requests))
            for request, answer in zip(requests, answers, strict=True):
                if answer:
                    self.check(answer, request)
        await self.check_still_answers(shop)

    async def sent(self, shop: Served, request: bytes) -> Answer | None:
        """Send what may be a request; None where it is not a whole one."""
        wire = await shop.dial()
        try:
            await wire.send(request)
            return await wire.answer(AT_ONCE_SECONDS)
        except TimeoutError:
            wire.writer.write_eof()
            assert await wire.is_closed(AT_ONCE_SECONDS), request
            return None
        finally:
            await wire.hang_up()

    def check(self, answer: Answer, request: bytes) -> None:
        assert 200 <= answer.status < 500, (request, answer)
        if answer.headers.get("content-type", "").startswith("application/"):
            told = answer.json
            for error in told.get("errors", ()) if answer.status != 404 else ():
                assert error["extensions"]["code"] not in {"", "INTERNAL"}, (request, told)

    async def check_still_answers(self, shop: Served) -> None:
        good = await asked(shop, post("{ __typename }"))
        assert good.json["data"] == {"__typename": "Query"}
