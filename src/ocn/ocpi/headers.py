"""Header names, lower case as this project carries them (OCPI 2.2.1 transport_and_format)."""

AUTHORIZATION = "authorization"
REQUEST_ID = "x-request-id"
CORRELATION_ID = "x-correlation-id"
FROM_COUNTRY = "ocpi-from-country-code"
FROM_PARTY = "ocpi-from-party-id"
TO_COUNTRY = "ocpi-to-country-code"
TO_PARTY = "ocpi-to-party-id"
LINK = "link"
LOCATION = "location"
TOTAL_COUNT = "x-total-count"
LIMIT = "x-limit"
SIGNATURE = "ocn-signature"
"""The party's notary signature; on node-to-node requests it still is the party's."""

STRICT_SIGNATURE = "ocn-strict-signature"
"""The party's strict signature, of requests and of answers; see :mod:`ocn.signing.strict`."""

ROUTING = (FROM_COUNTRY, FROM_PARTY, TO_COUNTRY, TO_PARTY)
RELAYED_WITH_ANSWERS = (LINK, LOCATION, TOTAL_COUNT, LIMIT, STRICT_SIGNATURE)

DISPLAY_NAME = {
    AUTHORIZATION: "Authorization",
    REQUEST_ID: "X-Request-ID",
    CORRELATION_ID: "X-Correlation-ID",
    FROM_COUNTRY: "OCPI-from-country-code",
    FROM_PARTY: "OCPI-from-party-id",
    TO_COUNTRY: "OCPI-to-country-code",
    TO_PARTY: "OCPI-to-party-id",
    LINK: "Link",
    LOCATION: "Location",
    TOTAL_COUNT: "X-Total-Count",
    LIMIT: "X-Limit",
    SIGNATURE: "OCN-Signature",
    STRICT_SIGNATURE: "OCN-Strict-Signature",
}
"""How the texts spell them; some peers compare header names with regard to case."""
