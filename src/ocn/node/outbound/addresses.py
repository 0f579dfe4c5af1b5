"""Which IP addresses are the public internet, and which are ours, nobody's or disguised.

Source: the IANA special-purpose address registries (RFC 6890 and its successors). IPv6 is an allow list:
what is outside global unicast 2000::/3 (loopback, link-local, mapped and compatible IPv4, NAT64, ...) is
refused without being named.
"""

import ipaddress
from collections.abc import Iterable, Sequence

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


def _networks(*texts: str) -> tuple[IPNetwork, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts)


# Reachable from inside only; an operator may open these as a whole.
PRIVATE = {
    "loopback": _networks("127.0.0.0/8", "::1/128"),
    "private": _networks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),
    "carrier-grade NAT": _networks("100.64.0.0/10"),
}

# Never the public internet, and never a receiver of ours either.
NEVER = {
    "cloud metadata": _networks(
        "169.254.169.254/32", "168.63.129.16/32", "100.100.100.200/32", "fd00:ec2::254/128"
    ),
    "link-local": _networks("169.254.0.0/16", "fe80::/10"),
    "unspecified": _networks("0.0.0.0/8", "::/128"),
    "multicast": _networks("224.0.0.0/4", "ff00::/8"),
    "IPv4 in disguise": _networks(
        "::/96",
        "::ffff:0:0/96",
        "::ffff:0:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
    ),
    "reserved": _networks(
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "240.0.0.0/4",
        "2001::/23",
        "2001:db8::/32",
        "3fff::/20",
    ),
}

_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_LOOPBACK_6 = ipaddress.IPv6Address("::1")


class AddressPolicy:
    """Decides on one address at a time.

    ``allow_private`` True opens loopback, private and carrier-grade NAT ranges (for a network on one machine
    or inside one company); a list of networks opens exactly those, whatever they are.
    """

    def __init__(self, allow_private: bool | Iterable[str | IPNetwork] = False) -> None:
        opened = () if isinstance(allow_private, bool) else allow_private
        self._private = allow_private is True
        self._opened: Sequence[IPNetwork] = tuple(ipaddress.ip_network(network) for network in opened)

    def refusal(self, address: IPAddress) -> str | None:
        """Why this address is refused, in one or two words; None when it may be used."""
        if any(address in network for network in self._opened):
            return None
        if address != _LOOPBACK_6:
            for kind, networks in NEVER.items():
                if any(address in network for network in networks):
                    return kind
        for kind, networks in PRIVATE.items():
            if any(address in network for network in networks):
                return None if self._private else kind
        if address.version == 6 and address not in _GLOBAL_UNICAST:
            return "reserved"
        return None
