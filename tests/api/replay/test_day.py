"""A day's invoices into baskets, and what is left out."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from api.importing.online_retail.lines import Line, Read, Reason
from api.replay.day import A_RETURN, NOT_SOLD, TOO_MANY, Basket, of_lines, sold_only

AT = datetime(2011, 12, 5, 10, 0, tzinfo=UTC)


def line(invoice: str, code: str, quantity: int = 1, customer: str | None = "17850") -> Read:
    is_return = invoice.startswith("C")
    return Read(2, Line(invoice, code, "MUG", quantity, AT, 100, customer, "EIRE", is_return))


class TestOfLines:
    def test_the_lines_of_an_invoice_are_a_basket_and_repeated_codes_are_summed(self) -> None:
        day = of_lines([line("1", "A", 2), line("2", "A"), line("1", "B"), line("1", "A", 3)])
        assert day.baskets == [
            Basket("1", "17850", "IE", {"A": 5, "B": 1}),
            Basket("2", "17850", "IE", {"A": 1}),
        ]
        assert not day.left_out

    def test_no_more_units_than_a_cart_takes(self) -> None:
        day = of_lines([line("1", "A", 900), line("1", "A", 100)])
        assert day.baskets[0].units == {"A": 999}
        assert day.left_out == {TOO_MANY: 1}

    def test_returns_and_rejected_lines_are_left_out_by_reason(self) -> None:
        day = of_lines([line("C1", "A"), Read(3, Reason.NOT_GOODS), Read(4, Reason.NOT_GOODS)])
        assert not day.baskets
        assert day.left_out == {A_RETURN: 1, Reason.NOT_GOODS.value: 2}

    @given(st.lists(st.tuples(st.integers(0, 250), st.integers(1, 2_000)), max_size=300))
    def test_nothing_is_lost_and_no_basket_is_too_long(self, sales: list[tuple[int, int]]) -> None:
        day = of_lines(line("7", f"code-{code}", units) for code, units in sales)
        sent = sum(sum(basket.units.values()) for basket in day.baskets)
        assert sent + day.left_out[TOO_MANY] == sum(units for _, units in sales)
        assert all(1 <= len(basket.units) <= 100 for basket in day.baskets)
        codes = [code for basket in day.baskets for code in basket.units]
        assert len(codes) == len(set(codes)) == len({code for code, _ in sales})


def test_what_the_shop_does_not_sell_is_left_out() -> None:
    day = of_lines([line("1", "A"), line("1", "B"), line("2", "B")])
    sold_only(day, {"A": 100})
    assert [basket.units for basket in day.baskets] == [{"A": 1}]
    assert day.left_out == {NOT_SOLD: 2}
