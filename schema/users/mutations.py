"""Coming in, going out, and what users say about themselves."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from db import carts, users
from db.access import Permission, Role
from db.events import Outcome
from schema import define
from schema.context import Info
from schema.errors import BasicPayload, Payload
from schema.ids import AddressId, CartId, UserId
from schema.inputs import AddressInput, Email, IdempotencyKey, Password, Token, Version
from schema.resolvers import mutation, resolver
from schema.users.ahead import LazyCart, cart_of
from schema.users.inputs import UserInput, UserRegisterInput
from schema.users.types import User
from schema.views import View, view


@view(users.Tokens)
class SessionTokens(View[users.Tokens]):
    """Opaque random tokens, revocable at once. The access token lives 15 minutes, the refresh token
    30 days and is replaced at each use; the one just replaced is good for another 60 seconds, so
    that a lost reply can be retried.
    """

    access_token: str
    access_token_expires_at: datetime
    refresh_token: str
    refresh_token_expires_at: datetime


@define.type
class SessionPayload(Payload):
    session: SessionTokens | None = None
    user: User | None = None

    @resolver()
    async def cart(self, info: Info) -> LazyCart | None:
        """The user's cart, after a merge."""
        return await cart_of(info, self.user.row.id) if self.user else None

    @classmethod
    async def of(cls, signed_in: users.SignedIn, info: Info) -> "SessionPayload":
        """Show the tokens, and the rest as the one who has just signed in."""
        info.context.become(signed_in.caller)
        row = await info.context.load(users.users_by_id, signed_in.user_id)
        return cls(session=SessionTokens.of(signed_in.tokens), user=User.of(row) if row else None)

    @classmethod
    async def unchanged(cls, _given: Mapping[str, Any], _info: Info) -> "SessionPayload":
        """Show nobody: nobody signed in."""
        return cls()


@define.type
class UserPayload(Payload):
    user: User | None = None

    @classmethod
    async def of(cls, outcome: Outcome, info: Info) -> "UserPayload":
        """Show the user as they are now."""
        row = await info.context.load(users.users_by_id, UUID(outcome.ids["user"]))
        return cls(user=User.of(row) if row else None)

    @classmethod
    async def unchanged(cls, given: Mapping[str, Any], info: Info) -> "UserPayload":
        """Show the user who is named, or else the caller: an address is part of its user."""
        return await super().unchanged({**given, "id": None}, info)


@define.type
class UsersMutation:
    @mutation()
    async def user_register(
        self, info: Info, input: UserRegisterInput, cart_id: CartId | None = None
    ) -> SessionPayload:
        """Signs in as well, and sends a verification email. Repeated with the same email and
        password, it signs in. cartId: take over the guest's cart.
        """
        signed_in = await carts.register(
            caller=info.context.caller,
            now=info.context.now,
            email=input.email,
            password=input.password,
            name=input.name,
            cart_id=cart_id,
        )
        return await SessionPayload.of(signed_in, info)

    @mutation()
    async def session_create(
        self, info: Info, email: Email, password: Password, cart_id: CartId | None = None
    ) -> SessionPayload:
        """The same answer and the same time for an unknown email and a wrong password. cartId:
        merge the guest's cart, each quantity the larger of the two.
        """
        signed_in = await carts.sign_in(
            caller=info.context.caller,
            now=info.context.now,
            email=email,
            password=password,
            cart_id=cart_id,
        )
        return await SessionPayload.of(signed_in, info)

    @mutation()
    async def session_refresh(self, info: Info, refresh_token: Token) -> SessionPayload:
        signed_in = await users.refresh(
            caller=info.context.caller, now=info.context.now, refresh_token=refresh_token
        )
        return await SessionPayload.of(signed_in, info)

    @mutation(owner=True)
    async def session_revoke(self, info: Info, everywhere: bool = False) -> BasicPayload:
        """everywhere: all of the user's sessions."""
        await users.revoke(caller=info.context.caller, now=info.context.now, everywhere=everywhere)
        return BasicPayload()

    @mutation(owner=True)
    async def password_change(
        self, info: Info, current_password: Password, new_password: Password
    ) -> BasicPayload:
        """Ends the user's other sessions."""
        await users.change_password(
            caller=info.context.caller,
            now=info.context.now,
            current_password=current_password,
            new_password=new_password,
        )
        return BasicPayload()

    @mutation(payload=UserPayload, owner=True)
    async def user_update(self, info: Info, input: UserInput, if_version: Version) -> Outcome:
        """Changing the email makes it unverified again."""
        return await users.update_profile(
            caller=info.context.caller,
            now=info.context.now,
            fields=input.given(),
            if_version=if_version,
        )

    @mutation(payload=UserPayload, owner=True)
    async def address_save(
        self,
        info: Info,
        input: AddressInput,
        id: AddressId | None = None,
        is_default: bool = False,
        idempotency_key: IdempotencyKey | None = None,
    ) -> Outcome:
        """Without id: a new one."""
        return await users.save_address(
            caller=info.context.caller,
            now=info.context.now,
            fields=cast("users.AddressFields", input.plain()),
            id=id,
            is_default=is_default,
            claim=info.context.claim,
        )

    @mutation(payload=UserPayload, owner=True)
    async def address_delete(self, info: Info, id: AddressId) -> Outcome:
        return await users.delete_address(caller=info.context.caller, now=info.context.now, id=id)

    @mutation(payload=UserPayload, requires=Permission.STAFF_WRITE)
    async def user_role_update(
        self, info: Info, user_id: UserId, role: Role, if_version: Version
    ) -> Outcome:
        return await users.update_role(
            caller=info.context.caller,
            now=info.context.now,
            user_id=user_id,
            role=role,
            if_version=if_version,
        )
