"""How uvicorn is told to serve."""

import pytest
from starlette.types import Receive, Scope, Send

from api.server import configuration
from api.settings import Settings


@pytest.mark.parametrize(
    ("proxies", "peer", "is_believed"),
    [
        ("10.1.2.3", "10.1.2.3", True),
        ("10.1.2.3", "::ffff:10.1.2.3", True),
        ("10.1.2.3", "::ffff:10.1.2.4", False),
        ("10.0.0.7/8, 192.0.2.1", "10.1.2.3", True),
        ("10.0.0.7/8, 192.0.2.1", "::ffff:10.1.2.3", True),
        ("10.0.0.7/8, 192.0.2.1", "::ffff:11.1.2.3", False),
        ("2001:db8::/32", "2001:db8::1", True),
        ("*", "::ffff:10.1.2.3", True),
    ],
)
async def test_a_proxy_is_believed_in_whatever_way_the_system_writes_its_address(
    proxies: str, peer: str, is_believed: bool
) -> None:
    seen: list[str] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope["client"][0])

    served = configuration(app, Settings(forwarded_allow_ips=proxies))
    served.load()
    headers = [(b"x-forwarded-for", b"198.51.100.1")]
    scope = {"type": "http", "client": (peer, 1), "headers": headers}
    await served.loaded_app(scope, None, None)
    assert seen == ["198.51.100.1" if is_believed else peer]
