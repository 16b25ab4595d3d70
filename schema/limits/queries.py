"""What a query costs, as clients ask for it."""

from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from db.limits import Standing
from schema import define
from schema.context import Context, Info
from schema.resolvers import resolver
from schema.views import View, shown, view


class Bill(NamedTuple):
    """What an operation cost, and what its caller has left."""

    cost: int
    standing: Standing

    @classmethod
    def of(cls, context: Context) -> "Bill":
        """Make out the bill of the operation that runs."""
        if context.standing is None:
            raise RuntimeError("An operation ran that nobody had paid for.")
        return cls(context.cost, context.standing)


def _used(standing: Standing) -> int:
    return standing.limit - standing.remaining


@view(Bill)
class RateLimit(View[Bill]):
    """Points are per caller (user, API key, or guest's IP address): a bucket of `limit`, refilled
    evenly over a minute.
    """

    cost: int = define.field(
        "Price of this whole operation: worked out before it runs, and exactly what is deducted."
    )
    limit: int = shown(attrgetter("limit"), "standing")
    remaining: int = shown(attrgetter("remaining"), "standing")
    used: int = shown(_used, "standing")
    reset_at: datetime = shown(attrgetter("reset_at"), "standing")


@define.type
class LimitsQuery:
    @resolver(cost=0)
    def rate_limit(
        self,
        info: Info,
        dry_run: bool = False,  # noqa: ARG002 - then this is all that runs: see schema.cost
    ) -> RateLimit:
        """dryRun: price the whole operation and run nothing else of it."""
        return RateLimit.of(Bill.of(info.context))
