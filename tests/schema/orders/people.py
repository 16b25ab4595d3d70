"""Who looks at orders in these tests, and what has happened to them."""

from typing import Final
from uuid import UUID

from db import orders
from db.access import Caller, Role
from db.orders import Order
from db.users import User
from tests import factories
from tests.client import Client
from tests.conftest import NOW

MAKER: Final = Caller.system("tests")


async def staff(client: Client, role: Role) -> Client:
    return client.taking(factories.caller(await factories.user(role=role)))


def taking(client: Client, user: User) -> Client:
    return client.taking(factories.caller(user))


async def sent_parcel(order: Order) -> None:
    packed = await orders.create_fulfillment(caller=MAKER, now=NOW, order_id=order.id)
    await orders.ship_fulfillment(
        caller=MAKER,
        now=NOW,
        id=UUID(packed.ids["fulfillment"]),
        tracking={"carrier": "Post", "number": "RR1", "url": "https://post.test/RR1"},
    )
