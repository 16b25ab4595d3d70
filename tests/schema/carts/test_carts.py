"""Carts over HTTP: making, filling, pricing, and taking them along at sign-in."""

from typing import Any, Final
from uuid import UUID, uuid4

import pytest

from db import ids
from db.base import execute, fetch_value
from db.catalog import ProductStatus
from tests import factories
from tests.client import Client
from tests.factories import PASSWORD
from tests.goods import JSON_ADDRESS, make_method, make_product, make_shop, make_variant
from tests.snapshot import unchanged
from tests.statements import statements

ERRORS: Final = "userErrors { code path message }"
LINES: Final = "lines { variant { id } quantity }"
CREATE: Final = f"""mutation($lines: [CartLineInput!], $key: String) {{
  cartCreate(lines: $lines, idempotencyKey: $key) {{
    cart {{ id {LINES} expiresAt email }} guestToken {ERRORS} }} }}"""
ADD: Final = f"""mutation($id: ID!, $lines: [CartLineInput!]!, $key: String) {{
  cartLinesAdd(cartId: $id, lines: $lines, idempotencyKey: $key) {{
    cart {{ {LINES} }} {ERRORS} }} }}"""
SET: Final = f"""mutation($id: ID!, $lines: [CartLineInput!]!) {{
  cartLinesSet(cartId: $id, lines: $lines) {{ cart {{ {LINES} }} {ERRORS} }} }}"""
UPDATE: Final = f"""mutation($id: ID!, $input: CartInput!) {{
  cartUpdate(cartId: $id, input: $input) {{
    cart {{
      email note discountCode shippingAddress {{ name city countryCode }}
      billingAddress {{ city }} shippingMethod {{ name }} problems {{ code }}
    }} {ERRORS} }} }}"""
CART: Final = """query($id: ID!) { cart(id: $id) {
  id totalQuantity
  lines { variant { sku product { title } } quantity
          unitPrice { amount } subtotal { amount } discount { amount } total { amount } }
  totals { subtotal { amount } shipping { amount } tax { amount } total { amount currencyCode }
           taxLines { name rate base { amount } amount { amount } } }
  availableShippingMethods { name price { amount } }
  problems { code message variant { sku } }
} }"""

pytestmark = pytest.mark.usefixtures("database")


def line(variant: UUID, quantity: int) -> dict[str, Any]:
    return {"variantId": ids.encode("var", variant), "quantity": quantity}


async def start(client: Client, *lines: dict[str, Any]) -> tuple[str, Client]:
    """Make a cart as nobody, and return its id with the client of the guest who owns it."""
    made = (await client.ask(CREATE, lines=list(lines)))["cartCreate"]
    assert made["userErrors"] == []
    return made["cart"]["id"], client.holding(guest_token=made["guestToken"])


class TestCartCreate:
    async def test_gives_nobody_a_token_that_opens_the_cart(self, client: Client) -> None:
        await make_shop()
        variant = await make_variant()
        made = (await client.ask(CREATE, lines=[line(variant, 2)]))["cartCreate"]
        shown = {"variant": {"id": ids.encode("var", variant)}, "quantity": 2}
        assert made["cart"]["lines"] == [shown]
        assert made["cart"]["expiresAt"] == "2026-12-23T12:00:00.000000Z"
        cart_id = made["cart"]["id"]
        guest = client.holding(guest_token=made["guestToken"])
        assert (await guest.ask(CART, id=cart_id))["cart"]["totalQuantity"] == 2
        assert await client.codes(CART, id=cart_id) == ["UNAUTHENTICATED"]

    async def test_gives_no_token_to_whoever_has_one(self, client: Client) -> None:
        await make_shop()
        _, guest = await start(client)
        assert (await guest.ask(CREATE))["cartCreate"]["guestToken"] is None

    async def test_replayed_it_has_the_token_too(self, client: Client) -> None:
        await make_shop()
        key = str(uuid4())
        first, again = [(await client.ask(CREATE, key=key))["cartCreate"] for _ in range(2)]
        assert again == first
        assert first["guestToken"]
        assert await fetch_value("SELECT count(*) FROM cart") == 1
        guest = client.holding(guest_token=first["guestToken"])
        assert (await guest.ask(CREATE, key=key))["cartCreate"]["cart"] == first["cart"]

    async def test_a_key_that_could_be_guessed_is_refused(self, client: Client) -> None:
        async with unchanged():
            made = (await client.ask(CREATE, key="1"))["cartCreate"]
        assert [(one["code"], one["path"]) for one in made["userErrors"]] == [
            ("INVALID", ["idempotencyKey"])
        ]


class TestCartLinesAdd:
    async def test_adds(self, client: Client) -> None:
        await make_shop()
        variant = await make_variant()
        cart_id, guest = await start(client, line(variant, 2))
        added = (await guest.ask(ADD, id=cart_id, lines=[line(variant, 3)]))["cartLinesAdd"]
        assert [one["quantity"] for one in added["cart"]["lines"]] == [5]

    async def test_idm_3_another_call_with_the_key_is_refused(self, client: Client) -> None:
        await make_shop()
        variant = await make_variant()
        cart_id, guest = await start(client)
        for _ in range(2):
            added = await guest.ask(ADD, id=cart_id, lines=[line(variant, 1)], key="one")
            assert [one["quantity"] for one in added["cartLinesAdd"]["cart"]["lines"]] == [1]
        async with unchanged():
            other = await guest.ask(ADD, id=cart_id, lines=[line(variant, 2)], key="one")
        assert [one["code"] for one in other["cartLinesAdd"]["userErrors"]] == [
            "IDEMPOTENCY_KEY_REUSED"
        ]

    async def test_names_every_place_that_is_wrong(self, client: Client) -> None:
        await make_shop()
        good = await make_variant()
        hidden = await make_variant(product_id=await make_product(status=ProductStatus.DRAFT))
        cart_id, guest = await start(client, line(good, 999))
        async with unchanged():
            added = (
                await guest.ask(
                    ADD, id=cart_id, lines=[line(good, 1), line(hidden, 1), line(ids.new(), 1)]
                )
            )["cartLinesAdd"]
        assert [(one["code"], one["path"]) for one in added["userErrors"]] == [
            ("OUT_OF_RANGE", ["lines", "0", "quantity"]),
            ("NOT_FOUND", ["lines", "1", "variantId"]),
            ("NOT_FOUND", ["lines", "2", "variantId"]),
        ]
        assert added["userErrors"][0]["message"] == (
            "At most 999 of one thing; there would be 1000."
        )
        assert added["cart"]["lines"][0]["quantity"] == 999

    @pytest.mark.parametrize(
        ("bad", "code", "path"),
        [
            ({"variantId": "var_nonsense", "quantity": 1}, "NOT_FOUND", "variantId"),
            ({"variantId": "", "quantity": 1}, "NOT_FOUND", "variantId"),
            ({"quantity": 1000}, "OUT_OF_RANGE", "quantity"),
            ({"quantity": -1}, "OUT_OF_RANGE", "quantity"),
        ],
    )
    async def test_checks_what_is_sent(
        self, client: Client, bad: dict[str, Any], code: str, path: str
    ) -> None:
        await make_shop()
        cart_id, guest = await start(client)
        lines = [{**line(await make_variant(), 1), **bad}]
        async with unchanged():
            added = (await guest.ask(ADD, id=cart_id, lines=lines))["cartLinesAdd"]
        assert [(one["code"], one["path"]) for one in added["userErrors"]] == [
            (code, ["lines", "0", path])
        ]

    async def test_a_cart_of_another_is_like_none(self, client: Client) -> None:
        await make_shop()
        variant = await make_variant()
        theirs, _ = await start(client)
        _, stranger = await start(client)
        async with unchanged():
            for cart_id in (theirs, ids.encode("cart", ids.new()), "cart"):
                refused = (await stranger.ask(ADD, id=cart_id, lines=[line(variant, 1)]))[
                    "cartLinesAdd"
                ]
                assert refused["cart"] is None
                assert [(one["code"], one["path"]) for one in refused["userErrors"]] == [
                    ("NOT_FOUND", ["cartId"])
                ]
        assert (await stranger.ask(CART, id=theirs))["cart"] is None


class TestCartLinesSet:
    async def test_idm_8_sets_and_may_be_repeated(self, client: Client) -> None:
        await make_shop()
        kept, gone = await make_variant(), await make_variant()
        cart_id, guest = await start(client, line(kept, 2), line(gone, 1))
        lines = [line(kept, 7), line(gone, 0)]
        first = await guest.ask(SET, id=cart_id, lines=lines)
        async with unchanged():
            assert await guest.ask(SET, id=cart_id, lines=lines) == first
        assert [one["quantity"] for one in first["cartLinesSet"]["cart"]["lines"]] == [7]


class TestCartUpdate:
    async def test_idm_8_changes_what_is_given_and_may_be_repeated(self, client: Client) -> None:
        await make_shop()
        method = ids.encode("ship", await make_method())
        cart_id, guest = await start(client, line(await make_variant(), 1))
        everything = {
            "email": "ada@example.com",
            "shippingAddress": JSON_ADDRESS,
            "billingAddress": {**JSON_ADDRESS, "city": "Potsdam"},
            "shippingMethodId": method,
            "discountCode": "spring",
            "note": "Ring twice.",
        }
        first = (await guest.ask(UPDATE, id=cart_id, input=everything))["cartUpdate"]
        async with unchanged():
            again = (await guest.ask(UPDATE, id=cart_id, input=everything))["cartUpdate"]
        assert again == first
        assert first["cart"] == {
            "email": "ada@example.com",
            "note": "Ring twice.",
            "discountCode": "SPRING",
            "shippingAddress": {"name": "Ada Lovelace", "city": "Berlin", "countryCode": "DE"},
            "billingAddress": {"city": "Potsdam"},
            "shippingMethod": {"name": "Parcel"},
            "problems": [{"code": "DISCOUNT_NOT_VALID"}],
        }
        some = {"billingAddress": None, "discountCode": None}
        cleared = (await guest.ask(UPDATE, id=cart_id, input=some))["cartUpdate"]["cart"]
        assert cleared["billingAddress"] is cleared["discountCode"] is None
        assert (cleared["email"], cleared["problems"]) == ("ada@example.com", [])

    async def test_names_every_place_that_is_wrong(self, client: Client) -> None:
        await make_shop()
        cart_id, guest = await start(client)
        async with unchanged():
            refused = (
                await guest.ask(
                    UPDATE,
                    id=cart_id,
                    input={
                        "email": "ada",
                        "shippingAddress": {**JSON_ADDRESS, "countryCode": "XX", "city": ""},
                    },
                )
            )["cartUpdate"]
        assert {(one["code"], tuple(one["path"])) for one in refused["userErrors"]} == {
            ("INVALID", ("input", "email")),
            ("INVALID", ("input", "shippingAddress", "countryCode")),
            ("REQUIRED", ("input", "shippingAddress", "city")),
        }

    async def test_a_method_must_be_on_offer(self, client: Client) -> None:
        await make_shop()
        cart_id, guest = await start(client)
        method = ids.encode("ship", await make_method(active=False))
        async with unchanged():
            refused = await guest.ask(UPDATE, id=cart_id, input={"shippingMethodId": method})
        assert [(one["code"], one["path"]) for one in refused["cartUpdate"]["userErrors"]] == [
            ("NOT_FOUND", ["input", "shippingMethodId"])
        ]


class TestCart:
    async def test_shows_prices_as_of_now(self, client: Client) -> None:
        await make_shop()
        await make_method(name="Parcel", price=490)
        variant = await make_variant(sku="TEA", price=1190, on_hand=2)
        cart_id, guest = await start(client, line(variant, 3))
        shown = (await guest.ask(CART, id=cart_id))["cart"]
        assert shown["lines"] == [
            {
                "variant": {"sku": "TEA", "product": {"title": "Tea light"}},
                "quantity": 3,
                "unitPrice": {"amount": "11.90"},
                "subtotal": {"amount": "35.70"},
                "discount": {"amount": "0.00"},
                "total": {"amount": "35.70"},
            }
        ]
        assert shown["totals"] == {
            "subtotal": {"amount": "35.70"},
            "shipping": {"amount": "0.00"},
            "tax": {"amount": "5.70"},
            "total": {"amount": "35.70", "currencyCode": "EUR"},
            "taxLines": [
                {
                    "name": "VAT",
                    "rate": "19",
                    "base": {"amount": "30.00"},
                    "amount": {"amount": "5.70"},
                }
            ],
        }
        assert shown["availableShippingMethods"] == [
            {"name": "Parcel", "price": {"amount": "4.90"}}
        ]
        assert [(one["code"], one["variant"]) for one in shown["problems"]] == [
            ("OUT_OF_STOCK", {"sku": "TEA"}),
            ("EMAIL_REQUIRED", None),
            ("ADDRESS_REQUIRED", None),
            ("SHIPPING_METHOD_REQUIRED", None),
        ]
        await execute("UPDATE variant SET price = 100")
        assert (await guest.ask(CART, id=cart_id))["cart"]["totals"]["total"]["amount"] == "3.00"

    async def test_costs_as_many_statements_for_ten_lines_as_for_one(self, client: Client) -> None:
        await make_shop()
        counts = []
        for many in (1, 10):
            lines = [line(await make_variant(), 1) for _ in range(many)]
            cart_id, guest = await start(client, *lines)
            with statements() as sent:
                await guest.ask(CART, id=cart_id)
            counts.append(len(sent))
        assert counts[0] == counts[1] == 1 + 2 + 2  # cart, quote, variants and their products

    async def test_costs_as_many_statements_for_ten_carts_as_for_one(self, client: Client) -> None:
        await make_shop()
        variant = await make_variant()
        _, guest = await start(client)
        nodes = """query($ids: [ID!]!) { nodes(ids: $ids) { ... on Cart {
                     id totals { total { amount } } lines { variant { sku } } } } }"""
        counts = []
        for many in (1, 10):
            made = [await guest.ask(CREATE, lines=[line(variant, 1)]) for _ in range(many)]
            wanted = [one["cartCreate"]["cart"]["id"] for one in made]
            with statements() as sent:
                shown = await guest.ask(nodes, ids=wanted)
            assert [one["id"] for one in shown["nodes"]] == wanted
            counts.append(len(sent))
        assert counts[0] == counts[1] == 1 + 2 + 1


class TestSigningInWithACart:
    SIGN_IN: Final = f"""mutation($cart: ID) {{
      sessionCreate(email: "ada@example.com", password: "{PASSWORD}", cartId: $cart) {{
        cart {{ {LINES} email }} user {{ cart {{ id }} }} {ERRORS} }} }}"""
    REGISTER: Final = f"""mutation($cart: ID) {{
      userRegister(input: {{email: "ada@example.com", password: "{PASSWORD}", name: "Ada"}},
                   cartId: $cart) {{ cart {{ {LINES} email }} {ERRORS} }} }}"""

    async def test_crt_1_each_quantity_is_the_larger_of_the_two(self, client: Client) -> None:
        await make_shop()
        one, two = await make_variant(), await make_variant()
        ada = await factories.user(email="ada@example.com", password=PASSWORD)
        mine = client.taking(factories.caller(ada))
        await mine.ask(CREATE, lines=[line(one, 1), line(two, 5)])
        theirs, guest = await start(client, line(one, 3), line(two, 2))
        for _ in range(2):
            signed_in = (await guest.ask(self.SIGN_IN, cart=theirs))["sessionCreate"]
            assert signed_in["userErrors"] == []
            assert [each["quantity"] for each in signed_in["cart"]["lines"]] == [3, 5]

    async def test_registering_takes_the_cart_over(self, client: Client) -> None:
        await make_shop()
        cart_id, guest = await start(client, line(await make_variant(), 3))
        registered = (await guest.ask(self.REGISTER, cart=cart_id))["userRegister"]
        assert registered["cart"]["email"] == "ada@example.com"
        assert [each["quantity"] for each in registered["cart"]["lines"]] == [3]

    async def test_a_user_is_shown_their_own_cart(self, client: Client) -> None:
        await make_shop()
        ada = client.taking(factories.caller(await factories.user()))
        assert await ada.ask("{ viewer { cart { id } } }") == {"viewer": {"cart": None}}
        made = (await ada.ask(CREATE))["cartCreate"]
        assert made["guestToken"] is None
        assert await ada.ask("{ viewer { cart { id } } }") == {
            "viewer": {"cart": {"id": made["cart"]["id"]}}
        }
