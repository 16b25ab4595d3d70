"""The table of tax rates, which is replaced as a whole."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final

from db import ids
from db.access import Caller, Permission, require
from db.base import atomically, execute
from db.errors import Code, Refusal, Refusals
from db.shop.changes import changed, locked
from db.shop.queries import ShopRow, TaxRateRow, settings, tax_rates

MOST_TAX_RATES: Final = 500


async def set_tax_rates(
    *, caller: Caller, now: datetime, rates: Sequence[TaxRateRow], if_version: int
) -> ShopRow:
    """Replace all tax rates; orders that were made keep theirs.

    :raises VersionConflict: the shop was changed since it was read.
    :raises Refusals: TOO_MANY; TAKEN for a second rate of one place and class.
    """
    require(caller, Permission.SETTINGS_WRITE)
    if faults := list(_faults(rates)):
        raise Refusals(faults)

    async def work() -> ShopRow:
        shop = await locked(if_version)
        before = [asdict(rate) for rate in await tax_rates()]
        await _replace(rates)
        after = [asdict(rate) for rate in await tax_rates()]
        if before != after:
            changes = {"tax_rates": [before, after]}
            await changed(shop, changes, caller=caller, action="taxRatesSet", now=now)
        return await settings()

    return await atomically(work)


def _faults(rates: Sequence[TaxRateRow]) -> Iterator[Refusal]:
    if len(rates) > MOST_TAX_RATES:
        yield Refusal(Code.TOO_MANY, f"At most {MOST_TAX_RATES}.", ("rates",))
    seen = set()
    for index, rate in enumerate(rates):
        place = (rate.country_code, (rate.region or "").casefold(), rate.tax_class)
        if place in seen:
            message = "There is another rate for this place and class."
            yield Refusal(Code.TAKEN, message, ("rates", index))
        seen.add(place)


async def _replace(rates: Sequence[TaxRateRow]) -> None:
    await execute("DELETE FROM tax_rate")
    await execute(
        "INSERT INTO tax_rate (id, name, country_code, region, tax_class, rate)"
        " SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[],"
        " $6::int[])",
        [ids.new() for _ in rates],
        [rate.name for rate in rates],
        [rate.country_code for rate in rates],
        [rate.region for rate in rates],
        [rate.tax_class for rate in rates],
        [rate.rate for rate in rates],
    )
