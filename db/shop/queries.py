"""Reading the settings. They are the same for everyone; the tax table is for staff to see."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from db.base import fetch, fetch_one, in_order
from db.shop.models import CapturePolicy


@dataclass(frozen=True, slots=True)
class ShopRow:
    """The shop. Its first country is where a cart without an address is taken to go."""

    id: UUID
    name: str
    currency: str
    prices_include_tax: bool
    time_zone: str
    countries: list[str]
    capture_policy: CapturePolicy
    version: int

    def ships_to(self, country_code: str) -> bool:
        return country_code in self.countries


@dataclass(frozen=True, slots=True)
class TaxRateRow:
    """A rate in millionths: 19 % is 190000."""

    name: str
    country_code: str
    region: str | None
    tax_class: str
    rate: int

    def is_of_region(self, region: str | None) -> bool:
        """Whether it is the rate of just this part of its country, in any case of letters."""
        if self.region is None or region is None:
            return False
        return self.region.casefold() == region.casefold()


@dataclass(frozen=True, slots=True)
class ShippingMethodRow:
    """A way to ship. Amounts are minor units of the shop's currency, in its price basis."""

    id: UUID
    name: str
    price: int
    free_from: int | None
    countries: list[str]
    tax_class: str
    active: bool
    version: int
    currency: str

    def serves(self, country_code: str) -> bool:
        """Whether it goes there, provided that the shop does."""
        return not self.countries or country_code in self.countries


class ShopIsNotInstalled(LookupError):
    """There is no shop yet: ``install`` makes one."""


_SHOP: Final = """
    SELECT id, name, currency, prices_include_tax, time_zone, countries, capture_policy, version
      FROM shop
"""


async def settings() -> ShopRow:
    """Read the shop's settings.

    :raises ShopIsNotInstalled: there is no shop yet.
    """
    row = await fetch_one(_SHOP)
    if row is None:
        raise ShopIsNotInstalled
    columns = list(row)
    columns[6] = CapturePolicy(columns[6])
    return ShopRow(*columns)


_TAX_RATES: Final = """
    SELECT name, country_code, region, tax_class, rate FROM tax_rate
     ORDER BY country_code, region NULLS FIRST, tax_class
"""


async def tax_rates() -> list[TaxRateRow]:
    """Read the whole table, at most 500 rates."""
    return [TaxRateRow(*row) for row in await fetch(_TAX_RATES)]


_METHOD: Final = """
    SELECT id, name, price, free_from, countries, tax_class, active, version,
           (SELECT currency FROM shop)
      FROM shipping_method
"""
_METHODS: Final = f"{_METHOD} WHERE active OR NOT $1 ORDER BY price, name, id"


async def shipping_methods(active_only: bool) -> list[ShippingMethodRow]:
    """Read the ways to ship, the cheapest first."""
    return [ShippingMethodRow(*row) for row in await fetch(_METHODS, active_only)]


_METHODS_BY_ID: Final = f"{_METHOD} WHERE id = ANY($1)"


async def shipping_methods_by_id(wanted: Sequence[UUID]) -> list[ShippingMethodRow | None]:
    """Read these ways to ship, in order; None where there is none."""
    rows = await fetch(_METHODS_BY_ID, wanted)
    return in_order(rows, wanted, lambda row: ShippingMethodRow(*row))
