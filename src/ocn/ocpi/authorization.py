"""The token in the ``Authorization`` header, raw or Base64 (OCPI 2.2.1 transport_and_format).

2.2.1 wants Base64, 2.2 in the field and 2.1.1 send it raw, and the texts' own examples encode a trailing
newline. A reader therefore has candidates, of which at most one is a token somebody was given.
"""

import base64
import binascii
import re

_SCHEME = re.compile(r"(?i:token)[ ]+(\S.*)")
_TOKEN = re.compile(r"[\x21-\x7e]{1,64}")
_LONGEST_HEADER = 256


def encode_authorization(token: str, *, base64_encoded: bool) -> str:
    """Write the header value for a token."""
    text = base64.b64encode(token.encode()).decode() if base64_encoded else token
    return f"Token {text}"


def is_credentials_token(token: str) -> bool:
    """Whether a string may be a credentials token: 1 to 64 characters U+0021 to U+007E."""
    return _TOKEN.fullmatch(token) is not None


def token_candidates(header: str) -> tuple[str, ...]:
    """Return what the header may mean, likeliest last; empty when it is not a token header."""
    match = _SCHEME.fullmatch(header.strip()) if len(header) <= _LONGEST_HEADER else None
    if match is None:
        return ()
    raw = match.group(1).strip()
    candidates = [raw] if _TOKEN.fullmatch(raw) else []
    try:
        decoded = base64.b64decode(raw, validate=True).decode()
    except (binascii.Error, ValueError):
        return tuple(candidates)
    candidates += [text for text in (decoded.strip(),) if _TOKEN.fullmatch(text)]
    return tuple(candidates)
