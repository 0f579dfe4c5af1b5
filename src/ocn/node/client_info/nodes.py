"""What nodes tell one another of their own parties: each its own, to every other, and nothing is passed on.

A node tells what has changed (PUT), and reads the whole list (GET) of every other at its start, after an
outage, and once in each interval, which also shows whether that node is still there.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec
import structlog

from ocn.node.client_info.model import Client, Key, Report, client_info_object
from ocn.node.client_info.reports import MOST_TOLD, Told, readable_reports
from ocn.node.client_info.roster import Roster
from ocn.node.client_info.store import ClientInfoStore
from ocn.node.peers import Peer, Peers
from ocn.node.ports import Clock, Directory, OutboundAnswer
from ocn.ocpi.envelope import encode_envelope, read_status_code
from ocn.ocpi.errors import HubFault, InvalidParameters, MethodNotAllowed, OcpiError
from ocn.ocpi.queries import number_in, read_parameters
from ocn.ocpi.statuses import is_success
from ocn.ocpi.unreadable import UNREADABLE

_log = structlog.get_logger("ocn.node.client_info")

PATH = "client-info"
_RETRY = timedelta(seconds=30)
_MOST_PAGES = 100
_UNKNOWN_THERE = frozenset({404, 405})


class _Listed(msgspec.Struct):
    data: list[Told]


@dataclass(slots=True, eq=False)
class _Contact:
    """How this node stands with another."""

    untold: set[Key] = field(default_factory=set)
    must_read: bool = True
    tried_at: datetime | None = None
    reached_at: datetime | None = None
    failed_since: datetime | None = None


class Nodes:
    """The other nodes, as far as ClientInfo goes."""

    def __init__(
        self,
        *,
        peers: Peers,
        store: ClientInfoStore,
        roster: Roster,
        directory: Directory,
        clock: Clock,
        interval: timedelta,
        down_after: timedelta,
        wake: Callable[[], None],
    ) -> None:
        self._peers = peers
        self._store = store
        self._roster = roster
        self._directory = directory
        self._clock = clock
        self._interval = interval
        self._down_after = down_after
        self._wake = wake
        self._contacts: dict[str, _Contact] = {}

    def start_over(self) -> None:
        """Forget what was told: whoever leads anew tells and reads everything once."""
        self._contacts = {}

    def is_down(self, operator: str) -> bool | None:
        """Whether a node has been out of reach for long; None before it was reached or missed once."""
        contact = self._contacts.get(operator)
        if contact is None or (contact.reached_at is None and contact.failed_since is None):
            return None
        if contact.failed_since is None:
            return False
        if self._clock.now() - contact.failed_since >= self._down_after:
            return True
        return False if contact.reached_at is not None else None

    def down(self) -> frozenset[str]:
        """Return the operators of nodes that have been out of reach for long."""
        return frozenset(operator for operator in self._contacts if self.is_down(operator))

    def changed(self, clients: Iterable[Client]) -> None:
        """Note which statements have become others; those about own parties are told."""
        keys = {client.key for client in clients if self._roster.is_own(client)}
        for contact in self._contacts.values():
            contact.untold |= keys

    def due(self, now: datetime) -> list[Peer]:
        """Return the nodes that there is something to say to or to ask of now."""
        others = self._peers.others()
        for gone in self._contacts.keys() - {peer.address for peer in others}:
            del self._contacts[gone]
        return [peer for peer in others if self._is_due(self._contact(peer), now)]

    def _contact(self, peer: Peer) -> _Contact:
        contact = self._contacts.get(peer.address)
        if contact is None:
            contact = _Contact({client.key for client in self._roster.own()})
            self._contacts[peer.address] = contact
        return contact

    def _is_due(self, contact: _Contact, now: datetime) -> bool:
        if contact.failed_since is not None:
            down = now - contact.failed_since >= self._down_after
            pause = self._interval if down else min(_RETRY, self._interval)
            return contact.tried_at is None or now - contact.tried_at >= pause
        return bool(contact.untold) or contact.must_read or self._is_silent(contact, now)

    def _is_silent(self, contact: _Contact, now: datetime) -> bool:
        return contact.reached_at is None or now - contact.reached_at >= self._interval

    async def meet(self, peer: Peer) -> None:
        """Tell a node what it has not been told, and read its list when it is time to."""
        contact = self._contact(peer)
        now = contact.tried_at = self._clock.now()
        read = contact.must_read or contact.failed_since is not None or self._is_silent(contact, now)
        try:
            await self._tell(peer, contact)
            if read:
                await self._read(peer)
        except OcpiError as error:
            if contact.failed_since is None:
                contact.failed_since = now
                _log.info("node_not_reached", node=peer.url, error=str(error))
            return
        finally:
            self._wake()
        if contact.failed_since is not None:
            _log.info("node_reached_again", node=peer.url)
        contact.failed_since = None
        contact.reached_at = self._clock.now()
        contact.must_read = False

    async def _tell(self, peer: Peer, contact: _Contact) -> None:
        while contact.untold:
            keys = sorted(contact.untold)[:MOST_TOLD]
            clients = [client for key in keys if (client := self._roster.get(key)) is not None]
            told = [_object(client) for client in clients if self._roster.is_own(client)]
            contact.untold -= set(keys)
            try:
                _accepts(await self._peers.send(peer, "PUT", PATH, msgspec.json.encode(told)))
            except BaseException:
                contact.untold |= set(keys)
                raise

    async def _read(self, peer: Peer) -> None:
        for page in range(_MOST_PAGES):
            answer = await self._peers.send(
                peer, "GET", f"{PATH}?offset={page * MOST_TOLD}&limit={MOST_TOLD}"
            )
            told = _listed(answer)
            await self._accept(peer.address, told)
            if len(told) < MOST_TOLD:
                return

    async def answer(self, sender: str, method: str, query: str, body: bytes) -> tuple[int, bytes]:
        """Take what another node tells of its parties (PUT), or tell it of ours (GET)."""
        now = self._clock.now()
        self._is_there(sender)
        match method:
            case "GET":
                asked = read_parameters(query, ("offset", "limit"))
                offset = number_in(asked, "offset", 0)
                end = offset + min(number_in(asked, "limit", MOST_TOLD), MOST_TOLD)
                own = [_object(client) for client in self._roster.own()[offset:end]]
                return 200, encode_envelope(own, now=now)
            case "PUT":
                try:
                    told = msgspec.json.decode(body, type=list[Told])
                except UNREADABLE as error:
                    raise InvalidParameters(f"the body is no list of ClientInfo: {error}") from error
                if len(told) > MOST_TOLD:
                    raise InvalidParameters(f"at most {MOST_TOLD} at once")
                return 200, encode_envelope({"accepted": await self._accept(sender, told)}, now=now)
            case _:
                raise MethodNotAllowed("client-info takes GET and PUT")

    def _is_there(self, operator: str) -> None:
        """A node that speaks can be spoken to: one that was out of reach is tried at once."""
        contact = self._contacts.get(operator)
        if contact is not None and contact.failed_since is not None:
            contact.tried_at = None
            self._wake()

    async def _accept(self, operator: str, told: list[Told]) -> int:
        reports: list[Report] = readable_reports(operator, told, self._directory, self._clock.now())
        accepted = await self._store.put_reports(reports) if reports else 0
        if accepted:
            self._wake()
        return accepted


def _object(client: Client) -> object:
    return client_info_object(client.party, client.role, client.status, client.last_updated)


def _accepts(answer: OutboundAnswer) -> bool:
    """Whether a node answers for ClientInfo at all; one that knows no such thing is there nevertheless."""
    if answer.status in _UNKNOWN_THERE:
        return False
    status = read_status_code(answer.body)
    if answer.status != 200 or status is None or not is_success(status):
        raise HubFault(f"the node answered HTTP {answer.status}, OCPI {status}")
    return True


def _listed(answer: OutboundAnswer) -> list[Told]:
    if not _accepts(answer):
        return []
    try:
        return msgspec.json.decode(answer.body, type=_Listed).data
    except UNREADABLE as error:
        raise HubFault(f"the node's list cannot be read: {error}") from error
