"""IDM-7: any mutation with a key, done twice, leaves the shop as it was when it was done once."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID, uuid4

import pytest
from graphql import GraphQLField

from db import ids, orders
from db.access import Role
from db.base import execute, fetch_value
from db.orders import Order, OrderStatus
from db.payments import PaymentStatus
from db.stock import Units
from schema.root import core_of, schema
from tests import factories
from tests.buying import Counter, new_guest, open_counter
from tests.client import Client
from tests.conftest import NOW
from tests.goods import JSON_ADDRESS, make_product, make_shop, make_variant
from tests.schema.orders.people import MAKER, staff
from tests.schema.orders.test_checkout import BUY, checkout
from tests.snapshot import changed, unchanged

KEY: Final = "idempotencyKey"
EURO: Final = {"amount": "1.00", "currencyCode": "EUR"}


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop with something to buy, and those who come to it."""

    client: Client
    counter: Counter
    lantern: UUID

    @property
    def goods(self) -> list[dict[str, Any]]:
        return [{"variantId": ids.encode("var", self.lantern), "quantity": 2}]

    async def clerk(self) -> Client:
        """Someone who may do everything."""
        return await staff(self.client, Role.OWNER)

    async def sold(self, **how: Any) -> Order:
        return await factories.order(variants=[self.lantern], **how)

    async def held(self, token: str) -> str:
        """Have a buyer pay in such a way that the money is not taken at once."""
        await execute("UPDATE shop SET capture_policy = 'MANUAL'")
        wanted = checkout(self.lantern, ids.encode("ship", self.counter.method_id), token=token)
        await self.client.ask(BUY, input=wanted, key=str(uuid4()))
        return ids.encode("pay", await fetch_value("SELECT id FROM payment"))


@pytest.fixture
async def shop(client: Client) -> Shop:
    await make_shop()
    return Shop(client, await open_counter(price=0), await make_variant(title="Lantern"))


Asked: TypeAlias = tuple[Client, Mapping[str, Any]]
"""Who asks, and with which arguments."""


async def checkout_complete(shop: Shop) -> Asked:
    method = ids.encode("ship", shop.counter.method_id)
    return shop.client, {"input": checkout(shop.lantern, method)}


async def checkout_begin(shop: Shop) -> Asked:
    method = ids.encode("ship", shop.counter.method_id)
    wanted = checkout(shop.lantern, method)
    del wanted["payment"]
    return shop.client, {"input": wanted}


async def payment_create(shop: Shop) -> Asked:
    guest = await new_guest()
    order = await shop.sold(status=OrderStatus.PENDING, guest_id=guest.guest_id, payment=None)
    await execute("UPDATE payment SET status = 'FAILED' WHERE order_id = $1", order.id)
    await execute("UPDATE payment_operation SET status = 'FAILED', settled_at = created_at")
    paying = {"gateway": "fake", "token": "tok_ok"}
    return shop.client.taking(guest), {"orderId": order.typeid, "input": paying}


async def order_cancel(shop: Shop) -> Asked:
    order = await shop.sold(payment=PaymentStatus.AUTHORIZED)
    return await shop.clerk(), {"id": order.typeid, "reason": "CUSTOMER"}


async def order_note_add(shop: Shop) -> Asked:
    order = await shop.sold()
    return await shop.clerk(), {"id": order.typeid, "body": "Call them."}


async def payment_capture(shop: Shop) -> Asked:
    return await shop.clerk(), {"paymentId": await shop.held("tok_ok")}


async def payment_void(shop: Shop) -> Asked:
    return await shop.clerk(), {"paymentId": await shop.held("tok_action")}


async def refund_create(shop: Shop) -> Asked:
    order = await shop.sold()
    wanted = {"orderId": order.typeid, "extraAmount": EURO, "reason": "GOODWILL"}
    return await shop.clerk(), {"input": wanted}


async def fulfillment_create(shop: Shop) -> Asked:
    return await shop.clerk(), {"orderId": (await shop.sold()).typeid}


async def parcel(shop: Shop, *, is_sent: bool = False) -> Asked:
    order = await shop.sold()
    packed = await orders.create_fulfillment(caller=MAKER, now=NOW, order_id=order.id)
    parcel_id = UUID(packed.ids["fulfillment"])
    if is_sent:
        await orders.ship_fulfillment(caller=MAKER, now=NOW, id=parcel_id)
    return await shop.clerk(), {"id": ids.encode("ful", parcel_id)}


async def sent_parcel(shop: Shop) -> Asked:
    return await parcel(shop, is_sent=True)


async def cart_create(shop: Shop) -> Asked:
    return shop.client.taking(await new_guest()), {"lines": shop.goods}


async def cart_lines_add(shop: Shop) -> Asked:
    guest = await new_guest()
    cart_id = await shop.counter.fill_cart(guest, Units(shop.lantern, 1))
    return shop.client.taking(guest), {"cartId": ids.encode("cart", cart_id), "lines": shop.goods}


async def discount_create(shop: Shop) -> Asked:
    return await shop.clerk(), {"input": {"code": "AUTUMN", "value": {"percent": "10"}}}


async def stock_adjust(shop: Shop) -> Asked:
    change = {"variantId": shop.goods[0]["variantId"], "delta": 5, "reason": "RECEIVED"}
    return await shop.clerk(), {"changes": [change]}


async def stock_count(shop: Shop) -> Asked:
    count = {"variantId": shop.goods[0]["variantId"], "onHand": 90, "ifOnHand": 100}
    return await shop.clerk(), {"counts": [count]}


async def product_create(shop: Shop) -> Asked:
    variant = {"sku": "ROPE", "price": EURO, "initialOnHand": 3}
    return await shop.clerk(), {"input": {"title": "Rope"}, "variants": [variant]}


async def variant_create(shop: Shop) -> Asked:
    product_id = ids.encode("prod", await make_product())
    return await shop.clerk(), {"productId": product_id, "input": {"sku": "ROPE", "price": EURO}}


async def category_create(shop: Shop) -> Asked:
    return await shop.clerk(), {"input": {"title": "Ropes"}}


async def address_save(shop: Shop) -> Asked:
    ada = factories.caller(await factories.user())
    return shop.client.taking(ada), {"input": JSON_ADDRESS}


async def shipping_method_create(shop: Shop) -> Asked:
    return await shop.clerk(), {"input": {"name": "Pigeon", "price": EURO}}


MUTATIONS: Final[Mapping[str, Callable[[Shop], Awaitable[Asked]]]] = {
    "checkoutComplete": checkout_complete,
    "checkoutBegin": checkout_begin,
    "paymentCreate": payment_create,
    "orderCancel": order_cancel,
    "orderNoteAdd": order_note_add,
    "paymentCapture": payment_capture,
    "paymentVoid": payment_void,
    "refundCreate": refund_create,
    "fulfillmentCreate": fulfillment_create,
    "fulfillmentShip": parcel,
    "fulfillmentDeliver": sent_parcel,
    "fulfillmentCancel": parcel,
    "cartCreate": cart_create,
    "cartLinesAdd": cart_lines_add,
    "discountCreate": discount_create,
    "stockAdjust": stock_adjust,
    "stockCount": stock_count,
    "productCreate": product_create,
    "variantCreate": variant_create,
    "categoryCreate": category_create,
    "addressSave": address_save,
    "shippingMethodCreate": shipping_method_create,
}


def keyed() -> Mapping[str, GraphQLField]:
    """Find the mutations that take a key."""
    mutation = core_of(schema).mutation_type
    assert mutation
    return {name: field for name, field in mutation.fields.items() if KEY in field.args}


def written(name: str, field: GraphQLField, given: Mapping[str, Any]) -> str:
    """Write a document that passes all that is given as variables."""
    declared = ", ".join(f"${each}: {field.args[each].type}" for each in given)
    passed = ", ".join(f"{each}: ${each}" for each in given)
    return f"mutation({declared}) {{ {name}({passed}) {{ userErrors {{ code path message }} }} }}"


def test_every_mutation_with_a_key_is_tried() -> None:
    assert set(MUTATIONS) == set(keyed())


@pytest.mark.parametrize("name", MUTATIONS)
async def test_idm_7_done_twice_is_done_once(shop: Shop, name: str) -> None:
    who, arguments = await MUTATIONS[name](shop)
    given = {**arguments, KEY: str(uuid4())}
    document = written(name, keyed()[name], given)
    async with changed():
        first = (await who.send(document, **given)).json()
    assert first["data"] == {name: {"userErrors": []}}, first
    assert first["extensions"]["idempotency"]["replayed"] is False

    async with unchanged():
        again = (await who.send(document, **given)).json()

    assert again["data"] == first["data"]
    assert again["extensions"]["idempotency"]["replayed"] is True
