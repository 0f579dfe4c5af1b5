"""Which parts of a request or response a party signs: headers, query parameters and body."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ocn.signing.json_values import JsonValue

REQUEST_HEADERS = (
    "x-correlation-id",
    "ocpi-from-country-code",
    "ocpi-from-party-id",
    "ocpi-to-country-code",
    "ocpi-to-party-id",
)
RESPONSE_HEADERS = ("x-limit", "x-total-count", "link", "location")
SIGNATURE_MEMBER = "ocn_signature"


@dataclass(frozen=True, slots=True)
class SignedValues:
    """What one signature covers. A body of None means: no body.

    Header names are lower case. Method, path, HTTP status and request id are not covered.
    """

    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, JsonValue] = field(default_factory=dict)
    body: JsonValue = None

    def root(self) -> dict[str, JsonValue]:
        """Return the values as one object, as the signature's paths see them."""
        return {"headers": dict(self.headers), "params": dict(self.params), "body": self.body}


def request_values(
    headers: Mapping[str, str], query: Iterable[tuple[str, str]] = (), body: JsonValue = None
) -> SignedValues:
    """Pick what is signed of a request.

    ``headers`` has lower-case names; ``query`` is decoded. A parameter given more than once is
    signed as an array, so that none of its values goes unsigned.
    """
    params: dict[str, JsonValue] = {}
    for name, value in query:
        earlier = params.get(name)
        if earlier is None:
            params[name] = value
        elif isinstance(earlier, list):
            earlier.append(value)
        else:
            params[name] = [earlier, value]
    return SignedValues(_picked(headers, REQUEST_HEADERS), params, body)


def response_values(headers: Mapping[str, str], body: JsonValue) -> SignedValues:
    """Pick what is signed of a response: the paging headers, and its envelope without ``ocn_signature``."""
    if isinstance(body, dict) and SIGNATURE_MEMBER in body:
        body = {name: member for name, member in body.items() if name != SIGNATURE_MEMBER}
    return SignedValues(_picked(headers, RESPONSE_HEADERS), {}, body)


def _picked(headers: Mapping[str, str], names: Sequence[str]) -> dict[str, str]:
    return {name: value for name in names if (value := headers.get(name))}
