"""What of an address differs between versions: the type of a token, and ids that 2.1.1 alone has so long."""

from urllib.parse import parse_qsl, quote, unquote, urlencode

from ocn.conversion import Context
from ocn.conversion.paths import convert_path
from ocn.node.stages import Address
from ocn.ocpi.modules import ModuleID
from ocn.ocpi.versions import VersionNumber

_TYPES: dict[VersionNumber, frozenset[str]] = {
    VersionNumber.V2_1_1: frozenset({"OTHER", "RFID"}),
    VersionNumber.V2_2: frozenset({"AD_HOC_USER", "APP_USER", "OTHER", "RFID"}),
    VersionNumber.V2_2_1: frozenset({"AD_HOC_USER", "APP_USER", "OTHER", "RFID"}),
}
"""2.3.0 has an open list, so nothing is foreign to it."""


def converted_address(
    url: str, address: Address, spoken: VersionNumber, wanted: VersionNumber, context: Context
) -> str:
    """Return an address with the names in it that the body has in the other version."""
    url = converted_query(url, address, wanted)
    if address.link_id is not None or VersionNumber.V2_1_1 not in (spoken, wanted):
        return url
    written = tuple(address.path.strip("/").split("/")) if address.path else ()
    said = tuple(map(unquote, written))
    named = convert_path(address.module, address.interface_role, said, context)
    if named == said:
        return url
    path = "/".join(
        old if name == before else quote(name, safe="")
        for old, before, name in zip(written, said, named, strict=True)
    )
    whole, mark, query = url.partition("?")
    return whole.rstrip("/").removesuffix(address.path.rstrip("/")) + "/" + path + mark + query


def converted_query(url: str, address: Address, wanted: VersionNumber) -> str:
    """Return an address with the token's type as the other version knows it; all else stays as written."""
    known = _TYPES.get(wanted)
    if address.module != ModuleID.TOKENS or known is None or "type=" not in address.query:
        return url
    pairs = parse_qsl(address.query, keep_blank_values=True)
    said = [(name, value if name != "type" or value in known else "OTHER") for name, value in pairs]
    if said == pairs:
        return url
    return url.removesuffix(f"?{address.query}") + "?" + urlencode(said)
