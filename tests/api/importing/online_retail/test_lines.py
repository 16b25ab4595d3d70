"""One line of an invoice: accepted whole, or refused with a reason; never a crash."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.importing.files import UnreadableFile
from api.importing.online_retail.lines import COLUMNS, Cells, Line, Read, Reason, parse, read

GOOD = Cells(
    invoice="536365",
    code="85123a",
    title=" WHITE  HANGING HEART ",
    quantity="6.0",
    at="2010-12-01 08:26:00",
    price="2.55",
    customer="17850.0",
    country="United Kingdom",
)


class TestParse:
    def test_reads_a_line_as_it_stands_in_the_data(self) -> None:
        assert parse(GOOD) == Line(
            invoice="536365",
            code="85123A",
            title="WHITE HANGING HEART",
            quantity=6,
            at=datetime(2010, 12, 1, 8, 26, tzinfo=UTC),
            price=255,
            customer="17850",
            country="United Kingdom",
            is_return=False,
        )

    def test_reads_the_shop_s_clock_in_summer(self) -> None:
        line = parse(GOOD._replace(at="2011-07-01 08:26:00"))
        assert isinstance(line, Line)
        assert line.at == datetime(2011, 7, 1, 7, 26, tzinfo=UTC)

    def test_reads_the_date_as_the_other_edition_writes_it(self) -> None:
        line = parse(GOOD._replace(at="12/1/2010 8:26"))
        assert isinstance(line, Line)
        assert line.at == datetime(2010, 12, 1, 8, 26, tzinfo=UTC)

    def test_reads_a_credit_note_as_a_return_of_units(self) -> None:
        line = parse(GOOD._replace(invoice="C536379", quantity="-1.0"))
        assert isinstance(line, Line)
        assert (line.is_return, line.quantity) == (True, 1)

    def test_reads_a_line_without_a_customer_as_a_guest_s(self) -> None:
        line = parse(GOOD._replace(customer=""))
        assert isinstance(line, Line)
        assert line.customer is None

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"quantity": "six"}, Reason.MALFORMED),
            ({"quantity": "1.5"}, Reason.MALFORMED),
            ({"quantity": "1e9999"}, Reason.MALFORMED),
            ({"quantity": "99999999999"}, Reason.MALFORMED),
            ({"price": "free"}, Reason.MALFORMED),
            ({"price": "NaN"}, Reason.MALFORMED),
            ({"price": "99999999"}, Reason.MALFORMED),
            ({"at": "yesterday"}, Reason.MALFORMED),
            ({"at": "2010-13-01 08:26:00"}, Reason.MALFORMED),
            ({"customer": "Bob"}, Reason.MALFORMED),
            ({"code": ""}, Reason.MALFORMED),
            ({"title": "X" * 201}, Reason.MALFORMED),
            ({"invoice": "5363\ufffd"}, Reason.MALFORMED),
            ({"code": "POST"}, Reason.NOT_GOODS),
            ({"code": "gift_0001_20"}, Reason.NOT_GOODS),
            ({"code": "BANK CHARGES"}, Reason.NOT_GOODS),
            ({"invoice": "A563185"}, Reason.OTHER_PAPER),
            ({"quantity": "-6"}, Reason.STOCK_CORRECTION),
            ({"quantity": "0"}, Reason.STOCK_CORRECTION),
            ({"invoice": "C536379"}, Reason.STOCK_CORRECTION),
            ({"price": "0.0"}, Reason.NO_PRICE),
            ({"price": "-11062.06"}, Reason.NO_PRICE),
            ({"price": "0.001"}, Reason.PART_OF_A_PENNY),
        ],
    )
    def test_says_why_a_line_is_left_out(self, change: dict[str, str], reason: Reason) -> None:
        assert parse(GOOD._replace(**change)) is reason

    @given(st.integers(1, 10**8))
    def test_reads_every_price_exactly(self, pence: int) -> None:
        line = parse(GOOD._replace(price=str(Decimal(pence) / 100)))
        assert isinstance(line, Line)
        assert line.price == pence

    @given(st.builds(Cells, *[st.text(max_size=12)] * 8))
    def test_never_fails_whatever_the_cells_hold(self, cells: Cells) -> None:
        assert isinstance(parse(cells), Line | Reason)


class TestRead:
    def test_takes_columns_in_any_order_and_by_the_other_edition_s_names(
        self, tmp_path: Path
    ) -> None:
        path = tmp_path / "lines.csv"
        path.write_text(
            "Price,Invoice,StockCode,Description,Quantity,InvoiceDate,Customer ID,Country\n"
            "2.55,536365,85123A,HEART,6,2010-12-01 08:26:00,17850,France\n"
        )
        [(number, line, day)] = read(path)
        assert (number, day) == (2, date(2010, 12, 1))
        assert isinstance(line, Line)
        assert (line.price, line.country) == (255, "France")

    def test_counts_rows_with_too_few_or_too_many_cells_as_malformed(self, tmp_path: Path) -> None:
        path = tmp_path / "lines.csv"
        path.write_text(f"{','.join(COLUMNS)}\n1,2\n{',' * 9}\n")
        assert list(read(path)) == [Read(2, Reason.MALFORMED), Read(3, Reason.MALFORMED)]

    def test_names_the_columns_that_are_missing(self, tmp_path: Path) -> None:
        path = tmp_path / "lines.csv"
        path.write_text("InvoiceNo,StockCode\n")
        with pytest.raises(UnreadableFile, match="no column Description, Quantity"):
            list(read(path))
