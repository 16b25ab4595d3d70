"""The shop, as clients see it."""

import strawberry

from db import ids, money, shop
from db.access import Permission
from schema import define
from schema.context import Info
from schema.ids import Node
from schema.money import Money
from schema.resolvers import resolver
from schema.scalars import CountryCode, CurrencyCode, Decimal

define.expose(
    shop.CapturePolicy,
    ON_PLACEMENT="Money is taken when the order is placed.",
    MANUAL="Only authorized; staff capture.",
)


@define.type
class PaymentGateway:
    name: str = define.field("As in CheckoutPaymentInput.gateway.")
    label: str
    publishable_key: str | None = define.field(
        "For the client's own script, when the gateway has one."
    )


@define.type
class ShippingMethod(Node):
    name: str
    price: Money
    free_from: Money | None = define.field("Free from this subtotal (after discount) on.")
    countries: list[CountryCode] = define.field("Empty: everywhere the shop ships to.")
    tax_class: str
    active: bool
    version: int

    @classmethod
    def of(cls, row: shop.ShippingMethodRow) -> "ShippingMethod":
        """Show a way to ship."""
        return cls(
            id=strawberry.ID(ids.encode(shop.ShippingMethod.prefix, row.id)),
            name=row.name,
            price=Money.of(money.Money(row.price, row.currency)),
            free_from=None
            if row.free_from is None
            else Money.of(money.Money(row.free_from, row.currency)),
            countries=[CountryCode(code) for code in row.countries],
            tax_class=row.tax_class,
            active=row.active,
            version=row.version,
        )


@define.type
class TaxRate:
    """Looked up by the ship-to address: country and region, then country alone. None: 0."""

    name: str
    country_code: CountryCode
    region: str | None
    tax_class: str
    rate: Decimal = define.field("Percent.")

    @classmethod
    def of(cls, row: shop.TaxRateRow) -> "TaxRate":
        """Show a tax rate."""
        return cls(
            name=row.name,
            country_code=CountryCode(row.country_code),
            region=row.region,
            tax_class=row.tax_class,
            rate=Decimal(money.Rate(row.rate).text),
        )


@define.type
class Shop:
    name: str
    currency_code: CurrencyCode
    prices_include_tax: bool = define.field(
        "True: prices contain tax (usual in the EU). False: tax is added (usual in the US)."
    )
    time_zone: str = define.field(
        'IANA name, for reports and for "today". Instants are always UTC.'
    )
    countries: list[CountryCode] = define.field("Where the shop ships to.")
    capture_policy: shop.CapturePolicy
    version: int

    @classmethod
    def of(cls, row: shop.ShopRow) -> "Shop":
        """Show the shop."""
        return cls(
            name=row.name,
            currency_code=CurrencyCode(row.currency),
            prices_include_tax=row.prices_include_tax,
            time_zone=row.time_zone,
            countries=[CountryCode(code) for code in row.countries],
            capture_policy=row.capture_policy,
            version=row.version,
        )

    @resolver()
    async def payment_gateways(self, info: Info) -> list[PaymentGateway]:
        return [
            PaymentGateway(name=name, label=gateway.label, publishable_key=gateway.publishable_key)
            for name, gateway in info.context.gateways.items()
        ]

    @resolver()
    async def shipping_methods(self, info: Info) -> list[ShippingMethod]:
        """Active ones, at most 50; staff also see the others."""
        is_staff = info.context.caller.may(Permission.SETTINGS_WRITE)
        rows = await shop.shipping_methods(active_only=not is_staff)
        return [ShippingMethod.of(row) for row in rows]

    @resolver(requires=Permission.SETTINGS_WRITE)
    async def tax_rates(self) -> list[TaxRate] | None:
        """At most 500."""
        return [TaxRate.of(row) for row in await shop.tax_rates()]
