"""The shop over HTTP: what everyone may know, and what the owner may change."""

from typing import Any

import pytest

from db import ids, shop
from db.access import Role
from db.config import Database
from schema.shop.inputs import ShopInput
from tests import factories
from tests.client import Client
from tests.goods import make_method, make_shop
from tests.snapshot import unchanged

ERRORS = "userErrors { code path ... on VersionError { currentVersion } }"
SHOP = """shop { name countries capturePolicy version
  shippingMethods { id name price { amount } freeFrom { amount } countries active version }
  taxRates { name countryCode region taxClass rate } }"""
UPDATE = f"""mutation($input: ShopInput!, $version: Int!) {{
  shopUpdate(input: $input, ifVersion: $version) {{ {SHOP} {ERRORS} }} }}"""
METHOD_CREATE = f"""mutation($input: ShippingMethodInput!, $key: String) {{
  shippingMethodCreate(input: $input, idempotencyKey: $key) {{ {SHOP} {ERRORS} }} }}"""
METHOD_UPDATE = f"""mutation($id: ID!, $input: ShippingMethodInput!, $version: Int!) {{
  shippingMethodUpdate(id: $id, input: $input, ifVersion: $version) {{ {SHOP} {ERRORS} }} }}"""
RATES = f"""mutation($rates: [TaxRateInput!]!, $version: Int!) {{
  taxRatesSet(rates: $rates, ifVersion: $version) {{ {SHOP} {ERRORS} }} }}"""


@pytest.fixture(autouse=True)
async def _shop(database: Database) -> None:
    await make_shop()


@pytest.fixture
async def owner(client: Client, database: Database) -> Client:
    return client.taking(factories.caller(await factories.user(role=Role.OWNER)))


def faults(payload: dict[str, Any]) -> set[tuple[str, str]]:
    return {(each["code"], ".".join(each["path"] or ())) for each in payload["userErrors"]}


class TestShop:
    async def test_is_open_to_everyone(self, client: Client) -> None:
        resting = await make_method(name="Resting", active=False)
        await make_method(name="Parcel", countries=["DE"])
        shown = await client.ask(
            """{ shop { name currencyCode pricesIncludeTax timeZone countries capturePolicy version
                 paymentGateways { name label publishableKey } shippingMethods { name } } }"""
        )
        gateways = shown["shop"].pop("paymentGateways")
        assert shown["shop"] == {
            "name": "Tradepost",
            "currencyCode": "EUR",
            "pricesIncludeTax": True,
            "timeZone": "Europe/Berlin",
            "countries": ["DE", "FR", "US"],
            "capturePolicy": "ON_PLACEMENT",
            "version": 1,
            "shippingMethods": [{"name": "Parcel"}],
        }
        assert all(gateway["label"] for gateway in gateways)
        node = "query($id: ID!) { node(id: $id) { id } }"
        assert (await client.ask(node, id=ids.encode("ship", resting)))["node"] is None

    async def test_shows_taxes_and_resting_methods_to_those_who_set_them(
        self, client: Client, owner: Client
    ) -> None:
        await make_method(active=False)
        query = "{ shop { name taxRates { rate } shippingMethods { active } } }"
        assert (await owner.ask(query))["shop"] == {
            "name": "Tradepost",
            "taxRates": [{"rate": "19"}],
            "shippingMethods": [{"active": False}],
        }
        body = (await client.send(query)).json()
        assert body["data"]["shop"] == {
            "name": "Tradepost",
            "taxRates": None,
            "shippingMethods": [],
        }
        assert body["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


class TestShopUpdate:
    async def test_changes_one_version_at_a_time(self, owner: Client) -> None:
        changed = {
            "name": "Corner shop",
            "countries": ["DE", "AT", "DE"],
            "capturePolicy": "MANUAL",
        }
        data = (await owner.ask(UPDATE, input=changed, version=1))["shopUpdate"]
        assert data["userErrors"] == []
        assert data["shop"]["countries"] == ["DE", "AT"]
        async with unchanged():
            data = (await owner.ask(UPDATE, input={"name": "Other"}, version=1))["shopUpdate"]
        assert faults(data) == {("VERSION_CONFLICT", "ifVersion")}
        assert (data["userErrors"][0]["currentVersion"], data["shop"]["name"]) == (2, "Corner shop")

    async def test_refuses_what_there_is_not(self, owner: Client) -> None:
        bad = {"name": "", "timeZone": "Europe/Atlantis", "countries": ["DE", "XX"]}
        async with unchanged():
            data = (await owner.ask(UPDATE, input=bad, version=1))["shopUpdate"]
        assert faults(data) == {
            ("REQUIRED", "input.name"),
            ("INVALID", "input.timeZone"),
            ("INVALID", "input.countries.1"),
        }

    @pytest.mark.parametrize("zone", ["localtime", "Factory", "../etc/passwd", "europe/berlin"])
    async def test_refuses_a_time_zone_that_is_not_the_same_everywhere(
        self, owner: Client, zone: str
    ) -> None:
        async with unchanged():
            data = (await owner.ask(UPDATE, input={"timeZone": zone}, version=1))["shopUpdate"]
        assert faults(data) == {("INVALID", "input.timeZone")}

    @pytest.mark.parametrize("field", ['currencyCode: "USD"', "pricesIncludeTax: false"])
    async def test_set_1_has_no_word_for_currency_and_price_basis(
        self, owner: Client, field: str
    ) -> None:
        query = f"mutation {{ shopUpdate(input: {{{field}}}, ifVersion: 1) {{ shop {{ name }} }} }}"
        async with unchanged():
            assert await owner.codes(query) == ["BAD_REQUEST"]
        assert {"currency", "currency_code", "prices_include_tax"}.isdisjoint(
            ShopInput.model_fields
        )


class TestShippingMethods:
    async def test_are_made_once_per_key_and_changed(self, owner: Client) -> None:
        parcel = {"name": "Parcel", "price": {"amount": "4.9", "currencyCode": "EUR"}}
        for _ in range(2):
            data = await owner.ask(METHOD_CREATE, input=parcel, key="parcel")
        (method,) = data["shippingMethodCreate"]["shop"]["shippingMethods"]
        assert (method["price"], method["freeFrom"], method["countries"]) == (
            {"amount": "4.90"},
            None,
            [],
        )
        free = {"amount": "50", "currencyCode": "EUR"}
        data = await owner.ask(
            METHOD_UPDATE, id=method["id"], input={"freeFrom": free}, version=method["version"]
        )
        (method,) = data["shippingMethodUpdate"]["shop"]["shippingMethods"]
        assert (method["freeFrom"], method["version"]) == ({"amount": "50.00"}, 2)

    async def test_are_priced_in_the_shops_currency(self, owner: Client) -> None:
        yen = {"name": "Parcel", "price": {"amount": "4", "currencyCode": "JPY"}}
        async with unchanged():
            data = await owner.ask(METHOD_CREATE, input=yen)
        assert faults(data["shippingMethodCreate"]) == {
            ("CURRENCY_MISMATCH", "input.price.currencyCode")
        }


class TestTaxRatesSet:
    async def test_replaces_the_table(self, owner: Client) -> None:
        vat = {"name": "VAT", "countryCode": "DE", "taxClass": "standard", "rate": "7.7"}
        data = (await owner.ask(RATES, rates=[vat], version=1))["taxRatesSet"]
        assert data["shop"]["taxRates"] == [{**vat, "region": None}]
        assert [rate.name for rate in await shop.tax_rates()] == ["VAT"]

    async def test_names_every_fault_at_once(self, owner: Client) -> None:
        vat = {"name": "VAT", "countryCode": "DE", "taxClass": "standard", "rate": "7"}
        bad = [{**vat, "rate": "101"}, {**vat, "countryCode": "de"}, {**vat, "rate": "1.23456"}]
        async with unchanged():
            data = (await owner.ask(RATES, rates=bad, version=1))["taxRatesSet"]
            assert faults(data) == {
                ("OUT_OF_RANGE", "rates.0.rate"),
                ("INVALID", "rates.1.countryCode"),
                ("OUT_OF_RANGE", "rates.2.rate"),
            }
            data = (await owner.ask(RATES, rates=[vat, vat], version=1))["taxRatesSet"]
            assert faults(data) == {("TAKEN", "rates.1")}
