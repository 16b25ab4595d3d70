"""Invoices into orders, credit notes into refunds."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from api.importing.online_retail.history import LINES_PER_ORDER, Ledger
from api.importing.online_retail.lines import Line, Read, Reason
from db.seeds.past import Order

START = datetime(2011, 1, 3, 9, 0, tzinfo=UTC)


def line(
    invoice: str,
    code: str = "22423",
    *,
    quantity: int = 1,
    price: int = 100,
    customer: str | None = "17850",
    day: int = 0,
    country: str = "France",
) -> Line:
    at = START + timedelta(days=day)
    is_return = invoice.startswith("C")
    return Line(invoice, code, "STAND", quantity, at, price, customer, country, is_return)


def told(*lines: Line) -> tuple[list[Order], dict[Reason, int]]:
    ledger = Ledger()
    for number, one in enumerate(lines, 2):
        ledger.take(Read(number, one))
    return ledger.tell().orders, dict(ledger.rejected.counts)


class TestOrders:
    def test_an_invoice_is_an_order_with_its_lines_as_they_were(self) -> None:
        [order], rejected = told(
            line("1", quantity=1000), line("1", quantity=2, price=95), line("1", "22424")
        )
        assert (order.number, order.country, order.total) == ("1", "FR", 100_290)
        assert [(one.variant.sku, one.quantity, one.unit_price) for one in order.lines] == [
            ("22423", 1000, 100),
            ("22423", 2, 95),
            ("22424", 1, 100),
        ]
        assert order.customer is not None
        assert order.customer.email == "customer-17850@example.com"
        assert not rejected

    def test_a_guest_has_no_account_and_an_unknown_country_no_address(self) -> None:
        [order], _ = told(line("1", customer=None, country="Channel Islands"))
        assert (order.customer, order.country) == (None, None)

    @given(st.integers(1, 450))
    def test_a_long_invoice_is_split_and_nothing_is_lost(self, count: int) -> None:
        orders, _ = told(*(line("7", price=place + 1) for place in range(count)))
        assert all(len(order.lines) <= LINES_PER_ORDER for order in orders)
        assert [order.number for order in orders] == [
            "7",
            *(f"7-{part}" for part in range(2, len(orders) + 1)),
        ]
        assert sum(order.total for order in orders) == count * (count + 1) // 2

    def test_a_line_of_another_customer_is_left_out_of_the_invoice(self) -> None:
        [order], rejected = told(line("1"), line("1", customer="2"))
        assert len(order.lines) == 1
        assert rejected == {Reason.OTHER_CUSTOMER: 1}


class TestRefunds:
    def test_a_return_goes_to_the_latest_earlier_sale_at_that_price(self) -> None:
        orders, rejected = told(
            line("1", quantity=5, price=100, day=1),
            line("2", quantity=5, price=100, day=2),
            line("3", quantity=5, price=120, day=3),
            line("C4", quantity=2, price=100, day=4),
        )
        assert [len(order.refunds) for order in orders] == [0, 1, 0]
        assert orders[1].refunds[0].amount == 200
        assert orders[1].lines[0].refunded == 2
        assert not rejected

    def test_a_return_for_less_than_was_paid_gives_back_what_the_credit_note_says(self) -> None:
        [order], _ = told(line("1", quantity=5, price=120), line("C4", price=100, day=1))
        assert order.refunds[0].amount == 100

    def test_one_credit_note_makes_one_refund_of_each_order(self) -> None:
        [order], _ = told(
            line("1", quantity=5),
            line("1", "22424", quantity=5),
            line("C4", quantity=2, day=1),
            line("C4", "22424", day=1),
            line("C4", quantity=1, day=1),
        )
        [refund] = order.refunds
        assert (refund.name, refund.amount, list(refund.units.values())) == ("C4", 400, [3, 1])

    def test_says_why_a_return_is_left_out(self) -> None:
        [order, _], rejected = told(
            line("1", quantity=3),
            line("2", "22424", customer=None),
            line("C3", "22424", customer=None, day=1),
            line("C4", "22424", day=1),
            line("C5", "99999", day=1),
            line("C6", quantity=4, day=1),
            line("C7", price=101, day=1),
            line("C8", quantity=3, day=1),
            line("C9", quantity=1, day=2),
        )
        assert order.lines[0].refunded == 3
        assert rejected == {
            Reason.RETURN_BY_STRANGER: 1,
            Reason.RETURN_WITHOUT_SALE: 2,
            Reason.RETURN_NOT_COVERED: 3,
        }

    def test_a_return_before_the_sale_is_left_out_whatever_the_order_in_the_file(self) -> None:
        [order], rejected = told(line("C2", day=0), line("1", day=1))
        assert not order.refunds
        assert rejected == {Reason.RETURN_WITHOUT_SALE: 1}

    @given(
        st.lists(
            st.tuples(st.booleans(), st.integers(1, 9), st.sampled_from([90, 100, 110])),
            min_size=1,
            max_size=40,
        )
    )
    def test_never_gives_back_more_units_or_money_than_an_order_took(
        self, papers: list[tuple[bool, int, int]]
    ) -> None:
        lines = [
            line(f"{'C' if back else ''}{day}", quantity=units, price=price, day=day)
            for day, (back, units, price) in enumerate(papers)
        ]
        orders, rejected = told(*lines)
        for order in orders:
            assert sum(refund.amount for refund in order.refunds) <= order.total
            assert all(one.refunded <= one.quantity for one in order.lines)
        taken = len(orders) + sum(len(order.refunds) for order in orders)
        assert taken + sum(rejected.values()) == len(papers)
