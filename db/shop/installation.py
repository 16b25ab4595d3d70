"""Opening the shop, once."""

from datetime import datetime
from zoneinfo import ZoneInfo

from db import events, ids
from db.access import Caller
from db.base import atomically, execute
from db.money import digits_of
from db.shop.models import Shop
from db.shop.queries import ShopRow, settings


async def install(
    *,
    name: str,
    currency: str,
    prices_include_tax: bool,
    time_zone: str,
    countries: list[str],
    now: datetime,
) -> ShopRow:
    """Make the shop, unless there is one: then it is left as it is.

    :raises MoneyError: there is no such currency.
    :raises zoneinfo.ZoneInfoNotFoundError: there is no such time zone.
    """
    digits_of(currency)
    ZoneInfo(time_zone)

    async def work() -> ShopRow:
        made = await execute(
            "INSERT INTO shop (id, name, currency, prices_include_tax, time_zone, countries)"
            " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (is_only) DO NOTHING",
            ids.new(),
            name,
            currency,
            prices_include_tax,
            time_zone,
            countries,
        )
        shop = await settings()
        if made:
            await events.audit(
                Caller.system("install"),
                "system.install",
                ids.encode(Shop.prefix, shop.id),
                {"currency": [None, currency], "prices_include_tax": [None, prices_include_tax]},
                now=now,
            )
        return shop

    return await atomically(work)
