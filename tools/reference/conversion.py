"""What is lost between versions of OCPI, as one page: made by converting documents that have it all."""

from collections.abc import Iterator

from tools.reference.conversion_documents import DOCUMENTS, known_around

from ocn.conversion import ConversionRefused, Loss, ObjectKind, convert
from ocn.ocpi.versions import VersionNumber

_OPENING = """\
# What is lost between versions of OCPI

Written by `make docs-reference` from `src/ocn/conversion/`; do not edit. Why it is done this way, and what
a policy is: [Conversion between versions](../explanation/conversion.md).

Every conversion goes through 2.2.1, so from 2.1.1 to 2.3.0 the losses of both steps add up. What no row
names crosses unchanged or is only called another name, and converting back gives the same document. `*`
stands for any index of a list. A pointer names a place in the document that was sent; for what is
**synthesised**, in the one that is received. What the text of a row says of the context (owner, tokens,
locations) holds where the node knows it.

| class | means | passes |
|---|---|---|
| dropped | it has no place there, or not all of it | always, reported |
| synthesised | the other version demands it, and the document did not have it | always, reported |
| **meaning changed** | it says something else about money, law or its viewers | by the peer's policy |
| **refused** | it cannot be said there at all | never; left out of a page |

The bookings, payments and invoice reconciliation modules of 2.3.0 have no counterpart, and cross only
between parties that both speak 2.3.0. A PATCH is converted member by member where no row below touches it;
otherwise the node fetches the object, converts it whole and sends it as a PUT.
"""
_WORDS = {
    Loss.DROPPED: "dropped",
    Loss.SYNTHESISED: "synthesised",
    Loss.MEANING_CHANGED: "**meaning changed**",
}
_STEPS = (
    (VersionNumber.V2_2_1, VersionNumber.V2_3_0),
    (VersionNumber.V2_3_0, VersionNumber.V2_2_1),
    (VersionNumber.V2_2, VersionNumber.V2_2_1),
    (VersionNumber.V2_2_1, VersionNumber.V2_2),
    (VersionNumber.V2_1_1, VersionNumber.V2_2_1),
    (VersionNumber.V2_2_1, VersionNumber.V2_1_1),
)


def conversion_page() -> str:
    """Return the page."""
    return "\n".join([_OPENING, *(_section(source, target) for source, target in _STEPS)])


def _section(source: VersionNumber, target: VersionNumber) -> str:
    rows = [row for kind in DOCUMENTS[source] for row in dict.fromkeys(_rows(kind, source, target))]
    table = ["| object | place | class | |", "|---|---|---|---|", *rows]
    return "\n".join([f"## {source} to {target}", "", *table, ""])


def _rows(kind: ObjectKind, source: VersionNumber, target: VersionNumber) -> Iterator[str]:
    for document in DOCUMENTS[source][kind]:
        try:
            converted = convert(kind, document, source, target, known_around(kind))
        except ConversionRefused as refused:
            yield _row(kind, refused.pointer, "**refused**", refused.reason)
            continue
        for change in converted.changes:
            yield _row(kind, change.pointer, _WORDS[change.loss], change.note)


def _row(kind: ObjectKind, pointer: str, loss: str, note: str) -> str:
    place = "/".join("*" if segment.isdecimal() else segment for segment in pointer.split("/"))
    return f"| {kind} | {f'`{place}`' if place else 'all of it'} | {loss} | {note.replace('|', '/')} |"
