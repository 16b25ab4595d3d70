"""Mistakes that shops have made, made again, to see that the simulation notices.

Each puts something else at one seam of the shop while a history is told; nothing of it is in the
shop itself.
"""

from dataclasses import replace
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest

from db import ids, payments
from db.orders import Order, fencing, payment
from db.payments import Answer, Call, Gateway, Gateways, sending


class Mistake(StrEnum):
    """What is done wrong on purpose."""

    CHARGE_BEFORE_RESERVE = "charge_before_reserve"
    NEW_KEY_ON_RETRY = "new_key_on_retry"
    RELEASE_BEFORE_FENCE = "release_before_fence"


def install(mistake: Mistake, patch: pytest.MonkeyPatch) -> None:
    """Make a mistake until the patch is undone."""
    match mistake:
        case Mistake.CHARGE_BEFORE_RESERVE:
            _charge_before_reserve(patch)
        case Mistake.NEW_KEY_ON_RETRY:
            _new_key_on_retry(patch)
        case Mistake.RELEASE_BEFORE_FENCE:
            _release_before_fence(patch)


def _charge_before_reserve(patch: pytest.MonkeyPatch) -> None:
    """Call the gateway as soon as the payment is written down: before stock, before the commit."""
    begin = payment.begin

    async def charge_at_once(*given: Any, gateways: Gateways, **named: Any) -> Call:
        call = await begin(*given, gateways=gateways, **named)
        await payments.send(call, gateways)
        return call

    patch.setattr(payment, "begin", charge_at_once)


def _new_key_on_retry(patch: pytest.MonkeyPatch) -> None:
    """Draw the gateway's key for each try, and not for each operation."""
    send, tried = sending._sent, set[UUID]()

    async def send_anew(call: Call, gateway: Gateway) -> Answer:
        again = call.operation_id in tried
        tried.add(call.operation_id)
        return await send(call, _Rekeyed(gateway) if again else gateway)

    patch.setattr(sending, "_sent", send_anew)


class _Rekeyed:
    """A gateway that is called under a new key."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._gateway, name)
        return lambda op, **named: method(replace(op, key=ids.encode("op", ids.new())), **named)


def _release_before_fence(patch: pytest.MonkeyPatch) -> None:
    """End orders without asking the gateway whether money may still come."""

    async def ask_nobody(order: Order) -> Call | None:
        return await payments.lock_live(order.id)

    patch.setattr(fencing, "require_decided", ask_nobody)
