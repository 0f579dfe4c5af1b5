"""A URL from outside, read in exactly one way.

Parsers that disagree about a URL are how a guard is walked around, so this one accepts a narrow grammar and
refuses the rest: ASCII only, no userinfo, no fragment, no backslash, hosts of plain DNS labels, and IP
addresses only in the one spelling that every parser reads alike (RFC 3986 section 3.2.2).
"""

import ipaddress
import re
import unicodedata
from dataclasses import dataclass, field

import msgspec

from ocn.node.outbound.addresses import IPAddress
from ocn.node.outbound.errors import AddressRefused

MAX_URL = 2_048
DEFAULT_PORTS = {"http": 80, "https": 443}

_ORIGIN = re.compile(
    r"(?P<scheme>https?)://(?:\[(?P<v6>[0-9a-f:.]+)\]|(?P<host>[a-z0-9.-]+))(?::(?P<port>[1-9][0-9]{0,4}))?",
    re.ASCII,
)
_TARGET = re.compile(r"/[!\"$-\[\]-~]*", re.ASCII)  # visible, without "#" and the backslash
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port: what a connection is for.

    ``host`` is lower-case, an IPv6 address without brackets. ``address`` is set when the host is an IP
    address. ``key`` is the origin as text, and ``request_head`` what follows the target of every request.
    """

    scheme: str
    host: str
    port: int
    address: IPAddress | None
    key: str
    request_head: str = field(repr=False)


class ParsedUrl(msgspec.Struct, frozen=True, gc=False):
    """A URL that passed the syntax: where to connect, and what to ask for (path and query)."""

    origin: Origin
    target: str

    def __repr__(self) -> str:
        return f"ParsedUrl({self.origin!r})"


def split_url(url: str) -> tuple[str, str]:
    """The origin and the target of a URL; only the target and the length have been checked."""
    if len(url) > MAX_URL:
        raise AddressRefused(f"the URL has {len(url)} characters, more than {MAX_URL}")
    slash = url.find("/", 8)
    if slash < 0:
        return url, "/"
    target = url[slash:]
    if _TARGET.fullmatch(target) is None:
        raise AddressRefused(
            "the URL has a fragment, a backslash, or characters that must be percent-encoded"
        )
    return url[:slash], target


def parse_origin(text: str) -> Origin:
    """Read ``scheme://host[:port]``; the scheme and the host in any case, nothing else negotiable."""
    found = _ORIGIN.fullmatch(text.lower()) if text.isascii() else None
    if found is None:
        raise AddressRefused(
            "the URL is not http(s)://host[:port]/path in plain ASCII, without user or password"
        )
    scheme, literal, host, digits = found.group("scheme", "v6", "host", "port")
    port = int(digits) if digits else DEFAULT_PORTS[scheme]
    if port > 65_535:
        raise AddressRefused(f"the URL names port {port}")
    address = _ipv6(literal) if literal else _named(host)
    shown = f"[{literal}]" if literal else host
    authority = shown if port == DEFAULT_PORTS[scheme] else f"{shown}:{port}"
    head = f" HTTP/1.1\r\nHost: {authority}\r\nAccept-Encoding: identity\r\n"
    return Origin(scheme, literal or host, port, address, f"{scheme}://{shown}:{port}", head)


def _ipv6(literal: str) -> ipaddress.IPv6Address:
    try:
        address = ipaddress.IPv6Address(literal)
    except ValueError as error:
        raise AddressRefused("the URL's host is not an IPv6 address") from error
    if str(address) != literal:
        raise AddressRefused(f"the URL's IPv6 address must be written as [{address}]")
    return address


def _named(host: str) -> ipaddress.IPv4Address | None:
    """Check a name; return the address when it is one. "Ends in a number" as in the WHATWG URL standard."""
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        try:
            return ipaddress.IPv4Address(host)
        except ValueError as error:
            raise AddressRefused(
                "the URL's host looks like an IPv4 address, but is not four plain decimals"
            ) from error
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise AddressRefused("the URL's host is not a DNS name")
    for label in labels:
        if label[2:4] == "--":
            _check_a_label(label)
    return None


def _check_a_label(label: str) -> None:
    """Only well-formed punycode may carry hyphens third and fourth (RFC 5891 section 4.2.3.1)."""
    try:
        decoded = label[4:].encode("ascii").decode("punycode") if label.startswith("xn--") else ""
        again = decoded.encode("punycode").decode("ascii")
    except (UnicodeError, ValueError, OverflowError) as error:
        raise AddressRefused("the URL's host has a broken internationalised label") from error
    stable = decoded.isprintable() and unicodedata.normalize("NFKC", decoded) == decoded
    if not decoded or decoded.isascii() or not stable or again != label[4:]:
        raise AddressRefused("the URL's host has a broken internationalised label")
