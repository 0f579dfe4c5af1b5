"""The Sender interface: a platform's view of everybody, in pages (HUB-93)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from ocn.node.client_info.model import Client, View, client_info_object
from ocn.node.client_info.roster import Roster
from ocn.node.client_info.store import ClientInfoStore
from ocn.node.client_info.views import Sight
from ocn.node.model import Platform
from ocn.ocpi.links import format_next_link
from ocn.ocpi.objects.client_info import ClientInfo as ClientInfoObject
from ocn.ocpi.queries import moment_in, number_in, read_parameters
from ocn.ocpi.roles import ConnectionStatus

MOST = 500
"""Objects of one page."""
_NAMES = frozenset({"offset", "limit", "date_from", "date_to"})


@dataclass(frozen=True, slots=True)
class Page:
    """What is answered: the objects, and the headers of a list."""

    data: list[ClientInfoObject]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Query:
    offset: int
    limit: int
    date_from: datetime | None
    date_to: datetime | None
    filters: tuple[tuple[str, str], ...]

    def takes(self, moment: datetime) -> bool:
        return (self.date_from is None or moment >= self.date_from) and (
            self.date_to is None or moment < self.date_to
        )


class Listing:
    """Answers GET. The order is that in which parties came, so that a page is not shifted by a change."""

    def __init__(self, store: ClientInfoStore, roster: Roster, sight: Sight) -> None:
        self._store = store
        self._roster = roster
        self._sight = sight

    async def page(self, viewer: Platform, url: str, query: str) -> Page:
        """Return a page as a platform may see it; ``url`` is where the list is asked for.

        Raises:
            InvalidParameters: a parameter is malformed or there twice.
        """
        asked = _read(query)
        views = {view.key: view for view in await self._store.views(viewer.id)}
        matching = [
            client_info_object(client.party, client.role, status, moment)
            for client in self._roster.clients()
            for status, moment in (self._seen(viewer, client, views.get(client.key)),)
            if asked.takes(moment)
        ]
        end = asked.offset + asked.limit
        headers = {"x-total-count": str(len(matching)), "x-limit": str(MOST)}
        if end < len(matching):
            following = [("offset", str(end)), ("limit", str(asked.limit)), *asked.filters]
            headers["link"] = format_next_link(f"{url}?{urlencode(following)}")
        return Page(matching[asked.offset : end], headers)

    def _seen(self, viewer: Platform, client: Client, view: View | None) -> tuple[ConnectionStatus, datetime]:
        """A view is stored a moment after what it follows from; until then the statement's time serves."""
        status = self._sight.status(viewer, client)
        if view is not None and view.status is status:
            return status, view.last_updated
        return status, client.last_updated


def _read(query: str) -> _Query:
    values = read_parameters(query, _NAMES)
    return _Query(
        offset=number_in(values, "offset", 0),
        limit=max(1, min(number_in(values, "limit", MOST), MOST)),
        date_from=moment_in(values, "date_from"),
        date_to=moment_in(values, "date_to"),
        filters=tuple((name, values[name]) for name in ("date_from", "date_to") if name in values),
    )
