"""A guest finds a thing, puts it in a cart, pays, and follows the order with the guest token."""

from db import ids
from db.invariants import check
from tests.client import Client
from tests.goods import make_method, make_product, make_shop, make_variant
from tests.journeys.people import CHECKOUT, LONDON, Person, key, payment


async def test_a_guest_buys(client: Client) -> None:
    # Given a shop with five lanterns
    await make_shop()
    method = ids.encode("ship", await make_method())
    product = await make_product(title="Copper lantern")
    variant = ids.encode("var", await make_variant(product_id=product, price=1250, on_hand=5))

    # When a guest takes two of them
    guest = Person(client)
    made = await guest.do(
        """mutation Start($lines: [CartLineInput!], $key: String) {
             cartCreate(lines: $lines, idempotencyKey: $key) {
               cart { id totals { subtotal { amount } } problems { code } }
               guestToken userErrors { code message path } } }""",
        lines=[{"variantId": variant, "quantity": 2}],
        key=key(),
    )
    guest = Person(client.holding(guest_token=made["guestToken"]))
    assert made["cart"]["totals"]["subtotal"]["amount"] == "25.00"
    assert {problem["code"] for problem in made["cart"]["problems"]} == {
        "EMAIL_REQUIRED",
        "ADDRESS_REQUIRED",
        "SHIPPING_METHOD_REQUIRED",
    }

    # and says who they are, and where it should go
    told = await guest.do(
        """mutation Tell($cart: ID!, $input: CartInput!) {
             cartUpdate(cartId: $cart, input: $input) {
               cart { totals { shipping { amount } total { amount currencyCode } }
                      problems { code } availableShippingMethods { id } }
               userErrors { code message path } } }""",
        cart=made["cart"]["id"],
        input={
            "email": "grace@example.com",
            "shippingAddress": LONDON,
            "shippingMethodId": method,
        },
    )
    assert told["cart"]["problems"] == []
    total = told["cart"]["totals"]["total"]
    assert total == {"amount": "29.90", "currencyCode": "EUR"}

    # and pays
    bought = await guest.do(
        CHECKOUT,
        input={
            "source": {"cartId": made["cart"]["id"]},
            "expectedTotal": total,
            "payment": payment(),
        },
        key=key(),
    )

    # Then the order is placed and paid, the guest can follow it, and nobody else can
    assert bought["order"]["status"] == "PLACED"
    assert bought["order"]["totals"]["total"] == total
    seen = await guest.see_order(id=bought["order"]["id"])
    assert (seen["paymentStatus"], seen["paid"]["amount"]) == ("PAID", "29.90")
    assert seen["email"] == "grace@example.com"
    assert seen["shippingAddress"]["city"] == "London"
    assert {event["visibility"] for event in seen["events"]["nodes"]} == {"CUSTOMER"}
    assert await client.codes(
        "query Q($id: ID!) { order(by: {id: $id}) { id } }", id=seen["id"]
    ) == ["UNAUTHENTICATED"]

    # and the cart is gone, and two of the five are promised
    gone = await guest.client.ask(
        "query Q($id: ID!) { cart(id: $id) { id } }", id=made["cart"]["id"]
    )
    assert gone["cart"] is None
    assert await check() == []
