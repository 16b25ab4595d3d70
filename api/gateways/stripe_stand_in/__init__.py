"""A stand-in for Stripe: its HTTP, with books in memory, a clock of its own, and faults on demand.

It knows what this shop asks of Stripe, and refuses everything else. Cards are Stripe's own test
cards by name (``pm_card_visa``, ...), so that what runs against it can be run against Stripe.
"""

from api.gateways.stripe_stand_in.app import StandIn
from api.gateways.stripe_stand_in.faults import Trouble

__all__ = ["StandIn", "Trouble"]
