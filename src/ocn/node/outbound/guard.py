"""The guard against server-side request forgery: which URLs this node may call.

Receivers name their own URLs, so a URL is an attack until shown otherwise. The guard reads it strictly
(``url``), resolves the name itself, checks every address of the answer, and hands exactly the checked
addresses to the connector: there is no second lookup to be answered differently (DNS rebinding).
"""

import ipaddress
from collections.abc import Callable, Collection, Iterable
from functools import lru_cache

from ocn.node.outbound.addresses import AddressPolicy, IPAddress, IPNetwork
from ocn.node.outbound.errors import AddressRefused, ConnectFailed
from ocn.node.outbound.resolver import Resolver, SystemResolver
from ocn.node.outbound.url import Origin, ParsedUrl, parse_origin, split_url

_LOOPBACK = (ipaddress.IPv4Address("127.0.0.1"), ipaddress.IPv6Address("::1"))
_ORIGINS_REMEMBERED = 2_048
_MAX_ADDRESSES = 8  # how many are tried; all are checked


class AddressGuard:
    """Allows https to public addresses, and what the operator opens beyond that.

    ``allow_private``: True for loopback, private and carrier-grade NAT ranges, or the networks to open.
    ``allow_http``: plain http too. ``allowed_ports``: only these; None for any.
    """

    def __init__(
        self,
        *,
        allow_private: bool | Iterable[str | IPNetwork] = False,
        allow_http: bool = False,
        allowed_ports: Collection[int] | None = None,
        resolver: Resolver | None = None,
    ) -> None:
        self._policy = AddressPolicy(allow_private)
        self._allow_http = allow_http
        self._allowed_ports = None if allowed_ports is None else frozenset(allowed_ports)
        self._resolver = resolver or SystemResolver()
        self._origin: Callable[[str], Origin] = lru_cache(_ORIGINS_REMEMBERED)(self._check_origin)

    def check_url(self, url: str) -> ParsedUrl:
        """Read a URL or raise AddressRefused. Pure: no lookup, so fit for refusing early, at registration."""
        origin, target = split_url(url)
        return ParsedUrl(self._origin(origin), target)

    async def resolve(self, origin: Origin) -> tuple[str, ...]:
        """The addresses to connect to, all of them checked.

        One refused address among many refuses the name: a mixed answer is how a check is gambled with.
        """
        if origin.address is not None:
            return (origin.host,)
        addresses = await self._resolver.lookup(origin.host)
        if not addresses:
            raise ConnectFailed(f"the name {origin.host} has no address")
        for text in addresses:
            try:
                address = ipaddress.ip_address(text)
            except ValueError as error:
                raise ConnectFailed(f"the name {origin.host} has an unreadable address") from error
            refusal = self._policy.refusal(address)
            if refusal is not None:
                raise AddressRefused(f"{origin.key} resolves to an address that is not public ({refusal})")
        return addresses[:_MAX_ADDRESSES]

    def close(self) -> None:
        """Let go of the resolver's threads."""
        self._resolver.close()

    def _check_origin(self, text: str) -> Origin:
        origin = parse_origin(text)
        if origin.scheme != "https" and not self._allow_http:
            raise AddressRefused(
                f"{origin.key} is plain http", hint="Use https, or allow http in the configuration."
            )
        if self._allowed_ports is not None and origin.port not in self._allowed_ports:
            raise AddressRefused(f"{origin.key}: this port is not allowed")
        refusals = [self._policy.refusal(address) for address in _literal_addresses(origin)]
        if refusals and None not in refusals:
            raise AddressRefused(f"{origin.key} is not a public address ({refusals[0]})")
        return origin


def _literal_addresses(origin: Origin) -> tuple[IPAddress, ...]:
    """What a host means without asking anyone: an IP address, or a name reserved for loopback (RFC 6761)."""
    if origin.address is not None:
        return (origin.address,)
    return _LOOPBACK if origin.host.split(".")[-1] == "localhost" else ()
