"""The stand-in's HTTP, as Stripe's libraries speak it."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api.gateways.stripe_stand_in import form
from api.gateways.stripe_stand_in.books import Books
from api.gateways.stripe_stand_in.errors import Refused
from api.gateways.stripe_stand_in.faults import Faults, Trouble
from api.gateways.stripe_stand_in.keys import Keys
from api.gateways.stripe_stand_in.webhooks import Webhooks

SECRET_KEY: Final = "sk_test_standin"  # noqa: S105 - it opens nothing
WEBHOOK_SECRET: Final = "whsec_standin"  # noqa: S105 - nor does this
_BEFORE: Final = {
    Trouble.ERROR_BEFORE: Refused(503, "unavailable", type="api_error"),
    Trouble.TOO_MANY: Refused(429, "rate_limit"),
    Trouble.IN_USE: Refused(409, "idempotency_key_in_use"),
}
_DECLINED: Final = Refused(
    402, "card_declined", type="card_error", is_kept=True, decline_code="insufficient_funds"
)
_FAILED: Final = Refused(500, None, type="api_error", is_kept=True)

Do = Callable[[Request, dict[str, Any]], dict[str, Any]]


class StandIn:
    """Stripe, as far as this shop knows it. An ASGI application."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.webhooks = Webhooks(WEBHOOK_SECRET, now)
        self.books = Books(now, self.webhooks.note)
        self.faults = Faults()
        self.asked: list[str] = []
        """The names of all requests so far."""
        self._keys = Keys(now)
        self._goes_on = asyncio.Event()
        self._app = Starlette(routes=self._routes())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        await self._app(scope, receive, send)

    def release(self) -> None:
        """Answer those who wait for an answer that does not come."""
        self._goes_on.set()
        self._goes_on = asyncio.Event()

    def _routes(self) -> list[Route]:
        books = self.books
        intents, one = "/v1/payment_intents", "/v1/payment_intents/{id}"
        calls: list[tuple[str, str, str, Do]] = [
            ("create", "POST", intents, lambda _, params: books.make(params)),
            ("search", "GET", f"{intents}/search", self._search),
            ("retrieve", "GET", one, lambda asked, _: books.intent(asked.path_params["id"])),
            (
                "confirm",
                "POST",
                f"{one}/confirm",
                lambda asked, params: books.confirm(asked.path_params["id"], params),
            ),
            (
                "capture",
                "POST",
                f"{one}/capture",
                lambda asked, params: books.capture(asked.path_params["id"], params),
            ),
            (
                "cancel",
                "POST",
                f"{one}/cancel",
                lambda asked, _: books.cancel(asked.path_params["id"]),
            ),
            ("refund", "POST", "/v1/refunds", lambda _, params: books.give_back(params)),
            ("refunds", "GET", "/v1/refunds", self._refunds),
            (
                "retrieve_refund",
                "GET",
                "/v1/refunds/{id}",
                lambda asked, _: books.refunds[asked.path_params["id"]],
            ),
        ]
        return [
            Route("/bank/{id}", self._bank),
            *(
                Route(path, self._answering(name, do), methods=[method])
                for name, method, path, do in calls
            ),
        ]

    def _answering(self, name: str, do: Do) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            self.asked.append(name)
            trouble = self.faults.take(name)
            is_cut = trouble in {Trouble.CUT_BEFORE, Trouble.CUT_AFTER}
            if trouble is Trouble.CUT_BEFORE:
                return _Cut()
            if trouble is Trouble.SILENT_BEFORE:
                await self._goes_on.wait()
            try:
                answered = await self._answered(request, do, trouble)
            except Refused as refused:
                answered = _response(refused.status, orjson.dumps(refused.body))
            if trouble is Trouble.SILENT_AFTER:
                await self._goes_on.wait()
            return _Cut() if is_cut else answered

        return answer

    async def _answered(self, request: Request, do: Do, trouble: Trouble | None) -> Response:
        self.books.url = str(request.base_url).rstrip("/")
        if request.headers.get("authorization") != f"Bearer {SECRET_KEY}":
            raise Refused(401, "api_key_invalid")
        if "stripe-version" not in request.headers:
            raise Refused(400, "version_missing")
        if trouble in _BEFORE:
            raise _BEFORE[trouble]
        if request.method == "GET":
            return _response(200, orjson.dumps(do(request, dict(request.query_params))))
        params = form.read((await request.body()).decode())
        key = request.headers["idempotency-key"]
        earlier = self._keys.claim(key, request.url.path, params)
        if earlier:
            return _response(*earlier, {"idempotent-replayed": "true"})
        try:
            if trouble is Trouble.DECLINED:
                raise _DECLINED
            status, body = 200, orjson.dumps(do(request, params))
        except Refused as refused:
            if not refused.is_kept:
                self._keys.release(key)
                raise
            status, body = refused.status, orjson.dumps(refused.body)
        if trouble is Trouble.ERROR_AFTER:
            status, body = _FAILED.status, orjson.dumps(_FAILED.body)
        self._keys.keep(key, status, body)
        return _response(status, body)

    def _search(self, _: Request, params: dict[str, Any]) -> dict[str, Any]:
        name, value = params["query"].removeprefix("metadata[").split(":")
        name, value = name.strip("']"), value.strip("'")
        of_it = [
            each for each in self.books.intents.values() if each["metadata"].get(name) == value
        ]
        return {"object": "search_result", "data": of_it, "has_more": False, "url": "/search"}

    def _refunds(self, _: Request, params: dict[str, Any]) -> dict[str, Any]:
        of_it = self.books.refunds_of(params["payment_intent"])
        return {"object": "list", "data": of_it, "has_more": False, "url": "/v1/refunds"}

    async def _bank(self, request: Request) -> Response:
        """Be the page of the buyer's bank: whoever opens it has confirmed, or ``?no`` has not."""
        intent = self.books.intent(request.path_params["id"])
        following = intent["next_action"] or {}
        self.books.answer_bank(intent["id"], confirms="no" not in request.query_params)
        back = following.get("redirect_to_url", {}).get("return_url")
        return RedirectResponse(back) if back else PlainTextResponse("Thank you.")


class _Cut(Response):
    """An answer that breaks off in the middle: the server then closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        head = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})


def _response(status: int, body: bytes, headers: Mapping[str, str] | None = None) -> Response:
    return Response(body, status, headers, media_type="application/json")
