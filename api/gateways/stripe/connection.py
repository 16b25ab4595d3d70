"""The line to Stripe: its own library over httpx, bounded in time, and with no second try.

That is made by whoever knows what the first one was for: the reconciler, under the same key.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, cast

import anyio
import httpx
import stripe
from pydantic import SecretStr

from db.payments import GatewayUnknown

API_VERSION: Final = "2026-10-28.endive"
"""The version of Stripe's API that this was written for, whatever the account's own is."""
TIMEOUT: Final = httpx.Timeout(connect=3.0, read=20.0, write=5.0, pool=3.0)
"""A request of a buyer is given up earlier (``db.payments.sending``); the reconciler may wait."""
LIMITS: Final = httpx.Limits(max_connections=64, max_keepalive_connections=16)

# It writes an id of this machine into a file of its user, and sends it along with each request.
stripe.enable_telemetry = False
# Its lines hold what buyers' clients were given to pay with; httpx writes one for each request.
for _name in ("stripe", "httpx"):
    logging.getLogger(_name).setLevel(logging.WARNING)


def connect(
    secret_key: SecretStr, *, url: str | None = None, timeout: httpx.Timeout = TIMEOUT
) -> "Connection":
    """Make a client of one account; ``url`` is where Stripe is, for a stand-in."""
    http = _Http(timeout)
    client = stripe.StripeClient(
        secret_key.get_secret_value(),
        stripe_version=API_VERSION,
        base_addresses={"api": url} if url else None,
        max_network_retries=0,
        http_client=http,
    )
    return Connection(client, http)


class Connection:
    """One account's client, and the connections that it holds."""

    def __init__(self, client: stripe.StripeClient, http: "_Http") -> None:
        self.api = client.v1
        self._http = http

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.close_async()


class _Http(stripe.HTTPClient):
    """httpx as the library's HTTP client; the library's own sends strings as form data to it."""

    name = "httpx"

    def __init__(self, timeout: httpx.Timeout) -> None:
        super().__init__()
        self._client = httpx.AsyncClient(timeout=timeout, limits=LIMITS)

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: str | None = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        try:
            response = await self._client.request(method, url, headers=headers, content=post_data)
        except httpx.HTTPError as error:
            name = type(error).__name__
            raise stripe.APIConnectionError(name) from error  # type: ignore[no-untyped-call]
        return response.content, response.status_code, response.headers

    async def sleep_async(self, secs: float) -> None:
        await anyio.sleep(secs)

    async def close_async(self) -> None:
        await self._client.aclose()


@contextmanager
def answering() -> Iterator[None]:
    """Whatever is no answer leaves the outcome open. Those who expect a no catch it inside.

    The message of an error is not passed on: it may quote what was sent.
    """
    try:
        yield
    except stripe.StripeError as error:
        raise GatewayUnknown(_named(error)) from None


def _named(error: stripe.StripeError) -> str:
    what = error.user_message if isinstance(error, stripe.APIConnectionError) else error.code
    words = (type(error).__name__, error.http_status, what, error.request_id)
    return " ".join(str(word) for word in words if word)


def is_replayed(found: stripe.StripeObject) -> bool:
    """Tell whether Stripe repeats an earlier answer, which may no longer be true."""
    response = found.last_response
    return response is not None and response.headers.get("idempotent-replayed") == "true"


def data_of(found: stripe.StripeObject) -> Mapping[str, Any]:
    """Take what Stripe said, without its library."""
    return cast("Mapping[str, Any]", found.to_dict())
