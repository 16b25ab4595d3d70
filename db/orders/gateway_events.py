"""Taking in what gateways tell: once, whatever comes twice, and later where we are not so far yet.

A message is believed before it comes here: its gateway has looked at its signature.
"""

import logging
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from db import payments
from db.access import ActorKind, Caller
from db.base import atomically
from db.orders import batches
from db.orders.batches import BATCH
from db.orders.settlement import settle
from db.payments import Forged, Gateway, GatewayEvent, Gateways

logger = logging.getLogger(__name__)

PAUSES: Final = [timedelta(seconds=seconds) for seconds in (10, 30, 60, 300, 900, 3600)]
"""How long after it came, and after each time it was looked at, a message is looked at again."""
GIVEN_UP_AFTER: Final = timedelta(hours=24)


async def take_in_event(*, gateway: Gateway, body: bytes, now: datetime) -> None:
    """Write down what a gateway tells, and apply it, in one transaction.

    Money that has to go back for it is sent by the reconciler.

    :raises Forged: it is no message of this gateway.
    """
    event = gateway.read_event(body)

    async def work() -> None:
        message_id = await payments.keep_message(gateway.name, event.id, body, now=now)
        if message_id:
            await _apply(message_id, gateway.name, event, now=now)

    await atomically(work)


async def apply_waiting_events(*, gateways: Gateways, now: datetime) -> int:
    """Look again at messages about operations that were not known; return how many those were."""
    due = await payments.waiting_messages(PAUSES, BATCH, now=now)
    return await batches.each(
        due, lambda one: _look_again(one, gateways=gateways, now=now), "the gateway's message"
    )


async def _look_again(message_id: UUID, *, gateways: Gateways, now: datetime) -> None:
    async def work() -> None:
        message = await payments.lock_message(message_id)
        if message is None:
            return
        name, event = message["gateway"], _read(message, gateways)
        is_applied = event is not None and await _apply(message_id, name, event, now=now)
        if not is_applied and now - message["received_at"] >= GIVEN_UP_AFTER:
            told = message["event_id"]
            logger.error("%s told %s about nothing that is known here", name, told)
            await payments.mark_given_up(message_id, now=now)

    await atomically(work)


def _read(message: asyncpg.Record, gateways: Gateways) -> GatewayEvent | None:
    """Read a message that was kept; None where this shop does not understand it any more."""
    gateway = gateways.get(message["gateway"])
    try:
        return gateway.read_event(message["body"]) if gateway else None
    except Forged:
        return None


async def _apply(message_id: UUID, gateway: str, event: GatewayEvent, *, now: datetime) -> bool:
    if event.answer:
        operation_id = await payments.operation_of(gateway, event)
        call = await payments.find_call(operation_id) if operation_id else None
        if call is None:
            return False
        teller = Caller(kind=ActorKind.GATEWAY, label=gateway, request_id=f"gateway.{gateway}")
        action = f"gateway.{gateway}"
        await settle(call, event.answer, caller=teller, action=action, now=now)
    await payments.mark_applied(message_id, now=now)
    return True
