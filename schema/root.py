"""The whole schema: what the contexts offer, put together."""

from collections.abc import Iterable
from typing import Annotated, Any, Final

import strawberry
from graphql import GraphQLInputObjectType, GraphQLObjectType, GraphQLSchema, Undefined
from pydantic import Field
from strawberry.schema.config import StrawberryConfig

from schema import define, permissions
from schema.carts import queries as carts
from schema.carts.mutations import CartsMutation
from schema.carts.queries import CartsQuery
from schema.catalog import queries as catalog
from schema.catalog.errors import StockError
from schema.catalog.mutations import CatalogMutation
from schema.catalog.queries import CatalogQuery
from schema.context import Info
from schema.discounts import queries as discounts
from schema.discounts.mutations import DiscountsMutation
from schema.discounts.queries import DiscountsQuery
from schema.errors import ERROR_TYPES
from schema.ids import FINDERS, Node, find
from schema.limits import LimitsQuery
from schema.orders import queries as orders
from schema.orders.checkout import CheckoutMutation, PaymentError
from schema.orders.edits import EditMutation
from schema.orders.fulfillments import FulfillmentMutation
from schema.orders.payments import PaymentMutation
from schema.orders.queries import OrdersQuery
from schema.orders.refunds import RefundMutation
from schema.orders.subscriptions import OrdersSubscription
from schema.resolvers import resolver
from schema.scalars import SCALARS
from schema.shop import queries as shop
from schema.shop.mutations import ShopMutation
from schema.shop.queries import ShopQuery
from schema.stock import queries as stock
from schema.stock.mutations import StockMutation
from schema.stock.queries import StockQuery
from schema.stock.subscriptions import StockSubscription
from schema.users import queries as users
from schema.users.mutations import UsersMutation
from schema.users.queries import UsersQuery

for context in (shop, users, catalog, stock, discounts, carts, orders):
    FINDERS.update(context.FINDERS)


@define.type
class Query(
    OrdersQuery,
    CartsQuery,
    DiscountsQuery,
    StockQuery,
    CatalogQuery,
    UsersQuery,
    ShopQuery,
    LimitsQuery,
):
    @resolver()
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:
        """Null when there is no such thing, or the caller may not see it: the two look alike."""
        return (await find([id], info.context))[0]

    @resolver(cost=10)
    async def nodes(
        self, info: Info, ids: Annotated[list[strawberry.ID], Field(max_length=100)]
    ) -> list[Node | None]:
        """At most 100, in the order asked."""
        return await find(ids, info.context)


@define.type
class Mutation(
    CheckoutMutation,
    EditMutation,
    PaymentMutation,
    RefundMutation,
    FulfillmentMutation,
    CartsMutation,
    DiscountsMutation,
    StockMutation,
    CatalogMutation,
    UsersMutation,
    ShopMutation,
):
    pass


@define.type
class Subscription(OrdersSubscription, StockSubscription):
    pass


def build(
    query: type,
    mutation: type | None = None,
    types: Iterable[Any] = (),
    *,
    subscription: type | None = None,
) -> strawberry.Schema:
    """Put a schema together: scalars, error types, and a guard before each guarded field."""
    built = strawberry.Schema(
        query=query,
        mutation=mutation,
        subscription=subscription,
        types=[*ERROR_TYPES, *types],
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
    )
    core = core_of(built)
    _omit_null_defaults(core)
    _know_one_of(core)
    permissions.enforce(core)
    return built


def core_of(built: strawberry.Schema) -> GraphQLSchema:
    """Return graphql-core's own schema, which requests are validated and run against."""
    return built._schema  # noqa: SLF001 - Strawberry has no public name for it


def _omit_null_defaults(built: GraphQLSchema) -> None:
    """Tell an omitted argument from a null: Strawberry gives optional ones a default of null."""
    for type_ in built.type_map.values():
        if isinstance(type_, GraphQLObjectType):
            for field in type_.fields.values():
                for argument in field.args.values():
                    if argument.default_value is None:
                        argument.default_value = Undefined


def _know_one_of(built: GraphQLSchema) -> None:
    """Let graphql-core itself check inputs of which one field is given: it names their place."""
    for type_ in built.type_map.values():
        if isinstance(type_, GraphQLInputObjectType):
            type_.is_one_of = type_.extensions["strawberry-definition"].is_one_of


schema: Final = build(Query, Mutation, [StockError, PaymentError], subscription=Subscription)


def sdl() -> str:
    """Print the schema as clients read it."""
    return schema.as_str() + "\n"
