"""The shop: its settings, what it charges for tax, and how it ships.

Currency and price basis are fixed when the shop is installed. Everything else may change, one edit
at a time, and no change reaches an order that was made before it.
"""

from db.shop.changes import ShopFields, update
from db.shop.installation import install
from db.shop.models import CapturePolicy, ShippingMethod, Shop, TaxRate
from db.shop.prices import price_fault
from db.shop.queries import (
    ShippingMethodRow,
    ShopIsNotInstalled,
    ShopRow,
    TaxRateRow,
    settings,
    shipping_methods,
    shipping_methods_by_id,
    tax_rates,
)
from db.shop.shipping import (
    MOST_ACTIVE_METHODS,
    ShippingMethodFields,
    create_shipping_method,
    update_shipping_method,
)
from db.shop.taxes import MOST_TAX_RATES, set_tax_rates
from db.shop.terms import Destination, Terms, terms

__all__ = [
    "MOST_ACTIVE_METHODS",
    "MOST_TAX_RATES",
    "CapturePolicy",
    "Destination",
    "ShippingMethod",
    "ShippingMethodFields",
    "ShippingMethodRow",
    "Shop",
    "ShopFields",
    "ShopIsNotInstalled",
    "ShopRow",
    "TaxRate",
    "TaxRateRow",
    "Terms",
    "create_shipping_method",
    "install",
    "price_fault",
    "set_tax_rates",
    "settings",
    "shipping_methods",
    "shipping_methods_by_id",
    "tax_rates",
    "terms",
    "update",
    "update_shipping_method",
]
