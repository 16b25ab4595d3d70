"""Money as clients see it."""

from typing import Any

from db import money
from schema.scalars import CurrencyCode, Decimal
from schema.views import View, part, shown, view


@view(money.Money)
class Money(View[money.Money]):
    amount: Decimal = shown(
        money.print_amount,
        "amount",
        "currency",
        description="Decimal string with exactly the currency's minor digits: 19.90 EUR, 1990 JPY, "
        "1.234 KWD.",
    )
    currency_code: CurrencyCode = shown(None, "currency")


def amount(column: str, description: str | None = None) -> Any:
    """Declare a field that shows minor units of the row's currency."""
    return part(Money, money.Money, description, amount=column, currency="currency")
