"""What a buyer does: fill a cart, say where to, choose how, pay. Four calls over HTTP."""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid4

import httpx

from api.replay.buyers import Goods, address_of, email_of
from api.replay.day import Basket
from db import ids, orders
from db.money import Money

ATTEMPTS: Final = 6
_FIRST_PAUSE_SECONDS: Final = 0.2
_LONGEST_PAUSE_SECONDS: Final = 15.0
_ERRORS: Final = "userErrors { code message }"

CREATE: Final = f"""
mutation Fill($lines: [CartLineInput!], $key: String) {{
  cartCreate(lines: $lines, idempotencyKey: $key) {{ cart {{ id }} guestToken {_ERRORS} }}
}}"""
ADDRESS: Final = f"""
mutation SayWhere($cart: ID!, $input: CartInput!) {{
  cartUpdate(cartId: $cart, input: $input) {{
    cart {{ availableShippingMethods {{ id price {{ amount }} }} }} {_ERRORS}
  }}
}}"""
SHIPPING: Final = f"""
mutation ChooseHow($cart: ID!, $input: CartInput!) {{
  cartUpdate(cartId: $cart, input: $input) {{
    cart {{ totals {{ total {{ amount }} }} problems {{ code message }} }} {_ERRORS}
  }}
}}"""
BUY: Final = f"""
mutation Pay($input: CheckoutInput!, $key: String!) {{
  checkoutComplete(input: $input, idempotencyKey: $key) {{
    order {{ id number status totals {{ total {{ amount }} }} }} {_ERRORS}
  }}
}}"""


class Refused(Exception):
    """The shop did not do what the buyer asked for."""


class Unanswered(Exception):
    """The shop gave no answer that says whether it did."""


@dataclass(slots=True)
class Result:
    """What became of a basket. Sums are in minor units; ``refusal`` is None where it was placed."""

    basket: Basket
    sent: int
    placed: int = 0
    order_id: UUID | None = None
    refusal: str | None = None


@dataclass(slots=True)
class Clock:
    """Seconds that calls took, by the name of the call."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))


@dataclass(slots=True)
class Buyer:
    """One who buys a basket through the API, and holds a session or is a guest."""

    client: httpx.AsyncClient
    url: str
    clock: Clock
    currency: str
    place: int
    access_token: str | None
    guest_token: str | None = None

    async def buy(self, basket: Basket, goods: Mapping[str, Goods]) -> Result:
        """Buy everything in the basket, or nothing."""
        sent = sum(goods[code].price * units for code, units in basket.units.items())
        result = Result(basket, sent)
        began = time.perf_counter()
        try:
            cart = await self._fill(basket, goods)
            await self._choose_free_shipping(cart, basket)
            order = await self._pay(cart, sent)
        except (Refused, Unanswered) as refusal:
            result.refusal = str(refusal)
            return result
        self.clock.seconds["a whole purchase"].append(time.perf_counter() - began)
        result.order_id = ids.decode(orders.Order.prefix, order["id"])
        result.placed = self._minor(order["totals"]["total"])
        if order["status"] != "PLACED":
            result.refusal = f"the order is {order['status']}"
        return result

    async def _fill(self, basket: Basket, goods: Mapping[str, Goods]) -> str:
        lines = [
            {"variantId": goods[code].variant_id, "quantity": units}
            for code, units in basket.units.items()
        ]
        made = await self._call("cartCreate", CREATE, lines=lines, key=str(uuid4()))
        self.guest_token = made["guestToken"]
        cart_id: str = made["cart"]["id"]
        return cart_id

    async def _choose_free_shipping(self, cart: str, basket: Basket) -> None:
        name = f"Customer {basket.customer}" if basket.customer else "Guest"
        address = {
            "name": name,
            "line1": "1 Replay Street",
            "city": "Anytown",
            "countryCode": basket.country,
        }
        details: dict[str, Any] = {"shippingAddress": address}
        if self.access_token is None:
            details["email"] = (
                email_of(basket.customer)
                if basket.customer
                else f"guest-{basket.invoice}@example.com"
            )
        told = await self._call("cartUpdate", ADDRESS, cart=cart, input=details)
        methods = told["cart"]["availableShippingMethods"]
        free = next((one["id"] for one in methods if self._minor(one["price"]) == 0), None)
        if free is None:
            raise Refused(f"no free shipping to {basket.country}")
        await self._call("cartUpdate", SHIPPING, cart=cart, input={"shippingMethodId": free})

    async def _pay(self, cart: str, total: int) -> dict[str, Any]:
        wanted = {
            "source": {"cartId": cart},
            "expectedTotal": {
                "amount": Money(total, self.currency).text,
                "currencyCode": self.currency,
            },
            "payment": {"gateway": "fake", "token": "tok_ok"},
        }
        paid = await self._call("checkoutComplete", BUY, input=wanted, key=str(uuid4()))
        order: dict[str, Any] = paid["order"]
        return order

    async def _call(self, name: str, query: str, **variables: Any) -> dict[str, Any]:
        """Make one call, and the very same again as long as it may be worth it.

        :raises Refused: the answer is a refusal.
        :raises Unanswered: no answer came, or none that is final.
        """
        body = {"query": query, "variables": variables}
        problem = ""
        for attempt in range(ATTEMPTS):
            began = time.perf_counter()
            try:
                reply = await self.client.post(self.url, json=body, headers=self._headers())
            except httpx.HTTPError as error:
                problem = type(error).__name__
                await _pause(attempt)
                continue
            self.clock.seconds[name].append(time.perf_counter() - began)
            problem = _passing_problem(reply)
            if not problem:
                return _payload(reply, name)
            await _pause(attempt, reply.headers.get("Retry-After"))
        raise Unanswered(f"{name}: no answer ({problem})")

    def _headers(self) -> dict[str, str]:
        headers = {"X-Forwarded-For": address_of(self.place)}
        if self.access_token:
            headers["Authorization"] = f"Bearer {self.access_token}"
        if self.guest_token:
            headers["Guest-Token"] = self.guest_token
        return headers

    def _minor(self, money: Mapping[str, str]) -> int:
        return Money.parse(money["amount"], self.currency).amount


def _passing_problem(reply: httpx.Response) -> str:
    """Name what kept the shop from answering for now, if anything did."""
    try:
        answer = reply.json()
    except ValueError:
        return f"HTTP {reply.status_code} without JSON"
    for error in answer.get("errors", ()):
        code = error.get("extensions", {}).get("code", "")
        if code in {"RATE_LIMITED", "UNAVAILABLE"}:
            return str(code)
    return ""


def _payload(reply: httpx.Response, name: str) -> dict[str, Any]:
    answer = reply.json()
    payload: dict[str, Any] | None = (answer.get("data") or {}).get(name)
    if payload is None:
        errors = answer.get("errors") or [{"message": f"HTTP {reply.status_code}"}]
        raise Refused(f"{name}: {errors[0]['message']}")
    for error in payload["userErrors"]:
        raise Refused(f"{error['code']}: {error['message']}")
    return payload


async def _pause(attempt: int, wanted: str | None = None) -> None:
    """Wait as long as was asked for, or longer each time."""
    seconds = float(wanted) if wanted and wanted.isdecimal() else _FIRST_PAUSE_SECONDS * 2**attempt
    jitter = random.uniform(0, _FIRST_PAUSE_SECONDS)  # noqa: S311 - jitter
    await asyncio.sleep(min(seconds, _LONGEST_PAUSE_SECONDS) + jitter)
