"""What a code is worth to whoever names it, and why it is not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from db import secrets
from db.discounts.rows import DiscountRow
from db.errors import Code, Refusal
from db.money import Money
from db.rows import EVERY, Select


def normal(code: str) -> str:
    """Write a code the one way in which we keep it.

    >>> normal(" spring-26 ")
    'SPRING-26'
    """
    return code.strip().upper()


def customer_of(user_id: UUID | None, email: str | None) -> str | None:
    """Name whoever uses a code, without saying who it is: a user, or a guest by the email."""
    if user_id is not None:
        return f"user:{user_id}"
    return email and f"email:{secrets.keyring().fingerprint(email.strip().lower())}"


@dataclass(frozen=True, slots=True)
class Ask:
    """A code that somebody names, and the cart that they name it for, if it is for a cart."""

    code: str
    customer: str | None
    cart_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A discount, and how often it is used: in all, and by the one who asks.

    The unpaid order of a cart is replaced by the cart's next one, so what that one holds is not
    counted against it.
    """

    discount: DiscountRow
    used: int
    used_by_customer: int


_OFFERS: Final = Select(
    DiscountRow,
    """, asked.place, discount.used_count - coalesce(own.uses, 0) AS used,
         coalesce(theirs.uses, 0) AS used_by_customer
      FROM unnest($1::text[], $2::text[], $3::uuid[]) WITH ORDINALITY
           AS asked(code, customer, cart_id, place)
      JOIN discount ON discount.code = asked.code
      LEFT JOIN LATERAL (
          SELECT count(*)::int AS uses FROM discount_redemption
           WHERE discount_redemption.cart_id = asked.cart_id
             AND discount_redemption.discount_id = discount.id
      ) own ON discount.usage_limit IS NOT NULL AND asked.cart_id IS NOT NULL
      LEFT JOIN LATERAL (
          SELECT count(*)::int AS uses FROM discount_redemption
           WHERE discount_redemption.discount_id = discount.id
             AND discount_redemption.customer = asked.customer
             AND (discount_redemption.cart_id = asked.cart_id) IS NOT TRUE
      ) theirs ON discount.usage_limit_per_customer IS NOT NULL""",
)


async def offers(asks: Sequence[Ask]) -> list[Offer | None]:
    """Find what these codes stand for, in order; None where a code stands for nothing."""
    rows = await _OFFERS.fetch(
        EVERY,
        [normal(ask.code) for ask in asks],
        [ask.customer for ask in asks],
        [ask.cart_id for ask in asks],
    )
    found: list[Offer | None] = [None for _ in asks]
    for row in rows:
        found[row["place"] - 1] = Offer(row, row["used"], row["used_by_customer"])
    return found


def objection(code: str, offer: Offer | None, *, subtotal: int, now: datetime) -> Refusal | None:
    """Say why a code takes nothing off goods of this subtotal; None where it does.

    A code that is not on offer sounds like one that there is not: what is planned stays a secret.
    Whose uses have used it up is not said either, or one could ask what others have bought.
    """
    if offer is None or not offer.discount.runs_at(now):
        message = f"The discount code {code} is not valid, or not at this time."
        return Refusal(Code.DISCOUNT_NOT_VALID, message)
    discount = offer.discount
    least = discount.min_subtotal or 0
    if subtotal < least:
        shown = Money(least, discount.currency)
        message = f"The discount code {code} is for goods of {shown.text} {shown.currency} or more."
        return Refusal(Code.DISCOUNT_NOT_VALID, message)
    most, most_of_customer = discount.usage_limit, discount.usage_limit_per_customer
    if (most is not None and offer.used >= most) or (
        most_of_customer is not None and offer.used_by_customer >= most_of_customer
    ):
        return used_up(code)
    return None


def used_up(code: str) -> Refusal:
    """Say that a code was used as often as it may be."""
    return Refusal(Code.DISCOUNT_USED_UP, f"The discount code {code} has been used up.")
