"""From a path to what it addresses, by the table of :mod:`ocn.ocpi.modules`.

Accepted below each door, both spellings that nodes advertise::

    {role}/{version}/{module}[/...]    {version}/{role}/{module}[/...]    custom/{role}/{module}[/...]
"""

import re
from functools import lru_cache
from urllib.parse import unquote_to_bytes

import msgspec

from ocn.node.links import is_link_id
from ocn.node.stages import Address
from ocn.ocpi.errors import InvalidParameters, MethodNotAllowed, UnknownObject
from ocn.ocpi.modules import (
    COMMANDS,
    FUNCTIONAL_MODULES,
    SPELLINGS,
    Carries,
    InterfaceRole,
    ModuleID,
    operations_at,
)
from ocn.ocpi.versions import VERSION_BY_NUMBER, VersionNumber

_ROLES = {"sender": InterfaceRole.SENDER, "receiver": InterfaceRole.RECEIVER}
_CUSTOM_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
_CUSTOM_MODULE = re.compile(r"[A-Za-z0-9._~-]{1,64}")
_SEGMENT = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@|-]|%[0-9A-Fa-f]{2})*")
_CLIMBING = re.compile(
    r"(?:^|[/\\])\.{1,2}(?:$|[/\\;])"
)  # a semicolon begins parameters, which many servers drop
_QUERY = re.compile(r"[!\"$-\[\]-~]*")
_LONGEST_PATH = 1024


def read_address(method: str, path: str, query: str) -> Address:
    """Read the part of a path that follows the door; what a path says is remembered.

    Raises:
        UnknownObject: no such module, version or path.
        MethodNotAllowed: the path exists, the method does not.
        InvalidParameters: the query has characters that no URL has.
    """
    address = _read_path(method, path)
    if not query:
        return address
    if _QUERY.fullmatch(query) is None:
        raise InvalidParameters("the query has characters that must be percent-encoded")
    return msgspec.structs.replace(address, query=query)


@lru_cache(maxsize=8192)
def _read_path(method: str, path: str) -> Address:
    segments = path.strip("/").split("/") if len(path) <= _LONGEST_PATH else []
    if len(segments) < 3:
        raise UnknownObject("no such path")
    first, second, module, *rest = segments
    if any(not _is_plain(segment) for segment in rest):
        raise UnknownObject("the path has an empty, dot or malformed segment")
    if first == "custom" and second in _ROLES:
        return _custom(method, module, _ROLES[second], rest)
    role, version = (
        _ROLES.get(first) or _ROLES.get(second),
        VERSION_BY_NUMBER.get(second) or VERSION_BY_NUMBER.get(first),
    )
    known = SPELLINGS.get(module)
    if role is None or version is None or known is None or known not in FUNCTIONAL_MODULES[version]:
        raise UnknownObject("no such version, interface or module")
    return _functional(method, known, role, version, rest)


def _functional(
    method: str, module: ModuleID, role: InterfaceRole, version: VersionNumber, rest: list[str]
) -> Address:
    path = "".join("/" + segment for segment in rest)
    if link := _handed_out(module, role, rest):
        link_id, link_method, carries = link
        if method != link_method:
            raise MethodNotAllowed(f"only {link_method} is served here")
        return Address(module, role, version, path, "", carries, link_id)
    operations = operations_at(module, role, tuple(rest), version)
    if not operations:
        raise UnknownObject(f"the {role} interface of {module} has no such path")
    for operation in operations:
        if method in operation.methods:
            return Address(module, role, version, path, "", operation.carries, None)
    raise MethodNotAllowed(f"the {role} interface of {module} does not take {method} here")


def _custom(method: str, module: str, role: InterfaceRole, rest: list[str]) -> Address:
    if not _CUSTOM_MODULE.fullmatch(module):
        raise UnknownObject("no such module")
    if method not in _CUSTOM_METHODS:
        raise MethodNotAllowed(f"custom modules do not take {method}")
    path = "".join("/" + segment for segment in rest)
    link_id = rest[1] if len(rest) == 2 and rest[0] == "page" and is_link_id(rest[1]) else None
    carries = Carries.NEXT_PAGE if method == "GET" else Carries.NOTHING
    return Address(module, role, None, path, "", carries, link_id if method == "GET" else None)


def _handed_out(module: ModuleID, role: InterfaceRole, rest: list[str]) -> tuple[str, str, Carries] | None:
    """Recognise the paths that this node mints: link id, its method, and what the answer carries."""
    if not rest or not is_link_id(rest[-1]):
        return None
    match module, role, rest[:-1]:
        case (_, InterfaceRole.SENDER, ["page"]):
            return rest[-1], "GET", Carries.NEXT_PAGE
        case (ModuleID.CDRS, InterfaceRole.RECEIVER, []):
            return rest[-1], "GET", Carries.NOTHING
        case (ModuleID.COMMANDS, InterfaceRole.SENDER, [command]) if command in COMMANDS:
            return rest[-1], "POST", Carries.NOTHING
        case (ModuleID.CHARGING_PROFILES, InterfaceRole.SENDER, ["result"]):
            return rest[-1], "POST", Carries.NOTHING
    return None


def _is_plain(segment: str) -> bool:
    """Whether a segment names an object and can lead nowhere else, however often it is unescaped."""
    if not segment or _SEGMENT.fullmatch(segment) is None:
        return False
    try:
        while _CLIMBING.search(segment) is None and segment.isprintable():
            plain = unquote_to_bytes(segment).decode() if "%" in segment else segment
            if plain == segment:
                return True
            segment = plain
    except UnicodeDecodeError:
        return False
    return False
