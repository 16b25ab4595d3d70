"""Queries and mutations as they are written: what they check, hand down and say."""

import re
from uuid import UUID

import pytest

from db.access import ActorKind, Caller
from tests.schema import toys
from tests.schema.conftest import Play

KEY = "0193a5c0-0000-7000-8000-000000000001"
MAKE = """
    mutation($input: ToyInput!, $quantity: Int! = 1) {
      toyMake(input: $input, quantity: $quantity) { said userErrors { code message path } }
    }
"""
ONCE = """
    mutation($input: ToyInput, $key: String) {
      toyOnce(input: $input, idempotencyKey: $key) { said userErrors { code path } }
    }
"""
PRODUCT = "prod_0000000000000000000000000z"


class TestAMutation:
    async def test_reports_all_faults_of_all_arguments_at_once_with_their_places(
        self, play: Play
    ) -> None:
        data = await play.data(
            MAKE,
            quantity=10,
            input={
                "name": "  ",
                "email": "nobody",
                "price": {"amount": "19.999", "currencyCode": "EUR"},
                "address": {"name": "A", "line1": "B", "city": "x" * 201, "countryCode": "uk"},
                "parts": [{"sku": "a", "quantity": 1000}, {"sku": "", "quantity": -1}],
                "soldAt": "2026-02-30T00:00:00Z",
                "productIds": [PRODUCT, "prod_1"],
            },
        )
        faults = {tuple(each["path"]): each["code"] for each in data["toyMake"]["userErrors"]}
        assert faults == {
            ("input", "name"): "REQUIRED",
            ("input", "email"): "INVALID",
            ("input", "price", "amount"): "INVALID",
            ("input", "address", "city"): "TOO_LONG",
            ("input", "address", "countryCode"): "INVALID",
            ("input", "parts", "0", "quantity"): "OUT_OF_RANGE",
            ("input", "parts", "1", "sku"): "REQUIRED",
            ("input", "parts", "1", "quantity"): "OUT_OF_RANGE",
            ("input", "soldAt"): "INVALID",
            ("input", "productIds", "1"): "NOT_FOUND",
            ("quantity",): "OUT_OF_RANGE",
        }
        assert data["toyMake"]["said"] is None

    async def test_refuses_what_cannot_be_stored_together_with_all_else(self, play: Play) -> None:
        bad = {"name": "a\0b", "email": "nobody", "parts": [{"sku": "\0", "quantity": -1}]}
        data = await play.data(MAKE, input=bad)
        faults = [(tuple(each["path"]), each["code"]) for each in data["toyMake"]["userErrors"]]
        assert sorted(faults) == [
            (("input", "email"), "INVALID"),
            (("input", "name"), "INVALID"),
            (("input", "parts", "0", "quantity"), "OUT_OF_RANGE"),
            (("input", "parts", "0", "sku"), "INVALID"),
        ]

    async def test_hands_down_only_what_was_sent_and_tells_null_from_omitted(
        self, play: Play
    ) -> None:
        data = await play.data(MAKE, input={"name": None, "email": "ada@example.com"})
        assert data["toyMake"]["said"] == repr(({"name": None, "email": "ada@example.com"}, 1))

    async def test_hands_down_what_inputs_mean_to_the_shop(self, play: Play) -> None:
        data = await play.data(
            MAKE,
            input={
                "price": {"amount": "19.9", "currencyCode": "EUR"},
                "address": {"name": "A", "line1": "B", "city": "C", "countryCode": "DE"},
                "parts": [{"sku": "a"}],
                "productIds": [PRODUCT],
            },
        )
        said = data["toyMake"]["said"]
        assert "'price': Money(amount=1990, currency='EUR')" in said
        assert "'address': {'name': 'A', 'line1': 'B', 'city': 'C', 'country_code': 'DE'}" in said
        assert "'parts': [{'sku': 'a', 'quantity': 1}]" in said
        assert f"'product_ids': [{UUID(int=31)!r}]" in said

    async def test_hands_down_a_list_of_inputs(self, play: Play) -> None:
        data = await play.data('mutation { toysMake(parts: [{sku: "a", quantity: 2}]) { said } }')
        assert data["toysMake"]["said"] == "[{'sku': 'a', 'quantity': 2}]"

    @pytest.mark.parametrize(("count", "code"), [(0, "REQUIRED"), (3, "TOO_MANY")])
    async def test_bounds_lists(self, play: Play, count: int, code: str) -> None:
        data = await play.data(MAKE, input={"parts": [{"sku": "a"}] * count})
        assert [each["code"] for each in data["toyMake"]["userErrors"]] == [code]

    @pytest.mark.parametrize("text", ["a\0b", "\0"])
    async def test_refuses_text_that_cannot_be_stored(self, play: Play, text: str) -> None:
        data = await play.data(MAKE, input={"parts": [{"sku": text}]})
        assert [each["path"] for each in data["toyMake"]["userErrors"]] == [
            ["input", "parts", "0", "sku"]
        ]

    @pytest.mark.parametrize("text", ["line\nbreak", "bell\a", "zero\u200bwidth", "x\u2028y"])
    async def test_refuses_control_characters_in_a_name(self, play: Play, text: str) -> None:
        data = await play.data(MAKE, input={"name": text})
        assert [each["code"] for each in data["toyMake"]["userErrors"]] == ["INVALID"]

    async def test_says_nothing_of_a_value_that_it_refuses(self, play: Play) -> None:
        data = await play.data(MAKE, input={"email": "hunter2", "name": "hunter2\a"})
        assert "hunter2" not in str(data)

    async def test_shows_each_refusal_as_the_type_that_holds_its_details(self, play: Play) -> None:
        data = await play.data(
            """mutation { toyRefuse(how: "all") { userErrors { __typename code path
                 ... on VersionError { currentVersion }
                 ... on StateError { current allowed }
                 ... on TotalChangedError { expected { amount } total { amount currencyCode } }
                 ... on RetryError { retryAfterSeconds } } } }"""
        )
        assert data["toyRefuse"]["userErrors"] == [
            {
                "__typename": "VersionError",
                "code": "VERSION_CONFLICT",
                "path": ["ifVersion"],
                "currentVersion": 3,
            },
            {
                "__typename": "StateError",
                "code": "INVALID_STATE",
                "path": None,
                "current": "BROKEN",
                "allowed": ["NEW"],
            },
            {
                "__typename": "TotalChangedError",
                "code": "TOTAL_CHANGED",
                "path": ["input", "expectedTotal"],
                "expected": {"amount": "19.90"},
                "total": {"amount": "20.00", "currencyCode": "EUR"},
            },
            {
                "__typename": "RetryError",
                "code": "IDEMPOTENCY_IN_PROGRESS",
                "path": None,
                "retryAfterSeconds": 2,
            },
            {
                "__typename": "InputError",
                "code": "TAKEN",
                "path": ["input", "parts", "0", "skuText"],
            },
        ]

    async def test_that_is_refused_still_shows_what_it_was_about(self, play: Play) -> None:
        query = 'mutation($id: String) { toyRefuse(how: "version", id: $id) { toy { number } } }'
        assert (await play.data(query, id=toys.toy_id(2)))["toyRefuse"]["toy"] == {"number": 2}
        assert (await play.data(query, id=toys.toy_id(99)))["toyRefuse"]["toy"] is None

    async def test_masks_what_nobody_expected_and_spares_its_siblings(
        self, play: Play, caplog: pytest.LogCaptureFixture
    ) -> None:
        response = await play("mutation { toyBreak { said } toysMake(parts: []) { said } }")
        assert response["data"] == {"toyBreak": None, "toysMake": {"said": "[]"}}
        (error,) = response["errors"]
        assert error["extensions"] == {
            "code": "INTERNAL",
            "retryable": False,
            "requestId": "req_1",
        }
        assert "hunter2" not in str(response)
        assert "hunter2" in caplog.text
        assert "req_1" in caplog.text

    async def test_reads_again_what_an_earlier_one_may_have_changed(self, play: Play) -> None:
        await play.data(
            """mutation {
                 a: sessionCreate(email: "x") { toy { double } }
                 b: sessionCreate(email: "y") { toy { double } }
               }"""
        )
        assert toys.BATCHES == [[1], [1]]

    async def test_may_go_on_as_who_has_signed_in(self, play: Play) -> None:
        data = await play.data('mutation { sessionCreate(email: "x") { toy { secret diary } } }')
        assert data["sessionCreate"]["toy"] == {"secret": "secret", "diary": "diary"}


class TestAClaim:
    async def said(self, play: Play, **variables: object) -> str:
        response = await play(ONCE, **variables)
        assert response["errors"] == []
        said: str = response["data"]["toyOnce"]["said"]
        return said

    async def test_is_none_without_a_key(self, play: Play) -> None:
        assert "no claim" in await self.said(play)

    async def test_names_the_scope_and_the_mutation(self) -> None:
        caller = Caller(kind=ActorKind.CUSTOMER, label="Ada", user_id=UUID(int=1))
        assert f"user:{UUID(int=1)} toyOnce" in await self.said(Play(caller), key="any key")

    async def test_is_the_same_for_the_same_arguments_in_another_order(self, play: Play) -> None:
        one = await self.said(play, key=KEY, input={"name": "A", "email": "b@example.com"})
        two = await self.said(play, key=KEY, input={"email": "b@example.com", "name": "A"})
        assert one == two

    async def test_is_another_for_other_arguments(self, play: Play) -> None:
        given: list[dict[str, object]] = [{}, {"name": None}, {"name": "A"}, {"name": "B"}]
        said = [await self.said(play, key=KEY, input=each) for each in given]
        assert len({re.sub(r".* ", "", each) for each in said}) == len(given)

    async def test_does_not_depend_on_the_key(self, play: Play) -> None:
        assert await self.said(play, key=KEY) == await self.said(play, key=KEY.replace("1", "2"))

    async def test_is_announced_in_the_extensions(self, play: Play) -> None:
        response = await play(ONCE, key=KEY)
        assert response["extensions"] == {
            "idempotency": {"replayed": True, "firstSeenAt": "2026-11-23T12:00:00.000000Z"}
        }
        assert (await play(ONCE))["extensions"] == {}

    @pytest.mark.parametrize("key", ["guessable", "1", "0193a5c0"])
    async def test_of_nobody_known_needs_a_uuid(self, play: Play, key: str) -> None:
        data = await play.data(ONCE, key=key)
        assert data["toyOnce"] == {
            "said": None,
            "userErrors": [{"code": "INVALID", "path": ["idempotencyKey"]}],
        }

    @pytest.mark.parametrize(
        ("key", "code"), [("", "REQUIRED"), ("x" * 256, "TOO_LONG"), ("a\nb", "INVALID")]
    )
    async def test_needs_a_printable_key_of_1_to_255_characters(
        self, play: Play, key: str, code: str
    ) -> None:
        data = await play.data(ONCE, key=key)
        assert data["toyOnce"]["userErrors"] == [{"code": code, "path": ["idempotencyKey"]}]


class TestAQuery:
    async def test_names_the_argument_that_it_cannot_accept(self, play: Play) -> None:
        response = await play("{ toy(by: {number: 0}) }")
        (error,) = response["errors"]
        assert error["extensions"]["code"] == "BAD_REQUEST"
        assert error["message"] == "by.number: Must be at least 1."

    async def test_takes_an_id_that_is_not_ours_for_one_of_nothing(self, play: Play) -> None:
        assert await play.data('{ toy(by: {id: "prod_x"}) }') == {"toy": repr((UUID(int=0), None))}

    @pytest.mark.parametrize("by", [{}, {"id": PRODUCT, "number": 1}, {"id": None}])
    async def test_takes_exactly_one_of_the_fields_of_a_one_of(
        self, play: Play, by: dict[str, object]
    ) -> None:
        response = await play("query($by: ToyBy!) { toy(by: $by) }", by=by)
        assert [each["extensions"]["code"] for each in response["errors"]] == ["BAD_REQUEST"]

    @pytest.mark.parametrize("by", [{}, {"id": PRODUCT, "number": 1}, {"id": None}])
    async def test_says_where_not_exactly_one_of_them_is_given(
        self, play: Play, by: dict[str, object]
    ) -> None:
        response = await play("query($by: ToyBy!) { toy(by: $by) }", by=by)
        assert response["errors"][0]["message"].startswith("Variable '$by' has invalid value")

    async def test_that_the_shop_refuses_is_a_bad_request(self, play: Play) -> None:
        response = await play("{ refusing }")
        assert [each["extensions"]["code"] for each in response["errors"]] == ["BAD_REQUEST"]

    async def test_says_when_to_try_again_and_records_why(
        self, play: Play, caplog: pytest.LogCaptureFixture
    ) -> None:
        response = await play("{ closed }")
        assert "request req_1: Try again in a moment. (OSError: no route)" in caplog.text
        assert response["errors"][0]["extensions"] == {
            "code": "UNAVAILABLE",
            "reason": "DATABASE",
            "retryable": True,
            "requestId": "req_1",
        }


class TestLoad:
    async def test_asks_once_for_all_and_for_each_only_once(self, play: Play) -> None:
        data = await play.data(
            "{ a: toys(first: 3) { nodes { double } } b: toys(first: 2) { nodes { double } } }"
        )
        assert data["a"]["nodes"] == [{"double": 2}, {"double": 4}, {"double": 6}]
        assert toys.BATCHES == [[1, 2, 3]]

    async def test_keeps_apart_what_was_asked_with_other_arguments(self, play: Play) -> None:
        await play.data("{ toys(first: 2) { nodes { a: multiple(by: 2) b: multiple(by: 3) } } }")
        assert sorted(toys.BATCHES) == [[2, 1, 2], [3, 1, 2]]
