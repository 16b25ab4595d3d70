"""What a query costs, as clients ask for it."""

from datetime import datetime

from schema import define
from schema.context import Context, Info
from schema.resolvers import resolver


@define.type
class RateLimit:
    """Points are per caller (user, API key, or guest's IP address): a bucket of `limit`, refilled
    evenly over a minute.
    """

    cost: int = define.field(
        "Price of this whole operation: worked out before it runs, and exactly what is deducted."
    )
    limit: int
    remaining: int
    used: int
    reset_at: datetime

    @classmethod
    def of(cls, context: Context) -> "RateLimit":
        standing = context.standing
        if standing is None:
            raise RuntimeError("An operation ran that nobody had paid for.")
        return cls(
            cost=context.cost,
            limit=standing.limit,
            remaining=standing.remaining,
            used=standing.limit - standing.remaining,
            reset_at=standing.reset_at,
        )


@define.type
class LimitsQuery:
    @resolver(cost=0)
    def rate_limit(
        self,
        info: Info,
        dry_run: bool = False,  # noqa: ARG002 - then this is all that runs: see schema.cost
    ) -> RateLimit:
        """dryRun: price the whole operation and run nothing else of it."""
        return RateLimit.of(info.context)
