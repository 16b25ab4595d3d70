"""Discounts over HTTP: looking after them, and using one."""

from typing import Any, Final
from uuid import uuid4

import pytest

from db import ids
from db.access import Role
from db.base import execute
from db.config import Database
from tests import factories
from tests.client import Client
from tests.conftest import NOW
from tests.goods import JSON_ADDRESS, make_discount, make_method, make_shop, make_variant
from tests.snapshot import unchanged

DISCOUNT: Final = """
id code kind percent amount { amount currencyCode } minSubtotal { amount } startsAt endsAt
usageLimit usageLimitPerCustomer usedCount active version"""
ERRORS: Final = "userErrors { code path ... on VersionError { currentVersion } }"
CREATE: Final = f"""
mutation($input: DiscountInput!, $key: String) {{
  discountCreate(input: $input, idempotencyKey: $key) {{ discount {{ {DISCOUNT} }} {ERRORS} }} }}"""
UPDATE: Final = f"""
mutation($id: ID!, $input: DiscountInput!, $version: Int!) {{
  discountUpdate(id: $id, input: $input, ifVersion: $version) {{
    discount {{ {DISCOUNT} }} {ERRORS} }} }}"""
LIST: Final = """
query($query: String, $first: Int, $after: String) {
  discounts(query: $query, first: $first, after: $after) {
    nodes { code } edges { cursor node { id } } pageInfo { hasNextPage endCursor } totalCount } }"""


@pytest.fixture(autouse=True)
async def _shop(database: Database) -> None:
    await make_shop()


@pytest.fixture
async def mara(client: Client) -> Client:
    """Someone who looks after the catalog and its discounts."""
    return client.taking(factories.caller(await factories.user(role=Role.CATALOG)))


async def do(someone: Client, mutation: str, **variables: Any) -> dict[str, Any]:
    (payload,) = (await someone.ask(mutation, **variables)).values()
    return dict(payload)


def faults(payload: dict[str, Any]) -> set[tuple[str, str]]:
    return {(each["code"], ".".join(each["path"] or ())) for each in payload["userErrors"]}


class TestDiscountCreate:
    async def test_makes_a_discount_and_shows_it(self, mara: Client) -> None:
        made = await do(
            mara,
            CREATE,
            input={
                "code": "spring-26",
                "value": {"percent": "12.5"},
                "minSubtotal": {"amount": "50.00", "currencyCode": "EUR"},
                "startsAt": "2026-03-01T00:00:00+01:00",
                "endsAt": "2026-06-01T00:00:00+02:00",
                "usageLimit": 100,
                "usageLimitPerCustomer": 1,
            },
        )
        assert made["userErrors"] == []
        shown = made["discount"]
        assert shown.pop("id").startswith("disc_")
        assert shown == {
            "code": "SPRING-26",
            "kind": "PERCENT",
            "percent": "12.5",
            "amount": None,
            "minSubtotal": {"amount": "50.00"},
            "startsAt": "2026-02-28T23:00:00.000000Z",
            "endsAt": "2026-05-31T22:00:00.000000Z",
            "usageLimit": 100,
            "usageLimitPerCustomer": 1,
            "usedCount": 0,
            "active": True,
            "version": 1,
        }

    async def test_is_done_once_under_one_key(self, mara: Client) -> None:
        asked = {"input": {"code": "FREE", "value": {"freeShipping": True}}, "key": str(uuid4())}
        first = await do(mara, CREATE, **asked)
        assert first["discount"]["kind"] == "FREE_SHIPPING"
        assert await do(mara, CREATE, **asked) == first

    async def test_names_all_faults_at_once(self, mara: Client) -> None:
        async with unchanged():
            wrong = await do(
                mara,
                CREATE,
                input={
                    "code": "SPRING 26",
                    "value": {"percent": "0"},
                    "endsAt": "tomorrow",
                    "usageLimit": 0,
                },
            )
            more = await do(
                mara, CREATE, input={"code": "A" * 41, "value": {"freeShipping": False}}
            )
            much = await do(mara, CREATE, input={"value": {"percent": "100.1"}})
            missing = await do(mara, CREATE, input={"usageLimit": 1})
        assert faults(wrong) == {
            ("INVALID", "input.code"),
            ("OUT_OF_RANGE", "input.value.percent"),
            ("INVALID", "input.endsAt"),
            ("OUT_OF_RANGE", "input.usageLimit"),
        }
        assert faults(more) == {
            ("TOO_LONG", "input.code"),
            ("INVALID", "input.value.freeShipping"),
        }
        assert faults(much) == {("OUT_OF_RANGE", "input.value.percent")}
        assert faults(missing) == {("REQUIRED", "input.code"), ("REQUIRED", "input.value")}

    async def test_refuses_a_code_that_is_taken_and_another_currency(self, mara: Client) -> None:
        await make_discount("SPRING")
        async with unchanged():
            taken = await do(
                mara, CREATE, input={"code": "Spring", "value": {"freeShipping": True}}
            )
            foreign = await do(
                mara,
                CREATE,
                input={"code": "X", "value": {"amount": {"amount": "5", "currencyCode": "USD"}}},
            )
        assert faults(taken) == {("TAKEN", "input.code")}
        assert faults(foreign) == {("CURRENCY_MISMATCH", "input.value.amount.currencyCode")}


class TestDiscountUpdate:
    async def test_changes_and_clears(self, mara: Client) -> None:
        made = ids.encode("disc", await make_discount(amount=100, usage_limit=5))
        changed = await do(
            mara, UPDATE, id=made, version=1, input={"usageLimit": None, "active": False}
        )
        shown = changed["discount"]
        assert (shown["usageLimit"], shown["active"], shown["version"]) == (None, False, 2)
        assert shown["amount"] == {"amount": "1.00", "currencyCode": "EUR"}

    async def test_shows_what_it_is_now_to_whoever_came_too_late(self, mara: Client) -> None:
        made = ids.encode("disc", await make_discount())
        await do(mara, UPDATE, id=made, version=1, input={"active": False})
        late = await do(mara, UPDATE, id=made, version=1, input={"active": True})
        assert late["userErrors"][0]["currentVersion"] == 2
        assert late["discount"]["active"] is False

    async def test_keeps_code_and_value_of_what_was_used(self, mara: Client) -> None:
        made = await make_discount(amount=100, first_used_at=NOW)
        async with unchanged():
            refused = await do(
                mara,
                UPDATE,
                id=ids.encode("disc", made),
                version=1,
                input={"code": "OTHER", "value": {"percent": "5"}},
            )
        assert faults(refused) == {("IN_USE", "input.code"), ("IN_USE", "input.value")}

    async def test_knows_what_there_is_not(self, mara: Client) -> None:
        for wrong in (ids.encode("disc", ids.new()), "disc_1", ids.encode("ship", ids.new())):
            refused = await do(mara, UPDATE, id=wrong, version=1, input={"active": True})
            assert faults(refused) == {("NOT_FOUND", "id")}


class TestDiscounts:
    async def test_are_paged_newest_first(self, mara: Client) -> None:
        for code in ("SPRING-1", "SUMMER", "SPRING-2"):
            await do(mara, CREATE, input={"code": code, "value": {"freeShipping": True}})

        page = (await mara.ask(LIST, query="spring", first=1))["discounts"]
        after = page["pageInfo"]["endCursor"]
        rest = (await mara.ask(LIST, query="spring", first=1, after=after))["discounts"]

        assert [node["code"] for node in page["nodes"] + rest["nodes"]] == ["SPRING-2", "SPRING-1"]
        assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (2, True)
        assert rest["pageInfo"]["hasNextPage"] is False
        node = "query($id: ID!) { node(id: $id) { ... on Discount { code } } }"
        named = await mara.ask(node, id=page["edges"][0]["node"]["id"])
        assert named["node"] == {"code": "SPRING-2"}

    async def test_are_nobodys_business_else(self, client: Client) -> None:
        made = ids.encode("disc", await make_discount())
        eve = client.taking(factories.caller(await factories.user(role=Role.FINANCE)))
        assert (await eve.ask("query($id: ID!) { node(id: $id) { id } }", id=made))["node"] is None
        reply = (await eve.send(LIST)).json()
        assert reply["data"] == {"discounts": None}
        assert reply["errors"][0]["extensions"]["code"] == "FORBIDDEN"


CART: Final = """
mutation($lines: [CartLineInput!]!) {
  cartCreate(lines: $lines) { cart { id } guestToken userErrors { code } } }"""
DETAILS: Final = """
mutation($id: ID!, $input: CartInput!) {
  cartUpdate(cartId: $id, input: $input) { userErrors { code path }
    cart { discountCode problems { code message } lines { discount { amount } }
           totals { discount { amount } shipping { amount } total { amount } } } } }"""
BUY: Final = """
mutation($id: ID!, $total: Decimal!, $key: String!) {
  checkoutComplete(idempotencyKey: $key, input: {source: {cartId: $id},
      expectedTotal: {amount: $total, currencyCode: "EUR"}}) {
    order { status discountCode paymentStatus totals { discount { amount } } payments { id } }
    userErrors { code path } } }"""


class TestCart:
    async def test_shows_what_a_code_takes_off_and_why_not(self, client: Client) -> None:
        await make_discount(percent=1_000_000, min_subtotal=1500)
        await execute("UPDATE discount SET usage_limit = 1")
        lantern = ids.encode("var", await make_variant())
        method = ids.encode("ship", await make_method(price=0))
        made = await do(client, CART, lines=[{"variantId": lantern, "quantity": 2}])
        guest, cart = client.holding(guest_token=made["guestToken"]), made["cart"]["id"]
        details = {
            "email": "ada@example.com",
            "shippingAddress": JSON_ADDRESS,
            "shippingMethodId": method,
        }

        wrong = await do(guest, DETAILS, id=cart, input={**details, "discountCode": "AUTUMN"})
        right = await do(guest, DETAILS, id=cart, input={"discountCode": "spring"})
        bought = await do(guest, BUY, id=cart, total="0.00", key=str(uuid4()))

        assert [each["code"] for each in wrong["cart"]["problems"]] == ["DISCOUNT_NOT_VALID"]
        assert wrong["cart"]["totals"]["total"]["amount"] == "20.00"
        assert right["cart"] == {
            "discountCode": "SPRING",
            "problems": [],
            "lines": [{"discount": {"amount": "20.00"}}],
            "totals": {
                "discount": {"amount": "20.00"},
                "shipping": {"amount": "0.00"},
                "total": {"amount": "0.00"},
            },
        }
        assert bought["userErrors"] == []
        assert bought["order"] == {
            "status": "PLACED",
            "discountCode": "SPRING",
            "paymentStatus": "PAID",
            "totals": {"discount": {"amount": "20.00"}},
            "payments": [],
        }
