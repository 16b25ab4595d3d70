"""How much each caller may do: buckets that fill evenly, shared by all processes.

A bucket is one instant, when it will be full again: nothing has to fill it. ``store.py`` keeps it
for all processes, ``buckets.py`` lets a process spend from it without asking each time.
"""

from db.limits.addresses import network
from db.limits.buckets import Buckets, Rates
from db.limits.rate import Rate, RateLimited, Standing
from db.limits.store import MOST_AT_ONCE, charge, delete_full, full_at, give_back

__all__ = [
    "MOST_AT_ONCE",
    "Buckets",
    "Rate",
    "RateLimited",
    "Rates",
    "Standing",
    "charge",
    "delete_full",
    "full_at",
    "give_back",
    "network",
]
