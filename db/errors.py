"""What can go wrong, told apart by who has to act.

A **refusal** is an expected failure: the caller asked for something that cannot be done as asked.
It is an exception so that it rolls the transaction back, and it becomes ``userErrors``.
A **fault** means that the request could not be run at all.
"""

from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from db.money import Money

Path = tuple[str | int, ...]
"""Where in the call's arguments, in snake case: ``("input", "lines", 0, "quantity")``."""


class Code(StrEnum):
    """Treat a value you do not know as INVALID."""

    REQUIRED = "REQUIRED"
    INVALID = "INVALID"
    TOO_LONG = "TOO_LONG"
    TOO_MANY = "TOO_MANY"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    TAKEN = "TAKEN"
    NOT_FOUND = "NOT_FOUND"
    IN_USE = "IN_USE"
    CURRENCY_MISMATCH = "CURRENCY_MISMATCH"
    VERSION_CONFLICT = "VERSION_CONFLICT"
    INVALID_STATE = "INVALID_STATE"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    IDEMPOTENCY_IN_PROGRESS = "IDEMPOTENCY_IN_PROGRESS"
    INVALID_CREDENTIALS = "INVALID_CREDENTIALS"
    TOKEN_INVALID = "TOKEN_INVALID"  # noqa: S105 - the name of an error, no secret
    TOKEN_EXPIRED = "TOKEN_EXPIRED"  # noqa: S105 - the name of an error, no secret
    PASSWORD_TOO_WEAK = "PASSWORD_TOO_WEAK"  # noqa: S105 - the name of an error, no secret
    ACCOUNT_DISABLED = "ACCOUNT_DISABLED"
    LAST_OWNER = "LAST_OWNER"
    OUT_OF_STOCK = "OUT_OF_STOCK"
    NOT_FOR_SALE = "NOT_FOR_SALE"
    CART_EMPTY = "CART_EMPTY"
    EMAIL_REQUIRED = "EMAIL_REQUIRED"
    ADDRESS_REQUIRED = "ADDRESS_REQUIRED"
    SHIPPING_METHOD_REQUIRED = "SHIPPING_METHOD_REQUIRED"
    SHIPPING_NOT_AVAILABLE = "SHIPPING_NOT_AVAILABLE"
    DISCOUNT_NOT_VALID = "DISCOUNT_NOT_VALID"
    DISCOUNT_USED_UP = "DISCOUNT_USED_UP"
    TOTAL_CHANGED = "TOTAL_CHANGED"
    PAYMENT_DECLINED = "PAYMENT_DECLINED"
    PAYMENT_FAILED = "PAYMENT_FAILED"
    PAYMENT_UNKNOWN = "PAYMENT_UNKNOWN"
    AMOUNT_TOO_LARGE = "AMOUNT_TOO_LARGE"
    URL_NOT_ALLOWED = "URL_NOT_ALLOWED"


class Refusal(Exception):
    """An expected failure. Nothing was done."""

    def __init__(self, code: Code, message: str, path: Path | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.path = path


class Refusals(Exception):
    """Several refusals of one call, reported together."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__("; ".join(refusal.message for refusal in refusals))
        self.refusals = tuple(refusals)


class StockShort(Refusal):
    """A variant of which fewer units can be had than were asked for."""

    def __init__(
        self,
        *,
        variant_id: UUID,
        requested: int,
        available: int,
        label: str,
        path: Path | None = None,
        is_exact: bool = True,
    ) -> None:
        """``is_exact`` is false where more are left than the caller may know."""
        left = f"Only {available} are left" if available else "None are left"
        left = left if is_exact else "Not that many are left"
        super().__init__(Code.OUT_OF_STOCK, f"{left} of {label}; {requested} were asked for.", path)
        self.variant_id = variant_id
        self.requested = requested
        self.available = available


class VersionConflict(Refusal):
    """The object changed since it was read."""

    def __init__(self, current_version: int, path: Path | None = ("if_version",)) -> None:
        super().__init__(
            Code.VERSION_CONFLICT,
            f"This was changed by someone else: it is now at {current_version}. Read it again.",
            path,
        )
        self.current_version = current_version


class InvalidState(Refusal):
    """The action does not fit the object's present state."""

    def __init__(
        self,
        message: str,
        *,
        current: str,
        allowed: Sequence[str] = (),
        path: Path | None = None,
    ) -> None:
        super().__init__(Code.INVALID_STATE, message, path)
        self.current = current
        self.allowed = tuple(allowed)


class TotalChanged(Refusal):
    """The amount to pay is not the one that the buyer agreed to."""

    def __init__(self, *, expected: Money, total: Money) -> None:
        super().__init__(
            Code.TOTAL_CHANGED,
            f"The total is now {total.text} {total.currency}, not {expected.text}.",
            ("input", "expected_total"),
        )
        self.expected = expected
        self.total = total


class RetryLater(Refusal):
    """The very same call, with the same key, is worth trying again after the wait."""

    def __init__(self, message: str, *, code: Code, retry_after_seconds: int = 1) -> None:
        super().__init__(code, message)
        self.retry_after_seconds = retry_after_seconds


class Fault(Exception):
    """A request that could not be run."""


class NotSignedIn(Fault):
    """The caller has to show who they are."""

    def __init__(self, message: str = "Sign in, or send the guest token.") -> None:
        super().__init__(message)


class NotAllowed(Fault):
    """The caller lacks a permission, or a rule about people forbids it."""

    def __init__(self, permission: str | None = None, *, rule: str | None = None) -> None:
        needed = f"This needs the permission {permission}." if permission else None
        super().__init__(rule or needed or "This is not allowed.")


class BadRequest(Fault):
    """An argument of a query that cannot be accepted; the message names it."""


class Reason(StrEnum):
    """Why a thing is unavailable for now."""

    OVERLOADED = "OVERLOADED"
    TIMEOUT = "TIMEOUT"
    DATABASE = "DATABASE"


class Unavailable(Fault):
    """The request may be sent again later, unchanged."""

    def __init__(self, reason: Reason, message: str = "Try again in a moment.") -> None:
        super().__init__(message)
        self.reason = reason
