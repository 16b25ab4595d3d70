"""Paying for an operation: before it runs, and exactly what it costs."""

from collections.abc import Mapping
from typing import Any

from db.limits import RateLimited, Standing
from schema.context import Context
from schema.cost import Price, QueryTooExpensive
from schema.scalars import print_instant


async def charge(price: Price, variables: Mapping[str, Any], context: Context) -> None:
    """Take the price of an operation from its caller's bucket. A dry run takes nothing.

    The response says what was asked for and what is left, also where that is too much.

    :raises QueryTooExpensive: one operation may not cost so much.
    :raises RateLimited: the caller has to wait.
    """
    context.cost = cost = price.of(variables)
    caller, now, most = context.caller, context.now, context.settings.query_points
    if price.is_dry_run(variables):
        _show(context, context.buckets.standing(caller, now))
    elif cost > most:
        _show(context, context.buckets.standing(caller, now))
        message = f"This would cost {cost:,} points; the limit is {most:,}. Ask for fewer at once."
        raise QueryTooExpensive(message, cost=cost, limit=most)
    else:
        try:
            _show(context, await context.buckets.take(caller, cost, now))
        except RateLimited as fault:
            _show(context, fault.standing)
            raise


def uncharged(context: Context) -> None:
    """Say what the caller has left where no operation was found that could cost anything."""
    if context.standing is None:
        _show(context, context.buckets.standing(context.caller, context.now))


def _show(context: Context, standing: Standing) -> None:
    context.standing = standing
    context.extensions["cost"] = {
        "requested": context.cost,
        "limit": standing.limit,
        "remaining": standing.remaining,
        "resetAt": print_instant(standing.reset_at),
    }
