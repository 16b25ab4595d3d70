"""A guest buys with a code; staff ship, take one jug back, and give its exact share back."""

from db import ids
from db.access import Role
from db.invariants import check
from tests.client import Client
from tests.goods import make_method, make_shop, make_variant
from tests.journeys.people import CHECKOUT, LONDON, Person, key, payment, staff
from tests.journeys.test_staff_run_the_shop import PACK, SHIP

CODE = """
mutation Code($input: DiscountInput!) {
  discountCreate(input: $input) { discount { code usedCount } userErrors { code path } } }"""
CODES = '{ discounts(query: "wel") { nodes { code usedCount } } }'
ADDRESS = """
mutation Edit($id: ID!, $version: Int!) {
  orderUpdate(id: $id, input: {email: "grace@navy.example"}, ifVersion: $version) {
    order { email } userErrors { code path } } }"""
REFUND = """
mutation Refund($input: RefundInput!, $key: String!) {
  refundCreate(input: $input, idempotencyKey: $key) {
    refund { status amount { amount } lines { quantity restocked } }
    order { status paymentStatus refunded { amount } allowedActions }
    userErrors { code path } } }"""


async def test_a_parcel_comes_back(client: Client) -> None:
    # Given a shop with jugs, and a code that takes a third off
    await make_shop()
    method = ids.encode("ship", await make_method())
    jug = ids.encode("var", await make_variant(title="Enamel jug", on_hand=10))
    cataloger = await staff(client, Role.CATALOG)
    made = await cataloger.do(
        CODE, input={"code": "welcome", "value": {"percent": "33.33"}, "usageLimitPerCustomer": 1}
    )
    assert made["discount"] == {"code": "WELCOME", "usedCount": 0}

    # When a guest buys three of them with it
    bought = await Person(client).do(
        CHECKOUT,
        input={
            "source": {"lines": [{"variantId": jug, "quantity": 3}]},
            "details": {
                "email": "grace@example.com",
                "shippingAddress": LONDON,
                "shippingMethodId": method,
                "discountCode": "Welcome",
            },
            "expectedTotal": {"amount": "24.90", "currencyCode": "EUR"},
            "payment": payment(),
        },
        key=key(),
    )
    order = bought["order"]
    assert order["status"] == "PLACED"

    # and mistyped their email, which support puts right before anything has left
    support = await staff(client, Role.SUPPORT)
    seen = await support.client.ask(
        "query V($id: ID!) { order(by: {id: $id}) { version } }", id=order["id"]
    )
    edited = await support.do(ADDRESS, id=order["id"], version=seen["order"]["version"])
    assert edited["order"]["email"] == "grace@navy.example"

    # and the parcel is sent, and one jug comes back
    packer = await staff(client, Role.FULFILLMENT)
    packed = await packer.do(PACK, order=order["id"], lines=None, key=key())
    await packer.do(SHIP, id=packed["fulfillment"]["id"], key=key())
    cashier = await staff(client, Role.FINANCE)
    line = order["lines"][0]["id"]
    returned = {"orderLineId": line, "quantity": 1, "restock": True}
    given = await cashier.do(
        REFUND, input={"orderId": order["id"], "lines": [returned], "reason": "RETURNED"}, key=key()
    )

    # Then its share of what was paid goes back, to the cent
    assert given["refund"] == {
        "status": "SUCCEEDED",
        "amount": {"amount": "6.67"},
        "lines": [{"quantity": 1, "restocked": True}],
    }
    assert given["order"] == {
        "status": "COMPLETED",
        "paymentStatus": "PARTIALLY_REFUNDED",
        "refunded": {"amount": "6.67"},
        "allowedActions": ["REFUND"],
    }

    # and with the other two and the shipping, all of it
    rest = {"orderLineId": line, "quantity": 2, "restock": True}
    whole = await cashier.do(
        REFUND,
        input={
            "orderId": order["id"],
            "lines": [rest],
            "extraAmount": {"amount": "4.90", "currencyCode": "EUR"},
            "reason": "RETURNED",
        },
        key=key(),
    )
    assert whole["order"]["refunded"] == {"amount": "24.90"}
    assert whole["order"]["paymentStatus"] == "REFUNDED"

    # and the code is still used: what was bought was bought
    found = await cataloger.client.ask(CODES)
    assert found["discounts"]["nodes"] == [{"code": "WELCOME", "usedCount": 1}]
    assert await check() == []
