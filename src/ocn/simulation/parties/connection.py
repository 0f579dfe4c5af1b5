"""How a simulated party joins the network: what :class:`ocn.party.Party` needs besides roles and handlers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from ocn.conversion import Choice, Policy
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.ocpi.versions import PREFERRED_VERSIONS, VersionNumber
from ocn.party.identity.roles import PartyRole
from ocn.party.limits import Limits
from ocn.party.object_edge import Known, nothing_known
from ocn.party.party import Listing, Party
from ocn.party.receiving.functional_modules import CustomHandler
from ocn.party.receiving.routes import Interface
from ocn.party.signatures.notary import Signatories
from ocn.party.storage.port import MemoryStorage, PartyStorage
from ocn.party.traffic import Watch, unwatched
from ocn.signing.keys import PrivateKey
from ocn.simulation.parties.hearing import OWN

_NONE: Mapping[Interface, CustomHandler] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Connection:
    """Everything that is not about what the party does. Without a key nothing is signed."""

    node_url: str
    versions_url: str | None = None
    token_a: str | None = field(default=None, repr=False)
    storage: PartyStorage = field(default_factory=MemoryStorage)
    key: PrivateKey | None = field(default=None, repr=False)
    signatures_required: bool = True
    listing: Listing | None = None
    signatories: Signatories | None = None
    host: str = "127.0.0.1"
    port: int = 0
    public_url: str | None = None
    watch: Watch = unwatched
    version: VersionNumber | None = None
    """What it speaks; the party kit's choice if not said. Its objects are those of 2.2.1 in any case."""

    def party(
        self,
        party: PartyId,
        role: Role,
        name: str,
        handlers: Sequence[object],
        modules: frozenset[Interface],
        storage: PartyStorage,
        known: Known = nothing_known,
        custom_modules: Mapping[Interface, CustomHandler] = _NONE,
        limits: Limits | None = None,
    ) -> Party:
        """Make the party; it joins when it is entered. In 2.1.1 there are no signatures to demand."""
        signs = self.key is not None and (self.version is None or self.version.has_routing)
        return Party(
            roles=[PartyRole.of(str(party), role, name)],
            node_url=self.node_url,
            versions_url=self.versions_url,
            token_a=self.token_a,
            handlers=handlers,
            storage=storage,
            modules=modules,
            key=self.key,
            require_signatures=self.signatures_required and signs,
            signatories=self.signatories,
            listing=self.listing,
            host=self.host,
            port=self.port,
            public_url=self.public_url,
            watch=self.watch,
            versions=PREFERRED_VERSIONS if self.version is None else (self.version,),
            objects=None if self.version is None else OWN,
            known=known,
            conversion=Policy(Choice.PASS),
            custom_modules=custom_modules,
            limits=limits,
        )
