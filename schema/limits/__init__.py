"""Paying for an operation before it runs, and asking what it costs."""

from schema.limits.charging import charge, uncharged
from schema.limits.queries import LimitsQuery

__all__ = ["LimitsQuery", "charge", "uncharged"]
