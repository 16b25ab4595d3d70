"""Filling a cart."""

from dataclasses import replace
from typing import Annotated, TypeAlias, cast
from uuid import UUID

from pydantic import Field

from db import carts, users
from db.events import Outcome
from schema import define
from schema.carts.inputs import CartInput, CartLineInput
from schema.carts.types import Cart
from schema.context import Info
from schema.errors import Payload
from schema.ids import CartId
from schema.inputs import IdempotencyKey, plain
from schema.resolvers import mutation

Lines: TypeAlias = Annotated[list[CartLineInput], Field(max_length=carts.MOST_LINES)]


@define.type
class CartPayload(Payload):
    cart: Cart | None = None
    guest_token: str | None = define.field(
        "Only from cartCreate, and only when it made one. A replay has it too.", default=None
    )

    @classmethod
    async def of(cls, outcome: Outcome, info: Info) -> "CartPayload":
        """Show the cart as it is now, to the guest who was made for it."""
        context = info.context
        token = None
        if guest := outcome.ids.get("guest"):
            token = users.guest_token(UUID(guest))
            context.become(replace(context.caller, guest_id=UUID(guest)))
        cart_id = UUID(outcome.ids["cart"])
        row = await context.load(carts.carts_by_id, cart_id, caller=context.caller, now=context.now)
        return cls(cart=Cart.of(row) if row else None, guest_token=token)


@define.type
class CartsMutation:
    @mutation(payload=CartPayload)
    async def cart_create(
        self,
        info: Info,
        lines: Lines | None = None,
        idempotency_key: IdempotencyKey | None = None,
    ) -> Outcome:
        """For a guest without a token, makes one: keep it, it owns the cart and its order."""
        return await carts.create_cart(
            caller=info.context.caller,
            now=info.context.now,
            lines=plain(lines or []),
            claim=info.context.claim,
        )

    @mutation(payload=CartPayload, owner=True)
    async def cart_lines_add(
        self,
        info: Info,
        cart_id: CartId,
        lines: Lines,
        idempotency_key: IdempotencyKey | None = None,
    ) -> Outcome:
        """Adds to what is there."""
        return await carts.add_lines(
            caller=info.context.caller,
            now=info.context.now,
            cart_id=cart_id,
            lines=plain(lines),
            claim=info.context.claim,
        )

    @mutation(payload=CartPayload, owner=True)
    async def cart_lines_set(self, info: Info, cart_id: CartId, lines: Lines) -> Outcome:
        """Sets the quantity, 0 removes. Safe to repeat without a key."""
        return await carts.set_lines(
            caller=info.context.caller,
            now=info.context.now,
            cart_id=cart_id,
            lines=plain(lines),
        )

    @mutation(payload=CartPayload, owner=True)
    async def cart_update(self, info: Info, cart_id: CartId, input: CartInput) -> Outcome:
        """Email, addresses, shipping method, discount code, note. Safe to repeat without a key."""
        return await carts.update_cart(
            caller=info.context.caller,
            now=info.context.now,
            cart_id=cart_id,
            fields=cast("carts.DetailFields", input.given()),
        )
