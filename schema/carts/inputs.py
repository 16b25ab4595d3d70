"""What buyers say about their carts; a checkout takes the same."""

from typing import Annotated

import strawberry
from pydantic import Field

from db import carts
from db.stock import Units
from schema import define
from schema.ids import ShippingMethodId, VariantId
from schema.inputs import AddressInput, Email, Input, Line, Note


@define.input
class CartLineInput(Input):
    variant_id: VariantId
    quantity: Annotated[
        int, Field(ge=0, le=carts.MOST_UNITS), strawberry.field(description="0..999.")
    ]

    def plain(self) -> Units:
        """Return the units that are asked for."""
        return Units(self.variant_id, self.quantity)


@define.input
class CartInput(Input):
    email: Email | None = None
    shipping_address: AddressInput | None = None
    billing_address: Annotated[
        AddressInput | None, strawberry.field(description="Null: same as shipping.")
    ] = None
    shipping_method_id: ShippingMethodId | None = None
    discount_code: Line | None = None
    note: Note | None = None
