"""The shop, as clients see it."""

from operator import attrgetter
from typing import NamedTuple

import strawberry

from db import shop
from db.access import Permission
from db.payments import Gateway
from schema import define
from schema.context import Info
from schema.ids import Node, identity
from schema.money import Money, amount
from schema.resolvers import resolver
from schema.scalars import CountryCode, CurrencyCode, Decimal
from schema.totals import rate_text
from schema.views import View, shown, view

define.expose(
    shop.CapturePolicy,
    ON_PLACEMENT="Money is taken when the order is placed.",
    MANUAL="Only authorized; staff capture.",
)


class Offered(NamedTuple):
    """A gateway that buyers may choose, under its name."""

    name: str
    gateway: Gateway


@view(Offered)
class PaymentGateway(View[Offered]):
    name: str = define.field("As in CheckoutPaymentInput.gateway.")
    label: str = shown(attrgetter("label"), "gateway")
    publishable_key: str | None = shown(
        attrgetter("publishable_key"),
        "gateway",
        description="For the client's own script, when the gateway has one.",
    )


@view(shop.ShippingMethodRow)
class ShippingMethod(Node, View[shop.ShippingMethodRow]):
    id: strawberry.ID = identity(shop.ShippingMethod.prefix)
    name: str
    price: Money = amount("price")
    free_from: Money | None = amount("free_from", "Free from this subtotal (after discount) on.")
    countries: list[CountryCode] = define.field("Empty: everywhere the shop ships to.")
    tax_class: str
    active: bool
    version: int


@view(shop.TaxRateRow)
class TaxRate(View[shop.TaxRateRow]):
    """Looked up by the ship-to address: country and region, then country alone. None: 0."""

    name: str
    country_code: CountryCode
    region: str | None
    tax_class: str
    rate: Decimal = shown(rate_text, "rate", description="Percent.")


@view(shop.ShopRow)
class Shop(View[shop.ShopRow]):
    name: str
    currency_code: CurrencyCode = shown(None, "currency")
    prices_include_tax: bool = define.field(
        "True: prices contain tax (usual in the EU). False: tax is added (usual in the US)."
    )
    time_zone: str = define.field(
        'IANA name, for reports and for "today". Instants are always UTC.'
    )
    countries: list[CountryCode] = define.field("Where the shop ships to.")
    capture_policy: shop.CapturePolicy
    version: int

    @resolver(reads=())
    async def payment_gateways(self, info: Info) -> list[PaymentGateway]:
        return [PaymentGateway.of(Offered(*each)) for each in info.context.gateways.items()]

    @resolver(reads=())
    async def shipping_methods(self, info: Info) -> list[ShippingMethod]:
        """Active ones, at most 50; staff also see the others."""
        is_staff = info.context.caller.may(Permission.SETTINGS_WRITE)
        rows = await shop.shipping_methods(active_only=not is_staff)
        return [ShippingMethod.of(row) for row in rows]

    @resolver(requires=Permission.SETTINGS_WRITE, reads=())
    async def tax_rates(self) -> list[TaxRate] | None:
        """At most 500."""
        return [TaxRate.of(row) for row in await shop.tax_rates()]
