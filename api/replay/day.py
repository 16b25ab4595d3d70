"""A day's invoices into baskets: what is sent, and what is left out and why."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from api.importing.files import Advance
from api.importing.online_retail.countries import HOME, code_of
from api.importing.online_retail.goods import MOST_UNITS_IN_A_CART
from api.importing.online_retail.history import LINES_PER_ORDER, number_of
from api.importing.online_retail.lines import Line, Read, Reason, read

A_RETURN: Final = "a return: the replay only buys"
TOO_MANY: Final = f"units beyond {MOST_UNITS_IN_A_CART} of one code"
NOT_SOLD: Final = "the shop does not sell this code"


@dataclass(slots=True)
class Basket:
    """What one buyer buys at once: units by code."""

    invoice: str
    customer: str | None
    country: str
    units: dict[str, int]


@dataclass(slots=True)
class Day:
    """All baskets of a day; ``left_out`` counts lines by reason, and units where it says so."""

    baskets: list[Basket] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def read_day(path: Path, day: date, advance: Advance = lambda _: None) -> Day:
    """Read one day of a file.

    :raises UnreadableFile: it is not a file of this format, or it is damaged.
    """
    return of_lines(one for one in read(path, advance) if one.day == day)


def of_lines(lines: Iterable[Read]) -> Day:
    """Make baskets of lines: those of an invoice together, its repeated codes summed."""
    day = Day()
    invoices: dict[str, list[Line]] = defaultdict(list)
    for one in lines:
        if isinstance(one.outcome, Reason):
            day.left_out[one.outcome.value] += 1
        elif one.outcome.is_return:
            day.left_out[A_RETURN] += 1
        else:
            invoices[one.outcome.invoice].append(one.outcome)
    for invoice in invoices.values():
        _add(day, invoice)
    return day


def sold_only(day: Day, prices: Mapping[str, int]) -> None:
    """Take out of all baskets what the shop has no price for."""
    for basket in day.baskets:
        kept = {code: units for code, units in basket.units.items() if code in prices}
        day.left_out[NOT_SOLD] += len(basket.units) - len(kept)
        basket.units = kept
    day.baskets = [basket for basket in day.baskets if basket.units]
    day.left_out = +day.left_out


def _add(day: Day, invoice: list[Line]) -> None:
    wanted: Counter[str] = Counter()
    for line in invoice:
        wanted[line.code] += line.quantity
    capped = {code: min(units, MOST_UNITS_IN_A_CART) for code, units in wanted.items()}
    if beyond := wanted.total() - sum(capped.values()):
        day.left_out[TOO_MANY] += beyond
    first, codes = invoice[0], list(capped)
    for start in range(0, len(codes), LINES_PER_ORDER):
        part = codes[start : start + LINES_PER_ORDER]
        day.baskets.append(
            Basket(
                number_of(first.invoice, start // LINES_PER_ORDER),
                first.customer,
                code_of(first.country) or HOME,
                {code: capped[code] for code in part},
            )
        )
