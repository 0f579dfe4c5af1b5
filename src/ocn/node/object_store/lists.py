"""GET ALL: answer a list from what the hub keeps (HUB-50 to HUB-54), and GET of one object in the same way.

Oldest first by arrival here, in one order that never changes. A page is a range of that order, found by a
cursor; totals without dates come from counts that are kept, those with dates are counted once a crawl.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote

import msgspec

from ocn.node.object_store.cursor import Cursors, Place
from ocn.node.object_store.merging import part_of
from ocn.node.object_store.model import EVERYONE, Page, Selection, StoredObject, Tally
from ocn.node.object_store.port import ObjectStore
from ocn.node.object_store.question import Question, read_question
from ocn.node.object_store.staleness import staleness
from ocn.node.ports import Clock
from ocn.ocpi import headers as names
from ocn.ocpi.envelope import encode_envelope
from ocn.ocpi.errors import InvalidParameters, UnknownObject
from ocn.ocpi.links import format_next_link
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.versions import VersionNumber

Sees = Callable[[PartyId, PartyId, str], bool]
"""Whether the first party is to see what the second shares in a module: the audience of its broadcasts."""
Convert = Callable[[StoredObject, VersionNumber], bytes | None]
"""The body of an object in another version; None when it cannot be expressed in that one."""

_FEW = 5_000
"""Of so many matches to a date it is cheaper to put them in order than to walk along the list."""
_ALIKE = frozenset({VersionNumber.V2_2, VersionNumber.V2_2_1})


@dataclass(frozen=True, slots=True)
class ListAnswer:
    """What goes back: HTTP 200, headers in lower case, and an envelope of stored bytes."""

    headers: Mapping[str, str]
    body: bytes
    status: int = 200


@dataclass(frozen=True, slots=True)
class ListLimits:
    """How much goes into one page."""

    objects: int = 100
    bytes: int = 4 * 1024**2


def as_it_is(stored: StoredObject, version: VersionNumber) -> bytes | None:
    """Pass on what needs no conversion: the same version, and 2.2 beside 2.2.1, which differ in no object."""
    alike = stored.version is version or {stored.version, version} <= _ALIKE
    return stored.body if alike else None


class StoredLists:
    """Lists for each party as it is to see them."""

    def __init__(
        self,
        *,
        store: ObjectStore,
        cursors: Cursors,
        clock: Clock,
        sees: Sees,
        reachable: Callable[[PartyId], bool],
        convert: Convert = as_it_is,
        limits: ListLimits | None = None,
    ) -> None:
        self._store = store
        self._cursors = cursors
        self._clock = clock
        self._sees = sees
        self._reachable = reachable
        self._convert = convert
        self._limits = limits or ListLimits()

    async def answer(
        self, requester: PartyId, module: str, version: VersionNumber, query: str, *, endpoint: str
    ) -> ListAnswer:
        """Answer a page; ``endpoint`` is the address of this list, without a query.

        Raises:
            InvalidParameters: a parameter that cannot be, or a cursor of another party or expired.
        """
        question = read_question(query, most=self._limits.objects)
        tallies = await self._store.tallies(module, requester.key)
        selection, place = await self._begin(requester, module, question, tallies)
        total = place.total if place.total is not None else _kept_total(tallies, selection)
        page = await self._page(selection, place, total)
        bodies = [self._convert(stored, version) for stored in page.objects]
        shown = [body for body in bodies if body is not None]
        headers = {names.TOTAL_COUNT: str(total), names.LIMIT: str(self._limits.objects)}
        if page.more:
            after = replace(place, after=page.objects[-1].position)
            cursor = self._cursors.write(after, module=module, viewer=requester.key, now=self._clock.now())
            headers[names.LINK] = format_next_link(f"{endpoint}?cursor={cursor}")
        said = staleness(
            [tally for tally in tallies if tally.audience or tally.owner.key not in selection.hidden],
            self._reachable,
            unexpressed=len(bodies) - len(shown),
            version=version,
        )
        return ListAnswer(headers, self._envelope(b"[" + b",".join(shown) + b"]", said))

    async def one(self, requester: PartyId, module: str, version: VersionNumber, path: str) -> ListAnswer:
        """Answer one object, or a part of one, when its id leads to one owner.

        Raises:
            UnknownObject: nothing of that id that is for the requester.
            InvalidParameters: several owners have that id.
        """
        object_id, *parts = [unquote(segment) for segment in path.strip("/").split("/")]
        found = [
            stored
            for stored in await self._store.find(module, object_id, requester)
            if stored.audience != EVERYONE or self._sees(requester, stored.owner, module)
        ]
        if len(found) > 1:
            raise InvalidParameters(
                f"several parties have an object {object_id[:40]}: address the owner in OCPI-to"
            )
        body = self._convert(found[0], version) if found else None
        part = part_of(body, tuple(parts)) if body is not None else None
        if part is None:
            raise UnknownObject(f"this hub has no such object: {'/'.join([object_id, *parts])[:120]}")
        return ListAnswer({}, self._envelope(part, None))

    async def _begin(
        self, requester: PartyId, module: str, question: Question, tallies: Sequence[Tally]
    ) -> tuple[Selection, Place]:
        """Find where the page begins: where a cursor says, or at an offset."""
        selection = self._selection(requester, module, tallies)
        if question.cursor is not None:
            place = self._cursors.read(
                question.cursor, module=module, viewer=requester.key, now=self._clock.now()
            )
            dated = replace(selection, updated_from=place.updated_from, updated_to=place.updated_to)
            return dated, replace(place, limit=min(place.limit, self._limits.objects))
        dated = replace(selection, updated_from=question.updated_from, updated_to=question.updated_to)
        total = await self._store.count(dated) if _is_dated(dated) else None
        after = 0
        if question.offset:
            position = await self._store.position_of(dated, question.offset)
            after = position if position is not None else await self._store.last_number()
        return dated, Place(after, question.limit, dated.updated_from, dated.updated_to, total)

    def _selection(self, requester: PartyId, module: str, tallies: Sequence[Tally]) -> Selection:
        shared = {tally.owner for tally in tallies if tally.audience == EVERYONE}
        hidden = frozenset(owner.key for owner in shared if not self._sees(requester, owner, module))
        own = any(tally.audience != EVERYONE and tally.visible for tally in tallies)
        return Selection(module, requester.key, hidden, own)

    async def _page(self, selection: Selection, place: Place, total: int) -> Page:
        few = selection.updated_from is not None and total <= _FEW
        return await self._store.page(
            selection, after=place.after, most=place.limit, most_bytes=self._limits.bytes, few=few
        )

    def _envelope(self, data: bytes, said: str | None) -> bytes:
        return encode_envelope(msgspec.Raw(data), now=self._clock.now(), status_message=said)


def _is_dated(selection: Selection) -> bool:
    return selection.updated_from is not None or selection.updated_to is not None


def _kept_total(tallies: Sequence[Tally], selection: Selection) -> int:
    """Add up what is kept: everyone's and the viewer's own, each object once."""
    total = 0
    for tally in tallies:
        hidden = tally.owner.key in selection.hidden
        if tally.audience != EVERYONE:
            total += tally.visible - (0 if hidden else tally.shadows)
        elif not hidden:
            total += tally.visible
    return total
