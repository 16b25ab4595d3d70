"""What a sale depends on, read in one statement: settings, ways to ship, tax."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple
from uuid import UUID

import orjson

from db.base import fetch
from db.shop.models import CapturePolicy
from db.shop.queries import ShippingMethodRow, ShopIsNotInstalled, ShopRow, TaxRateRow


class Destination(NamedTuple):
    """Where goods go. The country is empty where nothing is known."""

    country_code: str
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """The settings; the ways to ship, the cheapest first; and the tax where the goods may go."""

    shop: ShopRow
    methods: list[ShippingMethodRow]
    tax_rates: list[TaxRateRow]

    def method(self, method_id: UUID | None) -> ShippingMethodRow | None:
        return next((method for method in self.methods if method.id == method_id), None)

    def methods_to(self, country_code: str) -> list[ShippingMethodRow]:
        """List the ways to ship to a country that are on offer."""
        if not self.shop.ships_to(country_code):
            return []
        return [each for each in self.methods if each.active and each.serves(country_code)]

    def rates_at(self, place: Destination) -> dict[str, TaxRateRow]:
        """Find the rate of each tax class where the goods go: the region's, else the country's.

        A class that is not in the answer is not taxed there.
        """
        there = [rate for rate in self.tax_rates if rate.country_code == place.country_code]
        of_country = {rate.tax_class: rate for rate in there if rate.region is None}
        of_region = {rate.tax_class: rate for rate in there if rate.is_of_region(place.region)}
        return of_country | of_region


_TERMS: Final = """
    SELECT shop.id, shop.name, shop.currency, shop.prices_include_tax, shop.time_zone,
           shop.countries, shop.capture_policy, shop.version,
           (SELECT coalesce(jsonb_agg(jsonb_build_array(
                       name, country_code, region, tax_class, rate)), '[]') FROM tax_rate
             WHERE country_code = ANY($2::text[] || (SELECT countries[1] FROM shop))
               AND (region IS NULL OR lower(region) IN (
                       SELECT lower(chosen) FROM unnest($3::text[]) AS chosen))),
           method.id, method.name, method.price, method.free_from, method.countries,
           method.tax_class, method.active, method.version, shop.currency
      FROM shop LEFT JOIN shipping_method method ON method.active OR method.id = ANY($1)
     ORDER BY method.price, method.name, method.id
"""
_SHOP_COLUMNS: Final = 8


async def terms(chosen: Sequence[UUID] = (), places: Sequence[Destination] = ()) -> Terms:
    """Read the settings and the active ways to ship, and those ``chosen`` before, active or not.

    And the tax at ``places``, and in the shop's first country, where what has no address goes.

    :raises ShopIsNotInstalled: there is no shop yet.
    """
    countries = [place.country_code for place in places]
    regions = [place.region for place in places]
    rows = await fetch(_TERMS, list(chosen), countries, regions)
    if not rows:
        raise ShopIsNotInstalled
    columns = list(rows[0][:_SHOP_COLUMNS])
    columns[6] = CapturePolicy(columns[6])
    rates = [TaxRateRow(*rate) for rate in orjson.loads(rows[0][_SHOP_COLUMNS])]
    of_methods = [row[_SHOP_COLUMNS + 1 :] for row in rows]
    methods = [ShippingMethodRow(*method) for method in of_methods if method[0]]
    return Terms(ShopRow(*columns), methods, rates)
