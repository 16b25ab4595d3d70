"""What staff say about a discount."""

import re
from typing import Annotated, Final, TypeAlias

import strawberry
from pydantic import AfterValidator, Field, StringConstraints

from db import money
from db.discounts import FreeShipping, PercentOff, normal
from schema import define
from schema.arguments import fault
from schema.inputs import DateTime, Decimal, Input, MoneyInput

_CODE: Final = re.compile(r"[A-Z0-9]+([._-][A-Z0-9]+)*", re.ASCII)
LONGEST_CODE: Final = 40
MOST_USES: Final = 1_000_000_000


def _code(value: str) -> str:
    code = normal(value)
    if not _CODE.fullmatch(code):
        raise fault("INVALID", "Use letters, digits, and single hyphens, dots or _ between them.")
    return code


def _percent(value: str) -> str:
    try:
        rate = money.Rate.parse(value)
    except money.MoneyError as error:
        raise fault("OUT_OF_RANGE", str(error)) from None
    if not rate.millionths:
        raise fault("OUT_OF_RANGE", "Must be more than 0.")
    return value


def _only_true(value: bool) -> bool:
    if not value:
        raise fault("INVALID", "Leave it out, or say true.")
    return value


Uses: TypeAlias = Annotated[int, Field(ge=1, le=MOST_USES)]


@define.one_of
class DiscountValueInput(Input):
    percent: Annotated[
        Decimal | None,
        AfterValidator(_percent),
        strawberry.field(description="More than 0, at most 100."),
    ] = None
    amount: MoneyInput | None = None
    free_shipping: Annotated[
        bool | None,
        AfterValidator(_only_true),
        strawberry.field(description="Only true makes sense."),
    ] = None

    def plain(self) -> PercentOff | money.Money | FreeShipping:
        """Return what is taken off."""
        if self.percent is not None:
            return PercentOff(money.Rate.parse(self.percent).millionths)
        return FreeShipping() if self.amount is None else self.amount.plain()


@define.input
class DiscountInput(Input):
    code: (
        Annotated[
            str,
            StringConstraints(min_length=1, max_length=LONGEST_CODE, strip_whitespace=True),
            AfterValidator(_code),
        ]
        | None
    ) = None
    value: DiscountValueInput | None = None
    min_subtotal: MoneyInput | None = None
    starts_at: DateTime | None = None
    ends_at: DateTime | None = None
    usage_limit: Uses | None = None
    usage_limit_per_customer: Uses | None = None
    active: bool | None = None
