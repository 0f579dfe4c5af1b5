"""A party of one's own: serves, registers if it has not yet, and talks to everybody else.

::

    party = Party(
        roles=[PartyRole.of("DE ABC", "EMSP", "ABC Mobility")],
        node_url="https://node.example",
        token_a="...",
        handlers=[MyBackEnd()],
        storage=SqliteStorage(Path("abc.sqlite")),
        key=load_or_create_key(Path("abc.key")),
    )
    async with party:
        async for location in party.client.to("DE CPO").locations():
            ...
"""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Protocol, Self

from ocn.conversion import Policy
from ocn.errors import ConfigurationError
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.versions import PREFERRED_VERSIONS, VersionNumber
from ocn.party.assembly import Assembly, Settings, assemble
from ocn.party.errors import RegistrationRefused
from ocn.party.identity.roles import PartyRole
from ocn.party.joining.handshake import Handshake
from ocn.party.limits import Limits
from ocn.party.object_edge import Known, ObjectEdge, nothing_known
from ocn.party.receiving.functional_modules import CustomHandler
from ocn.party.receiving.routes import Interface
from ocn.party.receiving.server import PartyApp
from ocn.party.sending.client import Client
from ocn.party.sending.transport import HttpTransport, Transport
from ocn.party.serving import Serving, bind
from ocn.party.signatures.notary import Signatories, Signatures
from ocn.party.signatures.strict import StrictSignatures
from ocn.party.signatures.strict_terms import Keys, StrictTerms
from ocn.party.storage.port import MemoryStorage, PartyStorage
from ocn.party.storage.registration import Registration
from ocn.party.traffic import Watch, unwatched
from ocn.signing.keys import PrivateKey


class Listing(Protocol):
    """Puts a party into the registry; see :mod:`ocn.party.joining.listing`."""

    async def ensure(self, roles: Sequence[PartyRole], modules: Iterable[Interface]) -> bool:
        """Write or move the entry if it is not as it should be; True when something was written."""
        ...


class Party:
    """One platform on the network: one connection to one node, one or more parties.

    Args:
        roles: who this platform speaks for; the first is the default sender.
        node_url: the node's public base address. Versions are looked for at ``/ocpi/versions`` below it.
        versions_url: where they are if elsewhere; must be below ``node_url`` or ``allowed_urls``.
        token_a: needed once; a registration that is in ``storage`` goes before it.
        handlers: objects with methods of :mod:`ocn.party.handlers`; the first that has a method serves.
        modules: which interfaces to offer; by default what the handlers implement.
        custom_modules: own modules by identifier and side.
        storage: in memory by default, and then everything is forgotten with the process.
        key: signs every request and answer. Without a key nothing is signed.
        require_signatures: refuse what comes unsigned; by default when there is a key.
        signatories: whose signature stands for whom; without one signatures are checked for alteration only.
        strict: how it signs strictly and whether it demands that of others, besides the above; by default
            it only proves its key when it registers. To demand it, ``signatories`` must know keys
            (:class:`ocn.party.signatures.strict_terms.Keys`).
        listing: puts the party into the registry before it first registers.
        host, port: where to listen; port 0 takes a free one.
        serve: off when another ASGI server serves :attr:`app`; then ``public_url`` is needed.
        public_url: how the node reaches this party, if not at that host and port.
        allowed_urls: base addresses that may be called besides the node's.
        versions: those to speak, best first. In 2.1.1 nobody is named by headers: the node is one peer
            that stands in for everyone, so it is the ``sender`` of every request, and nothing is signed.
        objects: the version in which handlers and calls have their objects, if not the one agreed on;
            :mod:`ocn.party.object_edge` converts.
        known: what the back end knows around its objects, for that conversion.
        conversion: whether that conversion may change what an object means; by default it may not.
        watch: is told of every request sent and served.
        transport: how requests leave, HTTP by default; closed with the party.

    Raises:
        ModuleNotImplemented: a chosen module has no handler.
        ConfigurationError: another setting is wrong.
    """

    def __init__(
        self,
        *,
        roles: Sequence[PartyRole],
        node_url: str,
        versions_url: str | None = None,
        token_a: str | None = None,
        handlers: Sequence[object] = (),
        modules: Iterable[Interface] | None = None,
        custom_modules: Mapping[Interface, CustomHandler] | None = None,
        storage: PartyStorage | None = None,
        key: PrivateKey | None = None,
        require_signatures: bool | None = None,
        signatories: Signatories | None = None,
        strict: StrictTerms | None = None,
        listing: Listing | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        serve: bool = True,
        public_url: str | None = None,
        allowed_urls: Sequence[str] = (),
        versions: Sequence[VersionNumber] = PREFERRED_VERSIONS,
        objects: VersionNumber | None = None,
        known: Known = nothing_known,
        conversion: Policy | None = None,
        limits: Limits | None = None,
        watch: Watch = unwatched,
        transport: Transport | None = None,
    ) -> None:
        if not serve and public_url is None:
            raise ConfigurationError("A party that does not serve itself must be told its public_url.")
        self.storage: PartyStorage = storage or MemoryStorage()
        required = key is not None if require_signatures is None else require_signatures
        self._settings = Settings(
            roles=tuple(roles),
            reach=(node_url, *allowed_urls),
            handlers=tuple(handlers),
            modules=modules,
            custom_modules=dict(custom_modules or {}),
            signatures=Signatures(key, required, signatories),
            strict=_strict(key, strict, signatories),
            versions=tuple(versions),
            edge=ObjectEdge(objects, known, conversion or Policy()),
            limits=limits or Limits(),
            watch=watch,
        )
        self._versions_url = versions_url or f"{node_url.rstrip('/')}/ocpi/versions"
        self._token_a = token_a
        self._listing = listing
        self._serve, self._host, self._port = serve, host, port
        self._public_url = public_url
        self._transport = transport
        self._assembly: Assembly | None = None
        self._serving: Serving | None = None

    async def __aenter__(self) -> Self:
        """Open, serve and join."""
        try:
            await self.open()
            await self.join()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close; the registration stays, for the next start."""
        await self.close()

    async def open(self) -> None:
        """Start to serve, and load the registration of an earlier run if there is one."""
        if self.is_open:
            raise ConfigurationError("The party is open already.")
        bound = bind(self._host, self._port) if self._serve else None
        here = f"http://{self._host}:{bound.getsockname()[1]}" if bound else ""
        transport = self._transport or HttpTransport(self._settings.limits)
        self._assembly = assemble(
            self._settings, self.storage, transport, base_url=(self._public_url or here).rstrip("/")
        )
        if bound is not None:
            self._serving = Serving(self.app, bound)
        await self._assembly.door.load()
        if self._serving is not None:
            await self._serving.start()

    async def join(self) -> Registration:
        """Register unless that was done in an earlier run; then nothing is sent and nothing is written.

        A party that has another address than in that run, or does not speak what it spoke then, renews its
        registration, or nobody would find it.

        Raises:
            TokenMissing: the first time, without a TOKEN_A.
            RegistrationFailed, PeerUnreachable, ListingFailed: see :mod:`ocn.party.errors`.
        """
        running = self._running()
        registration = running.door.registration
        if registration is not None:
            return await running.handshake.update() if running.handshake.is_outdated else registration
        listed_now = False
        if self._listing is not None and self._token_a:
            listed_now = await self._listing.ensure(self._settings.roles, running.interfaces)
        waiting_s = self._settings.limits.listing_seen_s if listed_now else 0.0
        return await self._registered(running.handshake, waiting_s)

    async def _registered(self, handshake: Handshake, waiting_s: float) -> Registration:
        """Register; a node that may not have read the new listing yet is asked again for a while."""
        until, pause_s = time.monotonic() + waiting_s, 0.1
        while True:
            try:
                return await handshake.register(self._versions_url, self._token_a)
            except RegistrationRefused:
                if time.monotonic() + pause_s > until:
                    raise
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, 2.0)

    async def close(self) -> None:
        """Deliver what is owed, stop serving, give everything back."""
        if self._assembly is not None:
            await self._assembly.followups.close()
        if self._serving is not None:
            await self._serving.stop()
        if self._assembly is not None:
            await self._assembly.transport.close()
        await self.storage.close()
        self._assembly = self._serving = None

    def invite(self) -> str:
        """Return a TOKEN_A with which a peer may register at this party, for two without a node between."""
        return self._running().door.invite()

    @property
    def own(self) -> tuple[PartyId, ...]:
        """The parties that this platform speaks for; the first is the default sender."""
        return self._settings.own

    @property
    def is_open(self) -> bool:
        """Whether requests are answered."""
        return self._assembly is not None

    @property
    def client(self) -> Client:
        """The way to everybody else."""
        return self._running().client

    @property
    def app(self) -> PartyApp:
        """The receiving ASGI app."""
        return self._running().app

    @property
    def base_url(self) -> str:
        """How this party is reached; its versions are at ``/ocpi/versions`` below."""
        return self._running().base_url

    @property
    def handshake(self) -> Handshake:
        """To renew the registration (``update``) or end it (``unregister``)."""
        return self._running().handshake

    async def settled(self) -> None:
        """Wait until no asynchronous result is owed."""
        await self._running().followups.settled()

    def _running(self) -> Assembly:
        if self._assembly is None:
            raise ConfigurationError("The party is not open: use it within `async with`.")
        return self._assembly


def _strict(
    key: PrivateKey | None, terms: StrictTerms | None, signatories: Signatories | None
) -> StrictSignatures:
    keys = signatories if isinstance(signatories, Keys) else None
    terms = terms or StrictTerms(sign=False)
    if terms.require and keys is None:
        raise ConfigurationError("To demand strict signatures, a party needs signatories that know keys.")
    if terms.sign and key is None:
        raise ConfigurationError("To sign strictly, a party needs a key.")
    return StrictSignatures(key, terms, keys)
