"""Staff make a product, receive goods, ship an order in two parcels, and cancel another."""

from db import ids
from db.access import Role
from db.invariants import check
from tests.client import Client
from tests.goods import make_method, make_shop
from tests.journeys.people import CHECKOUT, LONDON, Person, key, payment, staff

CREATE = """
mutation Create($input: ProductInput!, $variants: [VariantInput!]!) {
  productCreate(input: $input, variants: $variants) {
    product { id version status variants { id sku } } userErrors { code message path } } }"""
PUBLISH = """
mutation Publish($id: ID!, $version: Int!) {
  productStatusUpdate(id: $id, status: PUBLISHED, ifVersion: $version) {
    product { status } userErrors { code message path } } }"""
RECEIVE = """
mutation Receive($variant: ID!, $key: String!) {
  stockAdjust(changes: [{variantId: $variant, delta: 10, reason: RECEIVED}], idempotencyKey: $key) {
    variants { stock { onHand reserved available movements { nodes { kind onHandDelta } } } }
    userErrors { code message path } } }"""
PACK = """
mutation Pack($order: ID!, $lines: [OrderLineQuantityInput!], $key: String!) {
  fulfillmentCreate(orderId: $order, lines: $lines, idempotencyKey: $key) {
    fulfillment { id status } userErrors { code message path } } }"""
SHIP = """
mutation Ship($id: ID!, $key: String!) {
  fulfillmentShip(
    id: $id, tracking: {carrier: "DHL", number: "JD014600003RU"}, idempotencyKey: $key
  ) {
    fulfillment { status } order { status fulfillmentStatus }
    userErrors { code message path } } }"""
CANCEL = """
mutation Cancel($id: ID!, $key: String!) {
  orderCancel(id: $id, reason: OUT_OF_STOCK, idempotencyKey: $key) {
    order { status paymentStatus refunded { amount } } userErrors { code message path } } }"""


async def test_staff_run_the_shop(client: Client) -> None:
    # Given a shop with staff, and nothing to sell
    await make_shop()
    method = ids.encode("ship", await make_method())
    cataloger = await staff(client, Role.CATALOG)
    packer = await staff(client, Role.FULFILLMENT)
    support = await staff(client, Role.SUPPORT)

    # When they make a product and receive ten of it
    made = await cataloger.do(
        CREATE,
        input={"title": "Enamel jug", "description": "Holds *one* liter."},
        variants=[{"sku": "JUG-1", "price": {"amount": "20.00", "currencyCode": "EUR"}}],
    )
    product = made["product"]
    variant = product["variants"][0]["id"]
    assert await Person(client).find("jug") == []
    await cataloger.do(PUBLISH, id=product["id"], version=product["version"])
    received = await packer.do(RECEIVE, variant=variant, key=key())
    assert received["variants"][0]["stock"]["available"] == 10

    # Then shoppers find it and buy five, in two orders
    (found,) = await Person(client).find("jug")
    assert found["variants"][0]["inStock"] is True

    async def buy(quantity: int, total: str) -> dict[str, object]:
        bought = await Person(client).do(
            CHECKOUT,
            input={
                "source": {"lines": [{"variantId": variant, "quantity": quantity}]},
                "details": {
                    "email": "grace@example.com",
                    "shippingAddress": LONDON,
                    "shippingMethodId": method,
                },
                "expectedTotal": {"amount": total, "currencyCode": "EUR"},
                "payment": payment(),
            },
            key=key(),
        )
        assert bought["guestToken"]
        order: dict[str, object] = bought["order"]
        return order

    first = await buy(3, "64.90")
    second = await buy(2, "44.90")

    # and the first is shipped in two parcels, which completes it
    whole = await packer.see_order(id=str(first["id"]))
    line = whole["lines"][0]["id"]
    part = await packer.do(
        PACK, order=first["id"], lines=[{"orderLineId": line, "quantity": 1}], key=key()
    )
    rest = await packer.do(PACK, order=first["id"], lines=None, key=key())
    one = await packer.do(SHIP, id=part["fulfillment"]["id"], key=key())
    assert one["order"] == {"status": "PLACED", "fulfillmentStatus": "PARTIALLY_FULFILLED"}
    two = await packer.do(SHIP, id=rest["fulfillment"]["id"], key=key())
    assert two["order"] == {"status": "COMPLETED", "fulfillmentStatus": "FULFILLED"}

    # and the second is cancelled: all the money goes back
    cancelled = await support.do(CANCEL, id=second["id"], key=key())
    assert cancelled["order"] == {
        "status": "CANCELLED",
        "paymentStatus": "REFUNDED",
        "refunded": {"amount": "44.90"},
    }

    # and seven jugs are left, none of them promised
    left = await packer.client.ask(
        "query Q($id: ID!) { node(id: $id) { ... on Variant { stock { onHand reserved } } } }",
        id=variant,
    )
    assert left["node"]["stock"] == {"onHand": 7, "reserved": 0}
    assert await check() == []
