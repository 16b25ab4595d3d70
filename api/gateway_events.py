"""What payment gateways tell of their own accord, signed over the raw bytes.

They send it again until they hear 200, twice or in any order. Whatever cannot be believed is
answered with 400, and nothing of it is kept.
"""

import logging
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from starlette.requests import Request

from api.dependencies import clock, database, gateways
from api.negotiation import Refused
from api.request import body_of
from db import orders
from db.clock import Clock
from db.config import Database
from db.payments import Forged, Gateways

logger = logging.getLogger(__name__)

REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    400: {"description": "Not signed by this gateway, or not just now. Nothing is kept."},
    404: {"description": "This shop has no such gateway."},
    413: {"description": "Too large."},
}


class Received(BaseModel):
    """The message is kept; it needs not be sent again."""

    received: bool = True


router = APIRouter(prefix="/gateway", tags=["gateways"])


@router.post("/{name}", summary="A gateway's message", responses=REFUSALS)
async def receive(
    name: str,
    request: Request,
    gateways: Annotated[Gateways, Depends(gateways)],
    clock: Annotated[Clock, Depends(clock)],
    database: Annotated[Database, Depends(database)],
) -> Received:
    """Take in what a gateway tells about a payment."""
    gateway = gateways.get(name)
    if gateway is None:
        raise Refused(404, "This shop has no such gateway.")
    body = await body_of(request)
    now = clock.now()
    try:
        gateway.verify(request.headers, body, now=now)
        with database.used():
            await orders.take_in_event(gateway=gateway, body=body, now=now)
    except Forged as fault:
        logger.warning("a message for %s was not believed: %s", name, fault)
        raise Refused(400, "This message cannot be believed.") from None
    return Received()
