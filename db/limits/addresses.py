"""Who an address stands for."""

from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_address

_HOUSEHOLD_BITS = 64


@lru_cache(maxsize=10_000)
def network(address: str | None) -> str:
    """Name the one to whom an address belongs: of IPv6, a household has at least a /64.

    >>> network("192.0.2.1"), network("::ffff:192.0.2.1")
    ('192.0.2.1', '192.0.2.1')
    >>> network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2::9%eth0")
    ('2001:db8:1:2::/64', '2001:db8:1:2::/64')
    >>> network(None)  # a local socket
    'local'
    """
    if address is None:
        return "local"
    try:
        known = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(known, IPv6Address):
        return str(known)
    if known.ipv4_mapped:
        return str(known.ipv4_mapped)
    return str(IPv6Network((known, _HOUSEHOLD_BITS), strict=False))
