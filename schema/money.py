"""Money as clients see it."""

from db import money
from schema import define
from schema.scalars import CurrencyCode, Decimal


@define.type
class Money:
    amount: Decimal = define.field(
        "Decimal string with exactly the currency's minor digits: 19.90 EUR, 1990 JPY, 1.234 KWD."
    )
    currency_code: CurrencyCode

    @classmethod
    def of(cls, value: money.Money) -> "Money":
        return cls(amount=Decimal(value.text), currency_code=CurrencyCode(value.currency))
