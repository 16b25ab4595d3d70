"""What is asked. Each server is sent the very same requests."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import cycle
from random import Random
from typing import Any, Final
from uuid import uuid4

import orjson

CONNECTIONS: Final = 16

# A list shows whether a thing is to be had (`inStock`); how many are left is said on its own page.
_PAGE: Final = """
query Page {
  products(first: 24) {
    nodes {
      title
      slug
      description
      variants { sku price { amount currencyCode } inStock }
    }
  }
}"""
_PRODUCT: Final = """
query Product($slug: String!) {
  product(by: { slug: $slug }) {
    title
    slug
    description
    variants { sku title price { amount currencyCode } availableQuantity }
  }
}"""
_ORDERS: Final = """
query Orders {
  viewer {
    orders(first: 20) {
      nodes {
        number
        status
        placedAt
        totals { total { amount currencyCode } }
        lines { title quantity total { amount currencyCode } }
      }
    }
  }
}"""
_BUY: Final = """
mutation Buy($input: CheckoutInput!, $key: String!) {
  checkoutComplete(input: $input, idempotencyKey: $key) {
    order { id number status totals { total { amount currencyCode } } }
    userErrors { code message path }
  }
}"""


@dataclass(frozen=True, slots=True)
class Asked:
    """One GraphQL request."""

    operation: str
    document: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def wire(self) -> bytes:
        """Print it as HTTP."""
        body = orjson.dumps(
            {
                "query": self.document,
                "operationName": self.operation,
                "variables": self.variables,
            }
        )
        headers = {
            "Host": "127.0.0.1",
            "Content-Type": "application/json",
            "Accept": "application/graphql-response+json, application/json",
            **self.headers,
            "Content-Length": str(len(body)),
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"POST /graphql HTTP/1.1\r\n{head}\r\n".encode() + body


@dataclass(frozen=True, slots=True)
class Cart:
    """A cart that is ready to be bought, and what it costs."""

    id: str
    guest_token: str
    total: str
    currency: str


@dataclass(frozen=True, slots=True)
class Query:
    """One of the questions."""

    name: str
    meaning: str
    proof: bytes
    """What is in every good answer."""
    connections: int = CONNECTIONS
    headers: Mapping[str, str] = field(default_factory=dict)

    def compressed(self) -> "Query":
        """The same, as a browser asks it."""
        accepted = {"Accept-Encoding": "gzip, deflate, br, zstd"}
        return replace(self, proof=b"content-encoding: ", headers=accepted)


NOTHING: Final = Query("Q0", "`{ __typename }`", b'"__typename":"Query"')
PAGE: Final = Query("Q1", "24 products with their variants", b'"inStock":true')
PRODUCT: Final = Query("Q2", "a product by its slug", b'"availableQuantity":10')
ORDERS: Final = Query("Q3", "a customer's last 20 orders", b'"quantity":')
BUY: Final = Query("Q4", "`checkoutComplete` of two lines", b'"userErrors":[]')
FIGHT: Final = Query("Q4f", "the same, with all 16 buyers after one variant", b'"userErrors":[]')

READS: Final = (NOTHING, PAGE, PRODUCT, ORDERS)
SALES: Final = (BUY, FIGHT)
QUERIES: Final[Mapping[str, Query]] = {query.name: query for query in (*READS, *SALES)}


def asked(query: Query, slugs: Sequence[str], tokens: Sequence[str]) -> list[Asked]:
    """Make the requests of a query that reads: another slug, another customer each time."""
    if query.name == PAGE.name:
        return [Asked("Page", _PAGE)]
    if query.name == PRODUCT.name:
        return [Asked("Product", _PRODUCT, {"slug": slug}) for slug in slugs]
    if query.name == ORDERS.name:
        return [Asked("Orders", _ORDERS, {}, {"Authorization": f"Bearer {t}"}) for t in tokens]
    return [Asked("Nothing", "query Nothing { __typename }")]


def reading(requests: Sequence[Asked], headers: Mapping[str, str]) -> Iterator[bytes]:
    """Ask them over and over, in an order that is the same at each run."""
    wires = [replace(each, headers={**each.headers, **headers}).wire() for each in requests]
    Random(1).shuffle(wires)  # noqa: S311 - an order, no secret
    return cycle(wires)


def buying(carts: Sequence[Cart]) -> Iterator[bytes]:
    """Buy each cart, once."""
    return (_purchase(cart).wire() for cart in carts)


def _purchase(cart: Cart) -> Asked:
    wanted = {
        "source": {"cartId": cart.id},
        "expectedTotal": {"amount": cart.total, "currencyCode": cart.currency},
        "payment": {"gateway": "fake", "token": "tok_ok"},
    }
    return Asked(
        "Buy", _BUY, {"input": wanted, "key": str(uuid4())}, {"Guest-Token": cart.guest_token}
    )
