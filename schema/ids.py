"""Identifiers as clients see them, and the one door to every thing that has one."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

import strawberry
from pydantic import BeforeValidator, ValidationInfo

from db import ids
from schema import define
from schema.arguments import READING, fault
from schema.context import Context
from schema.views import shown


@define.interface
class Node:
    id: strawberry.ID


def identity(prefix: str) -> Any:
    """Declare the id of things with a prefix."""
    return shown(partial(ids.encode, prefix), "id")


Finder: TypeAlias = Callable[[Sequence[UUID], Context], Awaitable[Sequence[Node | None]]]
"""Finds things of one kind, in the order of their ids; None where the caller may see none."""


FINDERS: Final[dict[str, Finder]] = {}
"""Who finds the things with a prefix: the root schema puts in what the contexts offer."""


async def find(wanted: Sequence[str], context: Context) -> list[Node | None]:
    """Find the things with these ids, in this order, with one call for each kind."""
    found: dict[str, Node | None] = {}
    for prefix, uuids in _by_prefix(wanted).items():
        if prefix in FINDERS:
            nodes = await FINDERS[prefix](list(uuids.values()), context)
            found.update(zip(uuids, nodes, strict=True))
    return [found.get(text) for text in wanted]


def _by_prefix(wanted: Sequence[str]) -> dict[str, dict[str, UUID]]:
    groups: dict[str, dict[str, UUID]] = {}
    for text in wanted:
        prefix = ids.prefix_of(text)
        if uuid := ids.decode(prefix, text):
            groups.setdefault(prefix, {})[text] = uuid
    return groups


NOWHERE: Final = UUID(int=0)
"""The id of nothing: what a query looks for when it was given no id of ours."""


def _named(prefix: str, what: str) -> BeforeValidator:
    """Read a TypeID with this prefix. Anything else names nothing that exists."""

    def read(value: Any, info: ValidationInfo) -> UUID:
        if isinstance(value, UUID):
            return value
        if isinstance(value, str) and (uuid := ids.decode(prefix, value)):
            return uuid
        if info.context is READING:
            return NOWHERE
        raise fault("NOT_FOUND", f"There is no such {what}.")

    return BeforeValidator(read)


UserId: TypeAlias = Annotated[UUID, _named("user", "user")]
AddressId: TypeAlias = Annotated[UUID, _named("addr", "address")]
ProductId: TypeAlias = Annotated[UUID, _named("prod", "product")]
VariantId: TypeAlias = Annotated[UUID, _named("var", "variant")]
CategoryId: TypeAlias = Annotated[UUID, _named("cat", "category")]
DiscountId: TypeAlias = Annotated[UUID, _named("disc", "discount")]
CartId: TypeAlias = Annotated[UUID, _named("cart", "cart")]
ShippingMethodId: TypeAlias = Annotated[UUID, _named("ship", "shipping method")]
OrderId: TypeAlias = Annotated[UUID, _named("order", "order")]
PaymentId: TypeAlias = Annotated[UUID, _named("pay", "payment")]
OrderLineId: TypeAlias = Annotated[UUID, _named("line", "order line")]
FulfillmentId: TypeAlias = Annotated[UUID, _named("ful", "fulfillment")]
