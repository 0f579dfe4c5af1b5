"""Fetch whole lists from parties connected here, for hubs whose parties push too little.

Asked in the hub's own name (FROM the hub), so what comes back is for everyone. A list that was read to its
end is the new truth; one that broke off changes nothing but what it brought.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import msgspec
import structlog

from ocn.errors import OcnError
from ocn.node.members import Members
from ocn.node.model import Platform
from ocn.node.node_headers import new_message_id
from ocn.node.object_store.crawl import Crawl
from ocn.node.object_store.model import SHARED_MODULES, Push
from ocn.node.object_store.port import ObjectStore
from ocn.node.object_store.reading import read_object
from ocn.node.ports import Outbound, OutboundAnswer, UrlCheck
from ocn.ocpi import headers as names
from ocn.ocpi.errors import HubFault, InvalidParameters
from ocn.ocpi.links import next_link
from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.ocpi.statuses import is_success
from ocn.ocpi.unreadable import UNREADABLE

_log = structlog.get_logger("ocn.node.background")
_MOST_PAGES = 10_000
_PAGE_OBJECTS = 100
_LONGEST_S = 3600.0
"""Of one list: who answers page by page at its leisure keeps the others waiting no longer."""
_OWNERS: Mapping[str, Role] = {
    ModuleID.LOCATIONS: Role.CPO,
    ModuleID.TARIFFS: Role.CPO,
    ModuleID.TOKENS: Role.EMSP,
}


class _Listed(msgspec.Struct):
    status_code: int
    data: list[msgspec.Raw] = []


@dataclass(frozen=True, slots=True)
class Source:
    """One list: the Sender interface of a module at a platform, for one of its parties."""

    platform: Platform
    party: PartyId
    module: str
    url: str


class Fetching:
    """Reads the lists of parties connected here."""

    def __init__(
        self,
        *,
        hub: PartyId,
        store: ObjectStore,
        members: Members,
        outbound: Outbound,
        url_check: UrlCheck,
        timeout_s: float,
    ) -> None:
        self._hub = hub
        self._store = store
        self._members = members
        self._outbound = outbound
        self._url_check = url_check
        self._timeout_s = timeout_s

    async def run(self, every_s: float) -> None:
        """Read every list now and again, until cancelled; one that fails is tried the next time."""
        while True:
            await self.once()
            await asyncio.sleep(every_s)

    async def once(self) -> None:
        """Read every list, one after the other."""
        for source in list(self._sources()):
            try:
                async with asyncio.timeout(_LONGEST_S):
                    objects = await self.fetch(source)
            except (OcnError, TimeoutError) as error:
                problem = str(error) or "too slow"
                _log.info("list_not_fetched", party=str(source.party), module=source.module, error=problem)
                continue
            _log.info("list_fetched", party=str(source.party), module=source.module, objects=objects)

    def _sources(self) -> Iterator[Source]:
        for platform in self._members.platforms():
            for module in sorted(SHARED_MODULES):
                url = platform.endpoints.get((module, InterfaceRole.SENDER))
                if url is None:
                    continue
                for role in platform.roles:
                    if role.role is _OWNERS[module]:
                        yield Source(platform, role.party, module, url)

    async def fetch(self, source: Source) -> int:
        """Read one list to its end and return how many objects it has.

        Raises:
            OcpiError: a page could not be had or read; nothing is withdrawn then.
            StorageError: a page could not be stored.
        """
        crawl = await Crawl.begin(self._store)
        whole = True
        url: str | None = f"{source.url}{'&' if '?' in source.url else '?'}limit={_PAGE_OBJECTS}"
        for _ in range(_MOST_PAGES):
            if url is None:
                break
            answer = await self._page(source, url)
            pushes, left_out = _objects(source, answer)
            whole = whole and not left_out
            await crawl.add(pushes)
            url = self._next(source, url, answer)
        else:
            raise HubFault(f"the list of {source.module} of {source.party} has no end")
        if whole:
            await crawl.end(source.module, source.party)
        return crawl.objects

    async def _page(self, source: Source, url: str) -> OutboundAnswer:
        headers = {
            "Accept": "application/json",
            "Authorization": source.platform.authorization,
            "X-Request-ID": new_message_id(),
            "X-Correlation-ID": new_message_id(),
        }
        if source.platform.version.has_routing:
            headers |= {
                names.DISPLAY_NAME[names.FROM_COUNTRY]: self._hub.country_code,
                names.DISPLAY_NAME[names.FROM_PARTY]: self._hub.party_id,
                names.DISPLAY_NAME[names.TO_COUNTRY]: source.party.country_code,
                names.DISPLAY_NAME[names.TO_PARTY]: source.party.party_id,
            }
        return await self._outbound.request("GET", url, headers, b"", timeout_s=self._timeout_s)

    def _next(self, source: Source, url: str, answer: OutboundAnswer) -> str | None:
        """Return the next page's address; the platform's token goes to no other host."""
        link = next_link(answer.header(names.LINK) or "")
        if link is None:
            return None
        following = urljoin(url, link)
        self._url_check.check(following)
        if urlsplit(following)[:2] != urlsplit(source.url)[:2] or following == url:
            raise HubFault(f"the next page of {source.party} is at another host, or the same page again")
        return following


def _objects(source: Source, answer: OutboundAnswer) -> tuple[list[Push], int]:
    """Return the objects of a page, and how many could not be read or are not the party's."""
    try:
        listed = msgspec.json.decode(answer.body, type=_Listed)
    except UNREADABLE as error:
        raise HubFault(f"the answer of {source.party} is no list: {error}") from error
    if answer.status != 200 or not is_success(listed.status_code):
        raise HubFault(f"{source.party} answered HTTP {answer.status}, OCPI {listed.status_code}")
    pushes = []
    for item in listed.data:
        try:
            push = read_object(
                source.module,
                bytes(item),
                version=source.platform.version,
                owner=source.party,
                fetched=True,
            )
        except InvalidParameters as error:
            _log.info("object_refused", party=str(source.party), module=source.module, error=str(error))
            continue
        if push.owner == source.party:
            pushes.append(push)
    return pushes, len(listed.data) - len(pushes)
