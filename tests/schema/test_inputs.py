"""What gets past an input type is what the shop can store."""

from datetime import UTC, datetime
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from db.money import DIGITS, LARGEST_AMOUNT, Money
from schema import inputs
from schema.inputs import MoneyInput


def accepts(kind: Any, value: object) -> bool:
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (inputs.Email, "ada@example.com"),
        (inputs.Email, "ada.lovelace+shop@mail.example.co.uk"),
        (inputs.Email, "Ädä@exämple.de"),
        (inputs.PersonName, "Ada 🎩 Lovelace"),
        (inputs.Slug, "tea-light-2"),
        (inputs.Sku, "85123A"),
        (inputs.CountryCode, "DE"),
        (inputs.Decimal, "19"),
        (inputs.Decimal, "-7.5"),
        (inputs.DateTime, "2026-11-22T23:57:40Z"),
        (inputs.DateTime, "2026-11-22T23:57:40.123456+05:45"),
        (inputs.Note, "several\nlines\n\nof text\twith a tab"),
        (inputs.Note, ""),
        (inputs.IdempotencyKey, "any printable text, with spaces"),
    ],
)
def test_accepts(kind: Any, value: str) -> None:
    assert accepts(kind, value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (inputs.Email, "ada"),
        (inputs.Email, "ada@localhost"),
        (inputs.Email, "a b@example.com"),
        (inputs.Email, "a@b@example.com"),
        (inputs.Email, f"{'a' * 65}@example.com"),
        (inputs.Email, f"a@{'b' * 250}.com"),
        (inputs.Slug, "Tea-Light"),
        (inputs.Slug, "tea--light"),
        (inputs.Slug, "-tea"),
        (inputs.Slug, "tea/light"),
        (inputs.Sku, ""),
        (inputs.Sku, "x" * 101),
        (inputs.CountryCode, "de"),
        (inputs.CountryCode, "ZZ"),
        (inputs.CountryCode, "EU"),
        (inputs.Decimal, "1e3"),
        (inputs.Decimal, "١٢"),
        (inputs.Decimal, "NaN"),
        (inputs.Decimal, " 1"),
        (inputs.Decimal, "1."),
        (inputs.DateTime, "2026-11-22"),
        (inputs.DateTime, "2026-11-22T23:57:40"),
        (inputs.DateTime, "1763856000"),
        (inputs.DateTime, "2026-02-29T00:00:00Z"),
        (inputs.DateTime, "2026-11-22T25:00:00Z"),
        (inputs.DateTime, "0001-01-01T00:00:00+14:00"),
        (inputs.DateTime, "9999-12-31T23:59:59-12:00"),
        (inputs.DateTime, 1763856000),
    ],
)
def test_refuses(kind: Any, value: object) -> None:
    assert not accepts(kind, value)


def test_an_instant_is_in_utc_whatever_zone_it_was_written_in() -> None:
    read: datetime = TypeAdapter(inputs.DateTime).validate_python("2026-11-22T23:57:40+01:00")
    assert read == datetime(2026, 11, 22, 22, 57, 40, tzinfo=UTC)
    assert read.tzinfo is UTC


class TestMoneyInput:
    @given(st.sampled_from(sorted(DIGITS)), st.integers(min_value=0, max_value=LARGEST_AMOUNT))
    def test_means_money(self, currency: str, amount: int) -> None:
        money = Money(amount, currency)
        assert self.read(money.text, currency) == money

    @pytest.mark.parametrize(
        ("amount", "currency", "place", "code"),
        [
            ("19.999", "EUR", "amount", "INVALID"),
            ("19.9", "JPY", "amount", "INVALID"),
            ("much", "EUR", "amount", "INVALID"),
            ("-1", "EUR", "amount", "OUT_OF_RANGE"),
            ("92233720368547758.08", "EUR", "amount", "INVALID"),
            ("9" * 40, "EUR", "amount", "INVALID"),
            ("1", "EURO", "currencyCode", "INVALID"),
            ("1", "eur", "currencyCode", "INVALID"),
            ("1", "XAU", "currencyCode", "INVALID"),
        ],
    )
    def test_refuses(self, amount: str, currency: str, place: str, code: str) -> None:
        with pytest.raises(ValidationError) as caught:
            self.read(amount, currency)
        (error,) = caught.value.errors()
        assert (error["type"], error["ctx"]["below"]) == (code, (place,))

    def read(self, amount: str, currency: str) -> Money:
        given = {"amount": amount, "currencyCode": currency}
        return TypeAdapter(Annotated[MoneyInput, None]).validate_python(given).plain()
