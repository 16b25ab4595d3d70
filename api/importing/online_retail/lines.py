"""One line of an invoice, read and checked; what is refused carries its reason."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from api.importing.files import Advance, UnreadableFile, clean, is_spoiled, open_table

SHOP_TIME: Final = ZoneInfo("Europe/London")
"""Invoices carry the shop's own clock."""

COLUMNS: Final = (
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
)
_OTHER_NAMES: Final = {"invoice": "InvoiceNo", "price": "UnitPrice"}
"""As the second edition of the data calls them."""
_DATES: Final = ("%Y-%m-%d %H:%M:%S", "%m/%d/%Y %H:%M")
_GOODS: Final = re.compile(r"\d{5}[A-Z]{0,3}|DCGS[0-9A-Z]{1,8}", re.ASCII)
_NUMBER: Final = re.compile(r"[-+]?\d{1,12}(\.\d{1,6})?", re.ASCII)
_INVOICE: Final = re.compile(r"C?\d{1,10}", re.ASCII)
_LONGEST_TITLE: Final = 200
_MOST_UNITS: Final = 10_000_000
_HIGHEST_PRICE: Final = 1_000_000
PENCE: Final = 100
_CACHED: Final = 1 << 16


class Reason(StrEnum):
    """Why a line was left out, as the closing table says it."""

    MALFORMED = "not readable: a number, a date or a column is missing or wrong"
    NOT_GOODS = "not goods: postage, fees, vouchers, manual entries"
    OTHER_PAPER = "neither an invoice nor a credit note"
    STOCK_CORRECTION = "a stock correction: fewer than one unit on an invoice"
    NO_PRICE = "no price: a gift, a sample or a note"
    PART_OF_A_PENNY = "a price with a part of a penny"
    OTHER_CUSTOMER = "another customer than the invoice's first line"
    RETURN_BY_STRANGER = "a return without a customer"
    RETURN_WITHOUT_SALE = "a return of what this customer was not sold before"
    RETURN_NOT_COVERED = "a return of more units, or more money, than one earlier sale has left"


class Line(NamedTuple):
    """An acceptable line of goods. ``price`` is in pence, with tax; ``quantity`` is positive."""

    invoice: str
    code: str
    title: str
    quantity: int
    at: datetime
    price: int
    customer: str | None
    country: str
    is_return: bool


class Cells(NamedTuple):
    """One row of the file, its columns in our order."""

    invoice: str
    code: str
    title: str
    quantity: str
    at: str
    price: str
    customer: str
    country: str


class Read(NamedTuple):
    """What became of one line of the file; ``day`` is by the shop's clock, where it can be read."""

    number: int
    outcome: Line | Reason
    day: date | None = None


def read(path: Path, advance: Advance = lambda _: None) -> Iterator[Read]:
    """Read a file line by line.

    :raises UnreadableFile: it is not a file of this format, or it is damaged.
    """
    with open_table(path, advance) as table:
        order = _order_of_columns(path, table.columns)
        width = len(table.columns)
        for number, cells in table.rows:
            if cells is None or len(cells) != width:
                yield Read(number, Reason.MALFORMED)
            else:
                ours = Cells(*[cells[index] for index in order])
                yield Read(number, parse(ours), _day(ours.at))


def parse(cells: Cells) -> Line | Reason:
    """Check one line: everything must be readable, then it must be a sale or a return of goods."""
    invoice, code = cells.invoice.strip().upper(), cells.code.strip().upper()
    title, units, price = clean(cells.title), _whole(cells.quantity), _pence(cells.price)
    at, customer = _moment(cells.at), _customer(cells.customer)
    if units is None or price is None or at is None or customer is None or not code:
        return Reason.MALFORMED
    if is_spoiled(invoice + code) or len(title) > _LONGEST_TITLE:
        return Reason.MALFORMED
    is_return = invoice.startswith("C")
    return _refusal(invoice, code, -units if is_return else units, price) or Line(
        invoice,
        code,
        title,
        abs(units),
        at,
        int(price),
        customer or None,
        clean(cells.country),
        is_return,
    )


def _refusal(invoice: str, code: str, units: int, pence: Decimal) -> Reason | None:
    if not _GOODS.fullmatch(code):
        return Reason.NOT_GOODS
    if not _INVOICE.fullmatch(invoice):
        return Reason.OTHER_PAPER
    if units < 1:
        return Reason.STOCK_CORRECTION
    if pence <= 0:
        return Reason.NO_PRICE
    return None if pence == int(pence) else Reason.PART_OF_A_PENNY


def _order_of_columns(path: Path, columns: Sequence[str]) -> list[int]:
    ours = {name.lower(): name for name in COLUMNS} | _OTHER_NAMES
    names = [ours.get(column.replace(" ", "").lower(), "") for column in columns]
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise UnreadableFile(
            f"{path} is not an Online Retail file: no column {', '.join(missing)} "
            f"in its first line ({', '.join(columns) or 'empty'})."
        )
    return [names.index(name) for name in COLUMNS]


@lru_cache(_CACHED)
def _whole(text: str) -> int | None:
    """Read a whole number, which may be written with ".0".

    >>> _whole("-6.0"), _whole("12"), _whole("1.5"), _whole("")
    (-6, 12, None, None)
    """
    number = _decimal(text)
    if number is None or number != number.to_integral_value() or abs(number) > _MOST_UNITS:
        return None
    return int(number)


@lru_cache(_CACHED)
def _pence(text: str) -> Decimal | None:
    """Read a price in pounds as pence, exactly.

    >>> _pence("2.55"), _pence("8.5"), _pence("0.001"), _pence("free")
    (Decimal('255.00'), Decimal('850.0'), Decimal('0.100'), None)
    """
    pounds = _decimal(text)
    return None if pounds is None or abs(pounds) > _HIGHEST_PRICE else pounds * PENCE


def _decimal(text: str) -> Decimal | None:
    return Decimal(text.strip()) if _NUMBER.fullmatch(text.strip()) else None


@lru_cache(_CACHED)
def _moment(text: str) -> datetime | None:
    """Read the shop's clock as an instant.

    >>> _moment("2011-07-01 08:26:00")
    datetime.datetime(2011, 7, 1, 7, 26, tzinfo=datetime.timezone.utc)
    """
    for form in _DATES:
        try:
            return datetime.strptime(text.strip(), form).replace(tzinfo=SHOP_TIME).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None


@lru_cache(_CACHED)
def _day(text: str) -> date | None:
    at = _moment(text)
    return at.astimezone(SHOP_TIME).date() if at else None


@lru_cache(_CACHED)
def _customer(text: str) -> str | None:
    """Read a customer's number: empty for a guest, None where it is no number.

    >>> _customer("17850.0"), _customer(""), _customer("Bob")
    ('17850', '', None)
    """
    if not text.strip():
        return ""
    number = _whole(text)
    return str(number) if number is not None and number > 0 else None
