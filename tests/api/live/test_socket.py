"""WebSocket, over a real socket: each way it goes, and each code with which it ends."""

import asyncio

import orjson
import pytest
from fastapi import FastAPI
from websockets.exceptions import InvalidStatus

from api.live.presence import Presence
from api.live.socket import Socket
from tests.api.conftest import NotedMailer
from tests.api.live.talking import talking

ALIASES = " ".join(f"a{number}: __typename" for number in range(31))
COUNT = "subscription($to: Int!) { counted(to: $to) }"
FOLLOW = 'subscription { following(subject: "order_1") }'


class TestOpening:
    async def test_speaks_the_protocol_that_both_know(self, port: int) -> None:
        async with talking(port) as talk:
            assert talk.connection.subprotocol == "graphql-transport-ws"
            await talk.introduce()

    async def test_4406_in_no_protocol_that_we_know(self, port: int) -> None:
        async with talking(port, subprotocol=None) as talk:
            assert (await talk.closed())[0] == 4406

    @pytest.mark.parametrize("origin", ["https://evil.test", "null", "http://127.0.0.1:1"])
    async def test_403_from_a_page_of_others(self, port: int, origin: str) -> None:
        with pytest.raises(InvalidStatus) as refused:
            async with talking(port, origin=origin):
                pass
        assert refused.value.response.status_code == 403

    async def test_from_a_page_of_ours(self, port: int) -> None:
        async with talking(port, origin=f"http://127.0.0.1:{port}") as talk:
            await talk.introduce()

    async def test_from_an_origin_that_is_allowed(self, toy_app: FastAPI, port: int) -> None:
        allowed = ("https://shop.test",)
        toy_app.state.settings = toy_app.state.settings.having(cors_origins=allowed)
        async with talking(port, origin="https://shop.test") as talk:
            await talk.introduce()

    @pytest.mark.parametrize("limits", [{"most": 1}, {"most": 9, "most_of_one": 1}])
    async def test_503_when_as_many_are_connected_as_can_be(
        self, toy_app: FastAPI, port: int, limits: dict[str, int]
    ) -> None:
        toy_app.state.presence = Presence(**limits)
        async with talking(port) as first:
            await first.introduce()
            with pytest.raises(InvalidStatus) as refused:
                async with talking(port):
                    pass
        assert refused.value.response.status_code == 503
        async with talking(port) as second:
            await second.introduce()


class TestClosing:
    @pytest.mark.parametrize(
        "frame",
        [
            b'{"type": "ping"}',
            "",
            "no JSON",
            "null",
            "1",
            "[1]",
            '"text"',
            "NaN",
            "[" * 10_000,
            '{"type": "ping", "payload": {"a": "\\ud800"}}',
            "{}",
            '{"type": 1}',
            '{"type": ["subscribe"]}',
            '{"type": "start"}',
            '{"type": "ping", "payload": 1}',
            '{"type": "ping", "payload": {"a":' + "[" * 300 + "]" * 300 + "}}",
            '{"type": "pong", "payload": []}',
            '{"type": "connection_init", "payload": "secret"}',
            '{"type": "complete"}',
            '{"type": "complete", "id": 1}',
            '{"type": "subscribe", "id": "1"}',
            '{"type": "subscribe", "payload": {"query": "{ a }"}}',
            '{"type": "subscribe", "id": ["1"], "payload": {"query": "{ a }"}}',
            '{"type": "subscribe", "id": "", "payload": {"query": "{ a }"}}',
            '{"type": "subscribe", "id": "%s", "payload": {"query": "{ a }"}}' % ("x" * 129),
            '{"type": "subscribe", "id": "1", "payload": "text"}',
            '{"type": "subscribe", "id": "1", "payload": {}}',
            '{"type": "subscribe", "id": "1", "payload": {"query": 1}}',
            '{"type": "subscribe", "id": "1", "payload": {"query": "{a}", "variables": []}}',
            '{"type": "subscribe", "id": "1", "payload": {"query": "{a}", "extensions": 1}}',
            '{"type": "subscribe", "id": "1", "payload": {"query": "{a}", "operationName": 1}}',
            '{"type": "connection_init", "payload": {"authorization": 1}}',
        ],
    )
    async def test_4400_after_what_is_no_message(self, port: int, frame: str | bytes) -> None:
        async with talking(port) as talk:
            if "connection_init" not in str(frame):
                await talk.introduce()
            await talk.send(frame)
            code, reason = await talk.closed()
            assert code == 4400
            assert reason

    async def test_4401_before_who_it_is_is_known(self, port: int) -> None:
        async with talking(port) as talk:
            await talk.ask("{ __typename }")
            assert (await talk.closed())[0] == 4401

    @pytest.mark.parametrize(
        "payload", [{"authorization": "Bearer at_forged"}, {"guestToken": "gt_forged"}]
    )
    async def test_4403_with_a_token_that_is_not_good(
        self, port: int, payload: dict[str, str]
    ) -> None:
        async with talking(port) as talk:
            await talk.say("connection_init", payload=payload)
            code, reason = await talk.closed()
            assert code == 4403
            assert "token" in reason

    async def test_4403_with_a_header_that_is_not_good(self, port: int) -> None:
        async with talking(port, authorization="Bearer at_forged") as talk:
            await talk.say("connection_init")
            assert (await talk.closed())[0] == 4403

    async def test_4408_when_nobody_introduces_themselves(
        self, port: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Socket, "init_seconds", 0.1)
        async with talking(port) as talk:
            await talk.say("ping")
            assert (await talk.closed())[0] == 4408

    async def test_4409_for_an_id_that_is_taken(self, port: int) -> None:
        async with talking(port) as talk:
            await talk.introduce()
            await talk.ask(FOLLOW)
            await talk.ask(FOLLOW)
            assert await talk.closed() == (4409, "Subscriber for 1 already exists")

    async def test_4429_for_a_second_introduction(self, port: int) -> None:
        async with talking(port) as talk:
            await talk.introduce()
            await talk.say("connection_init")
            assert (await talk.closed())[0] == 4429

    async def test_4429_for_too_many_messages(self, toy_app: FastAPI, port: int) -> None:
        toy_app.state.settings = toy_app.state.settings.having(socket_messages=10)
        async with talking(port) as talk:
            for _ in range(12):
                await talk.say("ping")
            assert (await talk.closed())[0] == 4429

    async def test_1009_for_a_message_that_is_too_long(self, port: int) -> None:
        async with talking(port) as talk:
            await talk.introduce()
            await talk.ask("{ __typename }" + " " * 70_000)
            assert (await talk.closed())[0] == 1009

    async def test_1012_when_the_server_stops(
        self, toy_app: FastAPI, port: int, mailer: NotedMailer
    ) -> None:
        async with talking(port) as talk:
            await talk.introduce()
            await talk.ask(FOLLOW)
            await talk.hear()
            toy_app.state.presence.close()
            assert (await talk.closed())[0] == 1012
        assert mailer.events == ["left"]


class TestOperations:
    async def test_queries_and_mutations_are_answered_too(self, port: int) -> None:
        async with talking(port) as talk:
            await talk.introduce()
            assert await talk.answer("{ __typename }") == {"__typename": "Query"}
            made = await talk.answer("mutation { toyMake(input: {}) { said } }")
            assert made == {"toyMake": {"said": "({}, 1)"}}

    async def test_a_subscription_is_its_messages_and_its_end(self, port: int) -> None:
        async with talking(port) as talk:
            await talk.introduce()
            await talk.ask(COUNT, "a", to=3)
            for number in range(3):
                message = await talk.hear()
                assert (message["type"], message["id"]) == ("next", "a")
                assert message["payload"]["data"] == {"counted": number}
            assert await talk.hear() == {"type": "complete", "id": "a"}
            await talk.ask(COUNT, "a", to=1)  # the id is free again
            assert (await talk.hear())["payload"]["data"] == {"counted": 0}

    async def test_several_run_side_by_side(self, port: int) -> None:
        async with talking(port) as talk:
            await talk.introduce()
            await talk.ask(FOLLOW, "a")
            await talk.ask(COUNT, "b", to=2)
            heard = [await talk.hear() for _ in range(4)]
            assert sorted((each["id"], each["type"]) for each in heard) == [
                ("a", "next"),
                ("b", "complete"),
                ("b", "next"),
                ("b", "next"),
            ]

    async def test_complete_ends_a_subscription(self, port: int, mailer: NotedMailer) -> None:
        async with talking(port) as talk:
            await talk.introduce()
            await talk.ask(FOLLOW)
            await talk.hear()
            await talk.say("complete", id="1")
            await talk.say("complete", id="of nothing")
            assert await talk.is_silent()
            assert mailer.events == ["left"]

    async def test_complete_ends_a_query_and_not_a_mutation(
        self, port: int, mailer: NotedMailer
    ) -> None:
        async with talking(port) as talk:
            await talk.introduce()
            await talk.ask("{ slow }", "a")
            await talk.ask("mutation { toySlow(seconds: 0.3) { said } }", "b")
            await asyncio.sleep(0.1)
            await talk.say("complete", id="a")
            await talk.say("complete", id="b")
            assert await talk.is_silent(0.5)
            assert mailer.events == ["cancelled", "ended"]

    async def test_a_client_that_leaves_ends_what_runs(
        self, port: int, mailer: NotedMailer
    ) -> None:
        async with talking(port) as talk:
            await talk.introduce()
            await talk.ask(FOLLOW)
            await talk.hear()
        await asyncio.sleep(0.2)
        assert mailer.events == ["left"]

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ("{", "BAD_REQUEST"),
            (" ", "BAD_REQUEST"),
            ("{ nothing }", "BAD_REQUEST"),
            ("query A { __typename } query B { __typename }", "BAD_REQUEST"),
            (f"{{ {ALIASES} }}", "QUERY_TOO_EXPENSIVE"),
            ('subscription { counted(to: 1) following(subject: "a") }', "BAD_REQUEST"),
            ("subscription($to: Int!) { counted(to: $to) }", "BAD_REQUEST"),
            ("subscription { secrets }", "UNAUTHENTICATED"),
        ],
    )
    async def test_what_cannot_be_run_is_an_error_and_no_end(
        self, port: int, query: str, code: str
    ) -> None:
        async with talking(port) as talk:
            await talk.introduce()
            await talk.ask(query)
            assert set(await talk.codes()) == {code}
            assert await talk.answer("{ __typename }")

    async def test_what_nobody_expected_is_masked(self, port: int) -> None:
        async with talking(port) as talk:
            await talk.introduce()
            await talk.ask("subscription { failing }")
            assert (await talk.hear())["payload"]["data"] == {"failing": 1}
            message = await talk.hear()
            assert message["type"] == "error"
            assert message["payload"][0]["extensions"]["code"] == "INTERNAL"
            assert "hunter2" not in orjson.dumps(message).decode()

    async def test_only_so_many_run_at_once(self, toy_app: FastAPI, port: int) -> None:
        toy_app.state.settings = toy_app.state.settings.having(socket_operations=1)
        async with talking(port) as talk:
            await talk.introduce()
            await talk.ask(FOLLOW, "a")
            await talk.hear()
            await talk.ask(FOLLOW, "b")
            assert await talk.codes() == ["BAD_REQUEST"]

    async def test_each_has_a_request_id_of_its_own(self, port: int) -> None:
        async with talking(port) as talk:
            await talk.introduce()
            seen = set()
            for _ in range(2):
                await talk.ask("{ nothing }")
                (error,) = (await talk.hear())["payload"]
                seen.add(error["extensions"]["requestId"])
            assert len(seen) == 2

    async def test_a_document_may_be_named_by_its_hash(self, port: int) -> None:
        query = "{ __typename }"
        sha256 = "7f56e67dd21ab3f30d1ff8b7bed08893f0a0db86449836189b361dd1e56ddb4b"
        extensions = {"persistedQuery": {"version": 1, "sha256Hash": sha256}}
        async with talking(port) as talk:
            await talk.introduce()
            named = {"extensions": extensions}
            await talk.say("subscribe", id="1", payload=named)
            assert await talk.codes() == ["PERSISTED_QUERY_NOT_FOUND"]
            await talk.say("subscribe", id="1", payload={"query": query, **named})
            assert (await talk.hear())["payload"]["data"] == {"__typename": "Query"}
            await talk.hear()
            await talk.say("subscribe", id="1", payload=named)
            assert (await talk.hear())["payload"]["data"] == {"__typename": "Query"}


class TestPing:
    async def test_is_answered_with_its_payload(self, port: int) -> None:
        async with talking(port) as talk:
            await talk.say("ping")
            assert await talk.hear() == {"type": "pong"}
            await talk.say("ping", payload={"at": 1})
            assert await talk.hear() == {"type": "pong", "payload": {"at": 1}}

    async def test_a_pong_is_taken_without_a_word(self, port: int) -> None:
        async with talking(port) as talk:
            await talk.introduce()
            await talk.say("pong", payload={})
            assert await talk.answer("{ __typename }")
