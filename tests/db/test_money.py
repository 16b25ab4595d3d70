"""Money is exact: MON-1, 2, 3, 5 and 6. MON-4 is beside the totals, MON-7 in test_no_float."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.money import (
    DIGITS,
    LARGEST_AMOUNT,
    LARGEST_PRICE,
    MILLION,
    Money,
    MoneyError,
    Rate,
    amount_discount,
    digits_of,
    percent_discount,
    refund_share,
    round_half_away,
    split,
    tax_added,
    tax_included,
)

# ISO 4217, list of currency numbers of 2026-01-01: the independent source for the digits.
ISO_4217 = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD
        CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS
        GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD
        LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB
        PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP
        SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
    """,
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}

prove = settings(deadline=None, max_examples=500)  # no deadline: a busy machine proves nothing
amounts = st.integers(0, 10**12)
rates = st.integers(0, MILLION)
bigints = st.integers(-LARGEST_AMOUNT - 1, LARGEST_AMOUNT)


class TestSplit:
    @prove
    @given(st.lists(amounts, max_size=100), st.data())
    def test_mon_1_adds_up_exactly_within_one_unit_and_never_above_the_line(
        self, lines: list[int], data: st.DataObject
    ) -> None:
        amount = data.draw(st.integers(0, sum(lines)))
        shares = split(amount, lines)
        assert sum(shares) == amount
        for share, line in zip(shares, lines, strict=True):
            assert 0 <= share <= line
            assert abs(share - Fraction(amount * line, sum(lines) or 1)) < 1

    def test_gives_ties_to_the_earlier_line(self) -> None:
        assert split(2, [5, 5, 5]) == (1, 1, 0)

    def test_of_nothing_is_nothing(self) -> None:
        assert split(0, []) == ()
        assert split(0, [0, 0]) == (0, 0)

    @pytest.mark.parametrize(("amount", "weights"), [(1, []), (1, [0]), (11, [10]), (-1, [10])])
    def test_refuses_what_the_lines_cannot_carry(self, amount: int, weights: list[int]) -> None:
        with pytest.raises(ValueError, match="cannot be split"):
            split(amount, weights)


class TestTax:
    @prove
    @given(amounts, rates)
    def test_mon_2_included_is_between_zero_and_the_base(self, gross: int, rate: int) -> None:
        assert 0 <= tax_included(gross, rate) <= gross

    @prove
    @given(amounts, rates)
    def test_mon_3_included_and_added_agree_within_one_unit(self, gross: int, rate: int) -> None:
        included = tax_included(gross, rate)
        assert abs(tax_added(gross - included, rate) - included) <= 1

    @prove
    @given(amounts, rates)
    def test_mon_3_added_and_then_included_agree_within_one_unit(self, net: int, rate: int) -> None:
        added = tax_added(net, rate)
        assert abs(tax_included(net + added, rate) - added) <= 1

    def test_is_what_the_receipt_says(self) -> None:
        assert tax_included(11900, 190_000) == 1900
        assert tax_included(600, 200_000) == 100
        assert tax_added(1999, 88_750) == 177


class TestDiscount:
    @prove
    @given(amounts, rates, amounts)
    def test_is_never_more_than_the_subtotal(self, subtotal: int, rate: int, off: int) -> None:
        assert 0 <= percent_discount(subtotal, rate) <= subtotal
        assert 0 <= amount_discount(subtotal, off) <= subtotal


class TestRefundShare:
    @prove
    @given(amounts, st.integers(1, 999), st.data())
    def test_mon_5_any_way_of_dividing_the_units_adds_up_to_the_line(
        self, total: int, units: int, data: st.DataObject
    ) -> None:
        stops = sorted(data.draw(st.lists(st.integers(0, units), max_size=20)))
        steps = [0, *stops, units]
        shares = [
            refund_share(total, units, already, until - already)
            for already, until in pairwise(steps)
        ]
        assert sum(shares) == total
        assert min(shares) >= 0

    @pytest.mark.parametrize(("already", "now"), [(2, 2), (-1, 1), (1, -1)])
    def test_refuses_units_the_line_does_not_have(self, already: int, now: int) -> None:
        with pytest.raises(ValueError, match="more units"):
            refund_share(1000, 3, already, now)


class TestRounding:
    @prove
    @given(st.integers(-(10**18), 10**18), st.integers(1, 10**7))
    def test_agrees_with_decimal_half_up(self, n: int, d: int) -> None:
        exact = Fraction(n, d)
        rounded = round_half_away(n, d)
        assert abs(rounded - exact) <= Fraction(1, 2)
        assert rounded == -round_half_away(-n, d)
        if d in {2, 4, 5, 8, 10}:
            assert rounded == (Decimal(n) / d).quantize(Decimal(1), ROUND_HALF_UP)

    @pytest.mark.parametrize("n", [1, 3, 5, 7, 10**12 + 1])
    def test_takes_halves_away_from_zero(self, n: int) -> None:
        assert round_half_away(n, 2) == (n + 1) // 2
        assert round_half_away(-n, 2) == -(n + 1) // 2


class TestMoney:
    @prove
    @given(bigints)
    def test_mon_6_parse_after_print_is_identity_for_every_currency(self, amount: int) -> None:
        for currency, digits in DIGITS.items():
            printed = Money(amount, currency)
            assert Money.parse(printed.text, currency) == printed
            assert Decimal(printed.text).scaleb(digits) == amount
            assert len(printed.text.partition(".")[2]) == digits

    @pytest.mark.parametrize("digits", ISO_4217)
    def test_mon_6_digits_are_those_of_iso_4217(self, digits: int) -> None:
        currencies = ISO_4217[digits].split()
        assert {c: digits_of(c) for c in currencies} == dict.fromkeys(currencies, digits)

    @pytest.mark.parametrize(
        ("text", "currency", "amount"),
        [
            ("19.90", "EUR", 1990),
            ("19.9", "EUR", 1990),
            ("19", "EUR", 1900),
            ("0019.90", "EUR", 1990),
            ("-0.05", "EUR", -5),
            ("-0", "EUR", 0),
            ("1990", "JPY", 1990),
            ("1.234", "KWD", 1234),
            ("92233720368547758.07", "EUR", LARGEST_AMOUNT),
            ("-92233720368547758.08", "EUR", -LARGEST_AMOUNT - 1),
        ],
    )
    def test_reads_what_people_write(self, text: str, currency: str, amount: int) -> None:
        assert Money.parse(text, currency) == Money(amount, currency)

    @pytest.mark.parametrize(
        "text",
        [
            *(
                "",
                " ",
                "-",
                ".",
                "1.",
                ".5",
                "+1",
                "--1",
                "1,50",
                "1 000",
                " 1",
                "1 ",
                "1\n",
                "1_0",
            ),
            *(
                "1e3",
                "1E3",
                "NaN",
                "Infinity",
                "-inf",
                "0x10",
                "1.2.3",
                "EUR 1",
                "\u0661",
                "\uff11",
            ),
            *("\u00bd", "\u22121", "1\x00"),
        ],
    )
    def test_refuses_what_is_no_plain_number(self, text: str) -> None:
        with pytest.raises(MoneyError, match="plain digits"):
            Money.parse(text, "EUR")

    @pytest.mark.parametrize(
        ("text", "currency"),
        [
            ("1.999", "EUR"),
            ("1.900", "EUR"),
            ("1.0", "JPY"),
            ("1.2345", "KWD"),
            ("1.000000", "CLF"),
        ],
    )
    def test_refuses_more_digits_than_the_currency_has(self, text: str, currency: str) -> None:
        with pytest.raises(MoneyError, match=f"{currency} takes at most {DIGITS[currency]} digits"):
            Money.parse(text, currency)

    @pytest.mark.parametrize(
        "text", ["92233720368547758.08", "-92233720368547758.09", "9" * 5000, "0" * 5000]
    )
    def test_refuses_what_no_bigint_holds(self, text: str) -> None:
        with pytest.raises(MoneyError, match=r"too large|too many digits"):
            Money.parse(text, "EUR")

    def test_refuses_five_thousand_digits_after_the_point(self) -> None:
        with pytest.raises(MoneyError, match="at most 2 digits"):
            Money.parse("1." + "0" * 5000, "EUR")

    @pytest.mark.parametrize("currency", ["", "eur", "EURO", "XXX", "XAU", "QQQ"])
    def test_refuses_what_is_no_currency(self, currency: str) -> None:
        with pytest.raises(MoneyError, match="ISO 4217"):
            Money.parse("1", currency)

    @prove
    @given(st.text(), st.sampled_from(["EUR", "JPY", "KWD"]))
    def test_reads_or_refuses_any_text_and_nothing_else(self, text: str, currency: str) -> None:
        try:
            read = Money.parse(text, currency)
        except MoneyError:
            return
        assert Decimal(read.text) == Decimal(text)

    def test_adds_only_its_own_currency(self) -> None:
        assert Money(1, "EUR") + Money(2, "EUR") == Money(3, "EUR")
        with pytest.raises(MoneyError, match="EUR and USD cannot be added"):
            Money(1, "EUR") + Money(2, "USD")

    def test_of_the_largest_cart_still_fits_a_bigint(self) -> None:
        assert (100 * 999 + 1) * (
            LARGEST_PRICE + tax_added(LARGEST_PRICE, MILLION)
        ) < LARGEST_AMOUNT


class TestRate:
    @prove
    @given(rates)
    def test_mon_6_parse_after_print_is_identity(self, millionths: int) -> None:
        rate = Rate(millionths)
        assert Rate.parse(rate.text) == rate
        assert Decimal(rate.text) * 10_000 == millionths

    @pytest.mark.parametrize(
        ("text", "printed", "millionths"),
        [
            ("19", "19", 190_000),
            ("7.70", "7.7", 77_000),
            ("8.875", "8.875", 88_750),
            ("0", "0", 0),
            ("0.0001", "0.0001", 1),
            ("100", "100", MILLION),
        ],
    )
    def test_is_a_percentage(self, text: str, printed: str, millionths: int) -> None:
        assert Rate.parse(text) == Rate(millionths)
        assert Rate(millionths).text == printed

    @pytest.mark.parametrize("text", ["", "19 %", "1e1", "-1", "100.0001", "0.00001", "9" * 5000])
    def test_refuses_what_is_no_percentage(self, text: str) -> None:
        with pytest.raises(MoneyError):
            Rate.parse(text)
