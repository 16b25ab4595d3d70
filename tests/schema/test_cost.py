"""CST-1: what an operation costs is known before it runs."""

from random import Random
from typing import Any

import pytest
from graphql import (
    NoUnusedFragmentsRule,
    NoUnusedVariablesRule,
    OperationDefinitionNode,
    parse,
    print_ast,
    specified_rules,
    validate,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from schema.cost import Price, QueryTooExpensive, price
from schema.cost.walk import MOST_POINTS
from schema.root import core_of, schema
from tests.schema.shelves import Shelves
from tests.schema.weaving import Weaver
from tests.work import counted

CORE = core_of(schema)
RULES = [
    each for each in specified_rules if each not in {NoUnusedFragmentsRule, NoUnusedVariablesRule}
]
PAGE = "query($first: Int) { products(first: $first) { nodes { title variants { sku } } } }"


def priced(text: str) -> Price:
    document = parse(text)
    assert validate(CORE, document, RULES) == []
    (operation,) = (each for each in document.definitions if hasattr(each, "operation"))
    assert isinstance(operation, OperationDefinitionNode)
    return price(CORE, document, operation)


def cost(text: str, **variables: Any) -> int:
    return priced(text).of(variables)


class TestThePricesOfTheContract:
    """The figures that were promised when the rule was made."""

    def test_a_page_of_a_storefront(self) -> None:
        page = "{ products(first: 20) { nodes { title variants { sku price { amount } } } } }"
        assert cost(page) == 221

    def test_a_checkout_in_one_call(self) -> None:
        checkout = """
            mutation($input: CheckoutInput!, $key: String!) {
              checkoutComplete(input: $input, idempotencyKey: $key) {
                order { number customer { name } totals { total { amount } } }
                payment { status }
                guestToken
                userErrors { code message path }
              }
            }"""
        assert cost(checkout) == 13

    def test_an_order_on_the_screen_of_staff(self) -> None:
        screen = """
            query($by: OrderBy!) {
              order(by: $by) {
                number totals { total { amount } } shippingAddress { city }
                lines { sku quantity total { amount } }
                payments { status operations { kind } }
                refunds { amount { amount } }
                fulfillments { status tracking { number } }
                events(first: 50) { nodes { kind message actor { label } } }
              }
            }"""
        assert cost(screen) == 92

    def test_a_page_of_orders_with_their_number(self) -> None:
        assert cost("{ orders(first: 50) { totalCount nodes { number } } }") == 61

    def test_cst_1_a_monster_is_priced_with_little_work(self) -> None:
        monster = """
            { products(first: 100) { nodes { categories { products(first: 100) { nodes {
                variants { product { variants { sku } } } } } } } } }"""
        operation = priced(monster)
        with counted() as work:
            assert operation.of({}) == 12_102_101
        assert work.calls < 1_000


class TestAField:
    @pytest.mark.parametrize(
        ("text", "points"),
        [
            ("{ __typename }", 0),
            ("{ __schema { types { fields { name } } } }", 0),
            ("{ shop { name } }", 0),
            ("{ viewer { name } }", 1),
            ("{ viewer { cart { totals { total { amount } } } } }", 2),
            ("{ shop { shippingMethods { name } } }", 10),
            ("{ categories { title } }", 10),
            ("{ categories { parent { title } } }", 20),
            ('{ nodes(ids: ["a"]) { id } }', 10),
            ("{ products { pageInfo { hasNextPage } } }", 1),
            ("{ products { totalCount } }", 11),
            ("{ products { nodes { id } } }", 21),
            ("{ products { edges { cursor node { id } } } }", 21),
            ("{ products { edges { cursor } } }", 1),
            ("{ rateLimit { remaining } viewer { id } }", 1),
            ("mutation { sessionRevoke { userErrors { code } } }", 10),
        ],
    )
    def test_costs_what_the_contract_says(self, text: str, points: int) -> None:
        assert cost(text) == points

    def test_in_a_plain_list_of_values_counts_ten_times(self) -> None:
        assert cost('{ cart(id: "a") { lines { variant { sku } } } }') == 11

    def test_selected_twice_under_one_name_is_paid_for_once(self) -> None:
        assert cost("{ viewer { id ...F ...F } viewer { name } } fragment F on User { id }") == 1
        twice = "{ products { nodes { variants { id } ...F } } } fragment F on Product { variants"
        assert cost(f"{twice} {{ sku }} }}") == 221

    def test_under_two_names_is_paid_for_twice(self) -> None:
        assert cost("{ a: viewer { id } b: viewer { id } }") == 2

    def test_of_an_interface_costs_what_the_dearest_type_does(self) -> None:
        node = """{ node(id: "a") { id
            ... on Order { lines { sku } payments { status } }
            ... on Product { variants { sku } } } }"""
        assert cost(node) == 1 + 20


class TestVariables:
    @pytest.mark.parametrize(
        ("first", "points"),
        [(None, 221), (1, 12), (100, 1101), (101, 1101), (0, 12), (-5, 12), (2.0, 23)],
    )
    def test_decide_how_long_a_page_is(self, first: float | None, points: int) -> None:
        assert cost(PAGE, first=first) == points

    def test_that_are_left_out_are_their_defaults(self) -> None:
        assert cost(PAGE) == 221
        assert cost(PAGE.replace("$first: Int", "$first: Int = 3")) == 34
        assert cost(PAGE.replace("$first: Int", "$first: Int = 3"), first=None) == 221

    @pytest.mark.parametrize("odd", ["9", [1], {}, True, float("inf"), 10**400])
    def test_that_do_not_fit_have_some_price(self, odd: object) -> None:
        assert cost(PAGE, first=odd) > 0

    @pytest.mark.parametrize(("yes", "points"), [(True, 1), (False, 0)])
    def test_decide_what_is_included(self, yes: bool, points: int) -> None:
        head = "query($yes: Boolean!, $no: Boolean = false)"
        for part in (
            "viewer @include(if: $yes) { id }",
            "... @include(if: $yes) { viewer { id } }",
            "...F @include(if: $yes)",
            "...F @include(if: $yes) @skip(if: $no)",
            "... @skip(if: $no) { viewer @include(if: $yes) { id } }",
        ):
            text = f"{head} {{ {part} }} fragment F on Query {{ viewer {{ id }} }}"
            assert cost(text, yes=yes) == points
            assert (
                cost(text.replace("$no: Boolean = false", "$no: Boolean!"), yes=yes, no=False)
                == points
            )

    def test_a_price_is_looked_up_the_second_time(self) -> None:
        operation = priced(PAGE)
        operation.of({"first": 7})
        with counted() as work:
            operation.of({"first": 7})
        assert work.calls < 50

    def test_however_many_prices_are_asked_for_few_are_kept(self) -> None:
        flags = [f"$f{each}: Boolean!" for each in range(10)]
        fields = [f"f{each}: viewer @include(if: $f{each}) {{ id }}" for each in range(10)]
        operation = priced(f"query({' '.join(flags)}) {{ {' '.join(fields)} }}")
        for number in range(1_000):
            given = {f"f{each}": bool(number >> each & 1) for each in range(10)}
            assert operation.of(given) == number.bit_count()
        assert len(operation._kept) <= 200


class TestTricks:
    def test_fragments_that_double_each_other_are_priced_with_little_work(self) -> None:
        chain = [f"fragment F{n} on Product {{ ...F{n + 1} ...F{n + 1} }}" for n in range(100)]
        last = "fragment F100 on Product { variants { id } }"
        text = " ".join(["{ products { nodes { ...F0 } } }", *chain, last])
        with counted() as work:
            assert cost(text) == 221
        assert work.calls < 300_000

    def test_a_price_is_never_beyond_an_int(self) -> None:
        inside = "id"
        for _ in range(5):
            inside = f"categories {{ products(first: 100) {{ nodes {{ {inside} }} }} }}"
        assert cost(f"{{ products(first: 100) {{ nodes {{ {inside} }} }} }}") == MOST_POINTS

    def test_what_nobody_could_price_is_refused(self) -> None:
        """Of 4 ** 9 paths each merges other fragments: what lies at its end is known to it only."""
        with counted() as work, pytest.raises(QueryTooExpensive, match="interwoven"):
            cost(interwoven(9))
        assert work.calls < 2_000_000


def interwoven(depth: int) -> str:
    """Write fragments that remember, at every depth, which of four names led there."""
    led = {"a": "...P1 ...Q1", "b": "...P1", "c": "...Q1", "d": ""}
    fragments = ["fragment O0 on Category { id }"]
    for level in range(1, depth + 1):
        fields = [f"{name}: parent {{ id ...O{level - 1} {led[name]} }}" for name in led]
        fragments.append(f"fragment O{level} on Category {{ {' '.join(fields)} }}")
    for kind in "PQ":
        fragments.append(f"fragment {kind}{depth} on Category {{ id }}")
        for level in range(1, depth):
            fields = [f"{name}: parent {{ id ...{kind}{level + 1} }}" for name in led]
            fragments.append(f"fragment {kind}{level} on Category {{ {' '.join(fields)} }}")
    return "\n".join([f'{{ category(slug: "a") {{ ...O{depth} }} }}', *fragments])


class TestADryRun:
    TEXT = """
        query($dry: Boolean!) {
          shop { name }
          limit: rateLimit(dryRun: $dry) { cost }
          ...F
          ... { viewer { id } }
        }
        fragment F on Query { viewer { ...G } rateLimit { limit } }
        fragment G on User { name }"""

    def test_is_asked_for_by_an_argument(self) -> None:
        operation = priced(self.TEXT)
        assert operation.is_dry_run({"dry": True})
        assert not operation.is_dry_run({"dry": False})
        assert not priced("{ rateLimit { cost } }").is_dry_run({})
        assert not priced("{ rateLimit(dryRun: false) { cost } }").is_dry_run({})
        assert not priced("{ rateLimit(dryRun: true) @skip(if: true) { cost } }").is_dry_run({})
        assert priced("{ ... { rateLimit(dryRun: true) { cost } } }").is_dry_run({})

    def test_costs_what_the_whole_operation_does(self) -> None:
        assert priced(self.TEXT).of({"dry": True}) == priced(self.TEXT).of({"dry": False}) == 1

    def test_leaves_of_an_operation_what_asks_for_the_price(self) -> None:
        dry = priced(self.TEXT).dry
        assert dry is not None
        printed = " ".join(print_ast(dry.document).split())
        assert "limit: rateLimit(dryRun: $dry)" in printed
        assert "rateLimit { limit }" in printed
        assert "shop" not in printed
        assert "viewer" not in printed


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32))
def test_cst_1_no_operation_finds_more_nodes_than_it_pays_for(seed: int) -> None:
    """Where plain lists are as long as they are taken to be."""
    random = Random(seed)  # noqa: S311 - the same for the same seed
    weaver = Weaver(CORE, random)
    text, variables = weaver.query(), weaver.variables()
    assume(not validate(CORE, parse(text), RULES))  # what different types show may not fit
    points = cost(text, **variables)
    assume(points < 2_000)
    assert Shelves(random).count(parse(text), variables) <= points
