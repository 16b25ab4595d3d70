"""What a cart comes to: MON-4, and the examples a bookkeeper would check by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.carts.totals import Line, Shipping, Tax, TaxLine, Totals, compute
from db.discounts import AmountOff, FreeShipping, PercentOff, Value
from db.money import MILLION, refund_share

VAT = {"standard": Tax("VAT", 190_000), "reduced": Tax("VAT", 70_000)}

prove = settings(deadline=None, max_examples=500)  # no deadline: a busy machine proves nothing
amounts = st.integers(0, 10**12)
classes = st.sampled_from(["standard", "reduced", "books", "none"])
carts = st.lists(st.builds(Line, amounts, st.integers(1, 999), classes), max_size=100)
discounts = st.one_of(
    st.none(),
    st.builds(PercentOff, st.integers(0, MILLION)),
    st.builds(AmountOff, st.integers(0, 10**17)),
    st.just(FreeShipping()),
)
shippings = st.none() | st.builds(Shipping, amounts, classes, st.none() | amounts)
tax_tables = st.dictionaries(
    st.sampled_from(["standard", "reduced", "books"]),
    st.builds(Tax, st.sampled_from(["VAT", "GST"]), st.integers(0, MILLION)),
)


def add_up(
    *lines: Line,
    discount: Value | None = None,
    shipping: Shipping | None = None,
    rates: dict[str, Tax] = VAT,
    prices_include_tax: bool = True,
) -> Totals:
    return compute(
        lines,
        discount=discount,
        shipping=shipping,
        rates=rates,
        prices_include_tax=prices_include_tax,
        currency="EUR",
    )


class TestMON4:
    @prove
    @given(carts, discounts, shippings, tax_tables, st.booleans())
    def test_mon_4_tax_lines_add_up_to_tax_and_lines_to_the_total(
        self,
        cart: list[Line],
        discount: Value | None,
        shipping: Shipping | None,
        rates: dict[str, Tax],
        included: bool,
    ) -> None:
        whole = add_up(
            *cart, discount=discount, shipping=shipping, rates=rates, prices_include_tax=included
        )
        added_tax = 0 if included else whole.tax
        everything = (*whole.lines, whole.shipping_line)

        assert whole.total == whole.subtotal - whole.discount + whole.shipping + added_tax
        assert whole.total == sum(line.total for line in everything)
        assert whole.tax == sum(line.tax for line in everything)
        assert whole.tax == sum(line.amount for line in whole.tax_lines)
        assert whole.subtotal == sum(line.subtotal for line in whole.lines)
        assert whole.discount == sum(line.discount for line in whole.lines)
        assert whole.shipping == whole.shipping_line.subtotal

    @prove
    @given(carts, discounts, shippings, tax_tables, st.booleans())
    def test_mon_4_nothing_is_negative_and_each_rate_has_one_line(
        self,
        cart: list[Line],
        discount: Value | None,
        shipping: Shipping | None,
        rates: dict[str, Tax],
        included: bool,
    ) -> None:
        whole = add_up(
            *cart, discount=discount, shipping=shipping, rates=rates, prices_include_tax=included
        )
        for line in (*whole.lines, whole.shipping_line):
            assert 0 <= line.discount <= line.subtotal
            assert 0 <= line.tax <= line.total
        seen = [(line.name, line.rate) for line in whole.tax_lines]
        assert len(seen) == len(set(seen))
        assert all(line.base >= 0 for line in whole.tax_lines)

    @prove
    @given(carts, discounts, tax_tables, st.booleans())
    def test_mon_5_refunding_every_unit_gives_the_goods_back_exactly(
        self, cart: list[Line], discount: Value | None, rates: dict[str, Tax], included: bool
    ) -> None:
        whole = add_up(*cart, discount=discount, rates=rates, prices_include_tax=included)
        for bought, line in zip(cart, whole.lines, strict=True):
            half = bought.quantity // 2
            first = refund_share(line.total, bought.quantity, 0, half)
            rest = refund_share(line.total, bought.quantity, half, bought.quantity - half)
            assert first + rest == line.total


class TestCompute:
    def test_of_an_empty_cart_is_zero(self) -> None:
        whole = add_up()
        assert (whole.subtotal, whole.tax, whole.total, whole.tax_lines) == (0, 0, 0, ())

    def test_contains_the_tax_where_prices_include_it(self) -> None:
        whole = add_up(Line(1190, 1, "standard"), shipping=Shipping(595, "standard"))
        assert (whole.subtotal, whole.shipping, whole.tax, whole.total) == (1190, 595, 285, 1785)
        assert whole.tax_lines == (TaxLine(name="VAT", rate=190_000, base=1500, amount=285),)

    def test_adds_the_tax_where_prices_do_not_include_it(self) -> None:
        whole = add_up(
            Line(1000, 1, "standard"),
            shipping=Shipping(500, "reduced"),
            prices_include_tax=False,
        )
        assert (whole.subtotal, whole.shipping, whole.tax, whole.total) == (1000, 500, 225, 1725)
        assert whole.tax_lines == (
            TaxLine(name="VAT", rate=190_000, base=1000, amount=190),
            TaxLine(name="VAT", rate=70_000, base=500, amount=35),
        )
        assert (whole.lines[0].total, whole.shipping_line.total) == (1190, 535)

    def test_rounds_tax_by_line_not_by_order(self) -> None:
        whole = add_up(*[Line(3, 1, "standard")] * 10, prices_include_tax=False)
        assert whole.tax == 10  # each 0.57 rounds to 1; the order's 5.7 would be 6

    def test_takes_no_tax_without_a_rate_and_shows_a_named_rate_of_zero(self) -> None:
        untaxed = add_up(Line(1000, 1, "gift"), shipping=Shipping(100, "gift"))
        assert (untaxed.tax, untaxed.total, untaxed.tax_lines) == (0, 1100, ())
        zero_rated = add_up(Line(1000, 1, "books"), rates={"books": Tax("VAT", 0)})
        assert zero_rated.tax_lines == (TaxLine(name="VAT", rate=0, base=1000, amount=0),)

    def test_does_not_depend_on_the_order_of_the_lines_for_its_tax_lines(self) -> None:
        one, other = Line(1000, 1, "standard"), Line(500, 3, "reduced")
        assert add_up(one, other).tax_lines == add_up(other, one).tax_lines


class TestDiscounts:
    def test_percent_is_rounded_once_and_then_shared(self) -> None:
        whole = add_up(*[Line(333, 1, "standard")] * 3, discount=PercentOff(100_000))
        assert whole.discount == 100
        assert [line.discount for line in whole.lines] == [34, 33, 33]

    def test_amount_never_exceeds_the_goods(self) -> None:
        whole = add_up(
            Line(1000, 1, "standard"),
            discount=AmountOff(5000),
            shipping=Shipping(500, "standard"),
        )
        assert (whole.discount, whole.shipping, whole.total) == (1000, 500, 500)

    def test_free_shipping_makes_shipping_zero_and_is_no_discount(self) -> None:
        whole = add_up(
            Line(1000, 1, "standard"), discount=FreeShipping(), shipping=Shipping(500, "reduced")
        )
        assert (whole.discount, whole.shipping, whole.total) == (0, 0, 1000)
        assert [line.rate for line in whole.tax_lines] == [190_000]

    @pytest.mark.parametrize(("off", "shipping"), [(0, 0), (1, 500)])
    def test_free_from_counts_the_goods_after_discount(self, off: int, shipping: int) -> None:
        whole = add_up(
            Line(1000, 5, "standard"),
            discount=AmountOff(off),
            shipping=Shipping(500, "standard", free_from=5000),
        )
        assert whole.shipping == shipping
