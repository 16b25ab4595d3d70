"""Checkouts for tests, without the API: a shop to buy from, and buyers who know what they want."""

import asyncio
import hashlib
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from db import carts, ids, orders, users
from db.access import ActorKind, Caller
from db.base import fetch, fetch_value
from db.carts import DetailFields
from db.events import Claim, Outcome
from db.money import Money
from db.orders import CancelReason, Periods, RefundReason, ReturnFields
from db.payments import Gateway
from db.stock import Units
from tests.conftest import NOW
from tests.goods import ADDRESS, make_method

KEEPS_TOTAL: Final = "the total of the quote"


@dataclass(kw_only=True)
class Counter:
    """A place to buy at: a way to ship, and gateways."""

    method_id: UUID
    gateways: dict[str, Gateway]

    @property
    def details(self) -> DetailFields:
        return {
            "email": "ada@example.com",
            "shipping_address": ADDRESS,
            "shipping_method_id": self.method_id,
        }

    async def total(self, lines: Sequence[Units], now: datetime = NOW) -> Money:
        """Ask what lines come to now."""
        quote = await carts.quote(
            lines=lines,
            details=carts.Details().changed(self.details),
            caller=Caller.anonymous(),
            now=now,
        )
        return Money(quote.totals.total, quote.currency)

    async def fill_cart(self, caller: Caller, *lines: Units, now: datetime = NOW) -> UUID:
        """Make a cart that is ready to be ordered."""
        made = await carts.create_cart(caller=caller, now=now, lines=lines, claim=None)
        cart_id = UUID(made.ids["cart"])
        await carts.update_cart(caller=caller, now=now, cart_id=cart_id, fields=self.details)
        return cart_id

    async def check_out(
        self,
        caller: Caller,
        *lines: Units,
        cart_id: UUID | None = None,
        token: str | None = "tok_ok",
        gateway: str = "fake",
        expected: Money | None = None,
        key: str | None = None,
        now: datetime = NOW,
        **fields: Any,
    ) -> Outcome:
        """Order lines, or a cart, at the total that they have now, and pay."""
        if expected is None:
            held = lines or await lines_of(cart_id, caller)
            expected = await self.total(held, now)
        asked: dict[str, Any] = {
            "source": {"cart_id": cart_id} if cart_id else {"lines": lines},
            "details": self.details,
            "expected_total": expected,
            "payment": {"gateway": gateway, "token": token},
            **fields,
        }
        return await orders.complete_checkout(
            caller=caller,
            now=now,
            fields=asked,  # type: ignore[arg-type] # tests also leave out what must be there
            gateways=self.gateways,
            periods=Periods(),
            claim=claim(caller, "checkoutComplete", key, asked),
        )

    async def pay(
        self,
        caller: Caller,
        order_id: UUID | str,
        *,
        token: str | None = "tok_ok",
        gateway: str = "fake",
        key: str | None = None,
        now: datetime = NOW,
    ) -> Outcome:
        """Try again to pay an order."""
        return await orders.create_payment(
            caller=caller,
            now=now,
            order_id=UUID(str(order_id)),
            fields={"gateway": gateway, "token": token},
            gateways=self.gateways,
            claim=claim(caller, "paymentCreate", key, [str(order_id), token]),
        )

    async def cancel(
        self,
        caller: Caller,
        order_id: UUID | str,
        *,
        note: str | None = None,
        key: str | None = None,
        now: datetime = NOW,
    ) -> Outcome:
        """Call an order off."""
        return await orders.cancel_order(
            caller=caller,
            now=now,
            id=UUID(str(order_id)),
            reason=CancelReason.CUSTOMER,
            note=note,
            gateways=self.gateways,
            claim=claim(caller, "orderCancel", key, [str(order_id)]),
        )

    async def refund(
        self,
        caller: Caller,
        order_id: UUID | str,
        *lines: ReturnFields,
        extra: int = 0,
        reason: RefundReason = RefundReason.OTHER,
        note: str | None = None,
        key: str | None = None,
        now: datetime = NOW,
    ) -> Outcome:
        """Give units back, and so many cents on top of them."""
        return await orders.create_refund(
            caller=caller,
            now=now,
            fields={
                "order_id": UUID(str(order_id)),
                "lines": lines,
                "extra_amount": Money(extra, "EUR") if extra else None,
                "reason": reason,
                "note": note,
            },
            gateways=self.gateways,
            claim=claim(caller, "refundCreate", key, [str(order_id), lines, extra]),
        )

    async def begin(
        self,
        caller: Caller,
        *lines: Units,
        cart_id: UUID | None = None,
        key: str | None = None,
        now: datetime = NOW,
    ) -> Outcome:
        """Order lines, or a cart, and pay later."""
        total = await self.total(lines or await lines_of(cart_id, caller), now)
        asked: dict[str, Any] = {
            "source": {"cart_id": cart_id} if cart_id else {"lines": lines},
            "details": self.details,
            "expected_total": total,
        }
        return await orders.begin_checkout(
            caller=caller,
            now=now,
            fields=asked,  # type: ignore[arg-type] # a dict of Any is as good
            gateways=self.gateways,
            periods=Periods(),
            claim=claim(caller, "checkoutBegin", key, asked),
        )

    async def capture(
        self,
        caller: Caller,
        payment_id: UUID | str,
        *,
        amount: Money | None = None,
        key: str | None = None,
        now: datetime = NOW,
    ) -> Outcome:
        """Take what a payment holds."""
        return await orders.capture_payment(
            caller=caller,
            now=now,
            payment_id=UUID(str(payment_id)),
            amount=amount,
            gateways=self.gateways,
            claim=claim(caller, "paymentCapture", key, [str(payment_id), amount]),
        )

    async def void(
        self,
        caller: Caller,
        payment_id: UUID | str,
        *,
        key: str | None = None,
        now: datetime = NOW,
    ) -> Outcome:
        """Let go of what a payment holds."""
        return await orders.void_payment(
            caller=caller,
            now=now,
            payment_id=UUID(str(payment_id)),
            gateways=self.gateways,
            claim=claim(caller, "paymentVoid", key, [str(payment_id)]),
        )


async def open_counter(*gateways: Gateway, price: int = 490) -> Counter:
    """Open a place to buy at. The shop itself is made already."""
    return Counter(
        method_id=await make_method(price=price),
        gateways={gateway.name: gateway for gateway in gateways},
    )


def claim(caller: Caller, mutation: str, key: str | None, arguments: Any) -> Claim:
    """Claim a key as the edge would."""
    digest = hashlib.sha256(repr((mutation, arguments)).encode()).digest()
    return Claim(caller.scope, key or str(ids.new()), mutation, digest)


async def crowd(calls: Iterable[Awaitable[Any]], *, at_once: int = 16) -> list[Any]:
    """Make many calls, so many of them at once, and return what each returned or raised."""
    gate = asyncio.Semaphore(at_once)

    async def through(call: Awaitable[Any]) -> Any:
        async with gate:
            return await call

    return await asyncio.gather(*map(through, calls), return_exceptions=True)


async def new_guest(now: datetime = NOW) -> Caller:
    """Make a guest who holds their token."""
    guest_id, _ = await users.make_guest(now)
    return Caller(kind=ActorKind.GUEST, label="Guest", guest_id=guest_id)


async def lines_of(cart_id: UUID | None, caller: Caller) -> Sequence[Units]:
    """Read what is in a cart."""
    assert cart_id
    (cart,) = await carts.carts_by_id([cart_id], caller=caller, now=NOW)
    assert cart
    return cart.lines


async def state(order_id: UUID | str) -> tuple[Any, ...]:
    """Read how an order stands, and the payments made for it, oldest first."""
    order_id = UUID(str(order_id))
    status = await fetch_value("SELECT status FROM orders WHERE id = $1", order_id)
    rows = await fetch("SELECT status FROM payment WHERE order_id = $1 ORDER BY id", order_id)
    return (status, *(row[0] for row in rows))


async def kinds(order_id: UUID | str) -> list[str]:
    """Read what an order's timeline tells."""
    rows = await fetch(
        "SELECT kind FROM order_event WHERE order_id = $1 ORDER BY id", UUID(str(order_id))
    )
    return [row[0] for row in rows]


async def topics(prefix: str = "") -> list[str]:
    """Read which events wait in the outbox, those of stock aside."""
    rows = await fetch("SELECT topic FROM event ORDER BY id")
    return [row[0] for row in rows if row[0].startswith(prefix) and not row[0].startswith("STOCK")]


async def reserved(variant_id: UUID) -> int:
    """Read how many units of a variant are promised."""
    units: int = await fetch_value("SELECT reserved FROM stock WHERE variant_id = $1", variant_id)
    return units


async def charges(order_id: UUID | str) -> list[Mapping[str, Any]]:
    """Read what the fake gateway's own books say about an order's payments."""
    operations = await fetch(
        "SELECT m.id FROM payment_operation m JOIN payment p ON p.id = m.payment_id"
        " WHERE p.order_id = $1",
        UUID(str(order_id)),
    )
    keys = [ids.encode("op", row[0]) for row in operations]
    rows = await fetch(
        "SELECT kind, verdict, amount, captured FROM fake_gateway.operation"
        " WHERE key = ANY($1) ORDER BY created_at",
        keys,
    )
    return [dict(row) for row in rows]
