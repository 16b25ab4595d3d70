"""Calling a gateway: for a bounded time, with no transaction open, and knowing when not to know."""

import asyncio
import logging
from collections.abc import Awaitable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from db import crash_points
from db.crash_points import CrashPoint
from db.payments.gateway import Answer, Gateway, Gateways, GatewayUnknown, Verdict
from db.payments.models import OperationKind
from db.payments.operations import Call, has_answer

logger = logging.getLogger(__name__)

ANSWER_SECONDS: Final = 6.0
"""How long a gateway may take inside a request."""
RESENT_FOR: Final = timedelta(hours=20)
"""Gateways may forget a key after a day: from then on, the same call could charge once more."""
FIRST_PAUSE_SECONDS: Final = 0.02
LONGEST_PAUSE_SECONDS: Final = 0.25
NO_ANSWER: Final = Answer(verdict=Verdict.UNKNOWN)


async def send(call: Call, gateways: Gateways, *, seconds: float | None = None) -> Answer:
    """Make the call that an operation stands for; by default, as long as a request may take.

    The same operation may be sent again and again: its key is always the same.
    """
    gateway = gateways.get(call.gateway)
    return NO_ANSWER if gateway is None else await _answer(call, _sent(call, gateway), seconds)


def can_be_sent_again(call: Call, *, now: datetime) -> bool:
    """Tell whether its gateway still knows the key of a call; later it can only be asked about."""
    return now - call.created_at < RESENT_FOR


async def find(call: Call, gateways: Gateways, *, seconds: float | None = None) -> Answer:
    """Ask the gateway what became of a call. Asking moves no money."""
    gateway = gateways.get(call.gateway)
    return NO_ANSWER if gateway is None else await _answer(call, gateway.find(call.op), seconds)


async def fence(call: Call, gateways: Gateways) -> Answer:
    """Have the gateway promise that no charge can come of a call, or say that one did."""
    gateway = gateways.get(call.gateway)
    return NO_ANSWER if gateway is None else await _answer(call, gateway.fence(call.op))


async def wait_for_answer(payment_id: UUID) -> None:
    """Wait while someone else calls the gateway about a payment, for as long as that may take."""
    pause = FIRST_PAUSE_SECONDS
    with suppress(TimeoutError):
        async with asyncio.timeout(ANSWER_SECONDS):
            while not await has_answer(payment_id):
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


async def _sent(call: Call, gateway: Gateway) -> Answer:
    crash_points.reach(CrashPoint.IN_CALL_BEFORE_SEND)
    match call.kind:
        case OperationKind.AUTHORIZE:
            return await gateway.authorize(
                call.op,
                token=call.token,
                capture=call.capture_at_once,
                return_url=call.return_url,
            )
        case OperationKind.CAPTURE:
            return await gateway.capture(call.op)
        case OperationKind.VOID:
            return await gateway.void(call.op)
        case OperationKind.REFUND:
            return await gateway.refund(call.op)


async def _answer(call: Call, asked: Awaitable[Answer], seconds: float | None = None) -> Answer:
    try:
        async with asyncio.timeout(ANSWER_SECONDS if seconds is None else seconds):
            return await asked
    except (GatewayUnknown, TimeoutError) as error:
        logger.warning("%s gave no answer to %s: %s", call.gateway, call.op.key, error)
    except Exception:  # a plug-in's fault says nothing about the money: it may have moved
        logger.exception("%s failed at %s", call.gateway, call.op.key)
    return NO_ANSWER
