"""Cards by Stripe: a PaymentIntent for each payment, spoken to with Stripe's own library."""

from api.gateways.stripe.connection import connect
from api.gateways.stripe.gateway import StripeGateway

__all__ = ["StripeGateway", "connect"]
