"""What of a query differs between versions: the type of a token (tokens, ``?type=``)."""

from urllib.parse import parse_qsl, urlencode

from ocn.node.stages import Address
from ocn.ocpi.modules import ModuleID
from ocn.ocpi.versions import VersionNumber

_TYPES: dict[VersionNumber, frozenset[str]] = {
    VersionNumber.V2_1_1: frozenset({"OTHER", "RFID"}),
    VersionNumber.V2_2: frozenset({"AD_HOC_USER", "APP_USER", "OTHER", "RFID"}),
    VersionNumber.V2_2_1: frozenset({"AD_HOC_USER", "APP_USER", "OTHER", "RFID"}),
}
"""2.3.0 has an open list, so nothing is foreign to it."""


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
