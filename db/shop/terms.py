"""What a sale depends on, read in as few statements as can be: settings, ways to ship, tax."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple
from uuid import UUID

from db.base import fetch
from db.shop.models import CapturePolicy
from db.shop.queries import ShippingMethodRow, ShopIsNotInstalled, ShopRow, TaxRateRow

_SHOP_COLUMNS: Final = 8


@dataclass(frozen=True, slots=True)
class Terms:
    """The settings; and the ways to ship, the cheapest first."""

    shop: ShopRow
    methods: list[ShippingMethodRow]

    def method(self, method_id: UUID | None) -> ShippingMethodRow | None:
        return next((method for method in self.methods if method.id == method_id), None)

    def methods_to(self, country_code: str) -> list[ShippingMethodRow]:
        """List the ways to ship to a country that are on offer."""
        if not self.shop.ships_to(country_code):
            return []
        return [each for each in self.methods if each.active and each.serves(country_code)]


_TERMS: Final = """
    SELECT shop.id, shop.name, shop.currency, shop.prices_include_tax, shop.time_zone,
           shop.countries, shop.capture_policy, shop.version,
           method.id, method.name, method.price, method.free_from, method.countries,
           method.tax_class, method.active, method.version, shop.currency
      FROM shop LEFT JOIN shipping_method method ON method.active OR method.id = ANY($1)
     ORDER BY method.price, method.name, method.id
"""


async def terms(chosen: Sequence[UUID] = ()) -> Terms:
    """Read the settings and the active ways to ship, and those ``chosen`` before, active or not.

    :raises ShopIsNotInstalled: there is no shop yet.
    """
    rows = await fetch(_TERMS, list(chosen))
    if not rows:
        raise ShopIsNotInstalled
    columns = list(rows[0][:_SHOP_COLUMNS])
    columns[6] = CapturePolicy(columns[6])
    methods = [ShippingMethodRow(*row[_SHOP_COLUMNS:]) for row in rows if row[_SHOP_COLUMNS]]
    return Terms(ShopRow(*columns), methods)


class Destination(NamedTuple):
    """Where goods go. The country is empty where nothing is known."""

    country_code: str
    region: str | None = None


_RATES: Final = """
    SELECT place.number, found.* FROM unnest($1::text[], $2::text[]) WITH ORDINALITY
           AS place(country_code, region, number)
     CROSS JOIN LATERAL (
        SELECT DISTINCT ON (tax_class) name, country_code, region, tax_class, rate FROM tax_rate
         WHERE tax_rate.country_code = place.country_code
           AND (tax_rate.region IS NULL OR lower(tax_rate.region) = lower(place.region))
         ORDER BY tax_class, region NULLS LAST
     ) AS found
"""


async def rates_by_destination(
    destinations: Sequence[Destination],
) -> list[dict[str, TaxRateRow]]:
    """Find the rate of each tax class where the goods go: the region's, else the country's.

    A class that is not in the answer is not taxed there.
    """
    found: list[dict[str, TaxRateRow]] = [{} for _ in destinations]
    countries = [place.country_code for place in destinations]
    regions = [place.region for place in destinations]
    for number, *columns in await fetch(_RATES, countries, regions):
        rate = TaxRateRow(*columns)
        found[number - 1][rate.tax_class] = rate
    return found


async def rates_for(country_code: str | None, region: str | None) -> dict[str, TaxRateRow]:
    """Find the rates of one destination; see :func:`rates_by_destination`."""
    return (await rates_by_destination([Destination(country_code or "", region)]))[0]
