"""Putting a party together from its parts; the only file that knows them all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ocn.errors import ConfigurationError
from ocn.ocpi.modules import ModuleID
from ocn.ocpi.sides import only_role
from ocn.ocpi.versions import VersionNumber
from ocn.party.identity.credentials import Door, Introduction
from ocn.party.identity.roles import PartyRole
from ocn.party.joining.handshake import Handshake
from ocn.party.limits import Limits
from ocn.party.object_edge import ObjectEdge
from ocn.party.receiving.answers import Terms
from ocn.party.receiving.configuration_modules import ConfigurationModules
from ocn.party.receiving.followups import Followups
from ocn.party.receiving.functional_modules import CustomHandler, FunctionalModules, LateResult
from ocn.party.receiving.routes import Interface, Routes
from ocn.party.receiving.server import PartyApp
from ocn.party.sending.channel import Channel
from ocn.party.sending.client import Client
from ocn.party.sending.reach import Reach
from ocn.party.sending.results import AwaitedResults
from ocn.party.sending.transport import Transport
from ocn.party.signatures.notary import Signatures
from ocn.party.signatures.strict import StrictSignatures
from ocn.party.storage.port import PartyStorage
from ocn.party.traffic import Watch

_LATE_RESULTS = {ModuleID.COMMANDS: "late_result", ModuleID.CHARGING_PROFILES: "late_profile_result"}


class Settings:
    """What a party was told; checked here, before anything is opened."""

    def __init__(
        self,
        *,
        roles: tuple[PartyRole, ...],
        reach: Iterable[str],
        handlers: tuple[object, ...],
        modules: Iterable[Interface] | None,
        custom_modules: Mapping[Interface, CustomHandler],
        signatures: Signatures,
        strict: StrictSignatures,
        versions: tuple[VersionNumber, ...],
        edge: ObjectEdge,
        limits: Limits,
        watch: Watch,
    ) -> None:
        """Raise ConfigurationError or ModuleNotImplemented when it cannot work."""
        if not roles or not versions:
            raise ConfigurationError("A party needs at least one role and one version.")
        if VersionNumber.V2_1_1 in versions and (
            len({role.party for role in roles}) > 1 or only_role(role.role for role in roles) is None
        ):
            raise ConfigurationError(
                "In OCPI 2.1.1 a platform is one party, and either a CPO or on the other side.",
                hint="Register each party, and each side, as a platform of its own.",
            )
        self.roles = roles
        self.own = tuple(dict.fromkeys(role.party for role in roles))
        self.reach = Reach(reach)
        self.routes = Routes(
            handlers, chosen=modules, roles=[role.role for role in roles], custom=custom_modules
        )
        self.late_results: dict[str, LateResult] = {
            module: method
            for module, name in _LATE_RESULTS.items()
            for handler in reversed(handlers)
            if (method := getattr(handler, name, None)) is not None
        }
        self.custom_modules = custom_modules
        self.signatures = signatures
        self.strict = strict
        self.versions = versions
        self.edge = edge
        self.limits = limits
        self.watch = watch


@dataclass(frozen=True, slots=True)
class Assembly:
    """The parts of an open party that somebody outside holds on to."""

    base_url: str
    door: Door
    handshake: Handshake
    client: Client
    followups: Followups
    transport: Transport
    app: PartyApp
    interfaces: frozenset[Interface]


def assemble(settings: Settings, storage: PartyStorage, transport: Transport, *, base_url: str) -> Assembly:
    """Wire everything up; nothing is opened or sent."""
    limits, signatures, strict = settings.limits, settings.signatures, settings.strict
    channel = Channel(
        transport,
        settings.reach,
        signatures=signatures,
        strict=strict,
        limits=limits,
        watch=settings.watch,
    )
    door = Door(storage)
    introduction = Introduction(f"{base_url}/ocpi/versions", settings.roles)
    handshake = Handshake(channel, door, introduction, versions=settings.versions, strict=strict)
    client = Client(
        channel,
        door,
        AwaitedResults(limits),
        own=settings.own,
        base_url=base_url,
        limits=limits,
        edge=settings.edge,
    )
    followups = Followups(limits)
    functional = FunctionalModules(
        base_url,
        client,
        settings.routes,
        Terms(limits.page_size, settings.reach),
        own=settings.own,
        signatures=signatures,
        strict=strict,
        followups=followups,
        custom=settings.custom_modules,
        late_results=settings.late_results,
        edge=settings.edge,
    )
    configuration = ConfigurationModules(
        base_url,
        door,
        handshake,
        introduction,
        versions=settings.versions,
        interfaces=settings.routes.interfaces,
    )
    app = PartyApp(
        configuration,
        functional,
        door=door,
        signatures=signatures,
        strict=strict,
        followups=followups,
        limits=limits,
        watch=settings.watch,
    )
    return Assembly(base_url, door, handshake, client, followups, transport, app, settings.routes.interfaces)
