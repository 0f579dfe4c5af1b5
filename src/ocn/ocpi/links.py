"""The ``Link`` header (RFC 8288) as OCPI uses it: where the next page is."""

import re

_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[^\s=;,]+\s*(?:=\s*(?:\"[^\"]*\"|[^\s;,\"]+))?)*)")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))", re.IGNORECASE)


def next_link(header: str) -> str | None:
    """Return the address with relation ``next``, or None; other relations are passed over."""
    for match in _LINK.finditer(header):
        rel = _REL.search(match.group(2))
        relations = (rel.group(1) or rel.group(2) or "").lower().split() if rel else []
        if "next" in relations and match.group(1):
            return match.group(1)
    return None


def format_next_link(url: str) -> str:
    """Write the header for a next page."""
    return f'<{url}>; rel="next"'
