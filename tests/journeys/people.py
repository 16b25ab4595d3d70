"""People of the stories: what guests, customers and staff do, through the API and no other way."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from db.access import Role
from tests import factories
from tests.client import Client

LONDON: Final = {
    "name": "Grace Hopper",
    "line1": "1 High Street",
    "city": "London",
    "postalCode": "N1 9GU",
    "countryCode": "DE",
}
PASSWORD: Final = "nine-small-bridges-7"

CHECKOUT: Final = """
mutation Buy($input: CheckoutInput!, $key: String!) {
  checkoutComplete(input: $input, idempotencyKey: $key) {
    order { id number status paymentStatus totals { total { amount currencyCode } }
            lines { id sku quantity } allowedActions }
    payment { id status failureCode }
    guestToken
    userErrors { __typename code message path }
  }
}"""
ORDER: Final = """
query Order($by: OrderBy!) {
  order(by: $by) {
    id number status paymentStatus fulfillmentStatus email allowedActions
    paid { amount } refunded { amount } shippingAddress { city }
    lines { id quantity quantityFulfilled quantityRefunded }
    fulfillments { id status tracking { carrier number } lines { quantity } }
    events(first: 50) { nodes { kind visibility } }
  }
}"""


def key() -> str:
    """Make an idempotency key, as a client would."""
    return str(uuid4())


@dataclass
class Person:
    """Someone in front of the shop."""

    client: Client

    async def do(self, query: str, /, **variables: Any) -> Any:
        """Send a mutation that must work, and return its payload."""
        (payload,) = (await self.client.ask(query, **variables)).values()
        assert payload["userErrors"] == [], payload["userErrors"]
        return payload

    async def see_order(self, **by: str) -> Any:
        """Look at an order: by id or number; None where this person may not."""
        return (await self.client.ask(ORDER, by=by))["order"]

    async def find(self, words: str) -> Any:
        """Search the shop, and return the products found."""
        data = await self.client.ask(
            """query Find($words: String!) { products(query: $words) { nodes {
                 title slug variants { id sku inStock price { amount currencyCode } } } } }""",
            words=words,
        )
        return data["products"]["nodes"]


async def staff(client: Client, role: Role) -> Person:
    """Someone of the staff, signed in."""
    user = await factories.user(role=role)
    return Person(client.holding(token=await factories.sign_in(user)))


def payment(token: str = "tok_ok") -> dict[str, str]:
    return {"gateway": "fake", "token": token}
