"""A guest registers with a full cart, is declined, pays with another card, and buys again later."""

from db import ids
from db.invariants import check
from tests.client import Client
from tests.goods import make_method, make_shop, make_variant
from tests.journeys.people import CHECKOUT, LONDON, PASSWORD, Person, key, payment


async def test_a_customer_comes_back(client: Client) -> None:
    # Given a shop, and a guest with one tea light in the cart
    await make_shop()
    method = ids.encode("ship", await make_method())
    variant = ids.encode("var", await make_variant(price=1000, on_hand=10))
    made = await Person(client).do(
        """mutation Start($lines: [CartLineInput!]) { cartCreate(lines: $lines) {
             cart { id } guestToken userErrors { code message path } } }""",
        lines=[{"variantId": variant, "quantity": 1}],
    )
    guest = Person(client.holding(guest_token=made["guestToken"]))

    # When they register, the cart comes along
    joined = await guest.do(
        """mutation Join($input: UserRegisterInput!, $cart: ID) {
             userRegister(input: $input, cartId: $cart) {
               session { accessToken } user { email role } cart { id totalQuantity }
               userErrors { code message path } } }""",
        input={"email": "Grace@Example.com", "password": PASSWORD, "name": "Grace Hopper"},
        cart=made["cart"]["id"],
    )
    assert joined["user"]["role"] == "CUSTOMER"
    assert joined["cart"]["totalQuantity"] == 1
    customer = Person(client.holding(token=joined["session"]["accessToken"]))

    # and a first card is declined: the order waits, the stock is held
    details = {
        "email": "grace@example.com",
        "shippingAddress": LONDON,
        "shippingMethodId": method,
    }
    total = {"amount": "14.90", "currencyCode": "EUR"}
    declined = (
        await customer.client.ask(
            CHECKOUT,
            input={
                "source": {"cartId": joined["cart"]["id"]},
                "details": details,
                "expectedTotal": total,
                "payment": payment("tok_declined"),
            },
            key=key(),
        )
    )["checkoutComplete"]
    assert declined["userErrors"][0]["code"] == "PAYMENT_DECLINED"
    assert declined["order"]["status"] == "PENDING"
    assert "PAY" in declined["order"]["allowedActions"]

    # Then a second card pays the same order
    paid = await customer.do(
        """mutation Pay($order: ID!, $input: CheckoutPaymentInput!, $key: String!) {
             paymentCreate(orderId: $order, input: $input, idempotencyKey: $key) {
               order { id status paymentStatus } payment { status }
               userErrors { code message path } } }""",
        order=declined["order"]["id"],
        input=payment(),
        key=key(),
    )
    assert (paid["order"]["status"], paid["order"]["paymentStatus"]) == ("PLACED", "PAID")

    # and buying again takes one call, with bare lines
    again = await customer.do(
        CHECKOUT,
        input={
            "source": {"lines": [{"variantId": variant, "quantity": 3}]},
            "details": details,
            "expectedTotal": {"amount": "34.90", "currencyCode": "EUR"},
            "payment": payment(),
        },
        key=key(),
    )
    mine = await customer.client.ask("{ viewer { orders { totalCount nodes { number } } } }")
    assert mine["viewer"]["orders"]["totalCount"] == 2
    assert mine["viewer"]["orders"]["nodes"][0]["number"] == again["order"]["number"]
    assert await check() == []
