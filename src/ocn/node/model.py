"""What a node knows: platforms, the parties they carry, invitations to join, and the links it handed out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ocn.conversion import LENIENT, Policy, Strictness
from ocn.node.ocn_rules import NO_RULES, OcnRules
from ocn.ocpi.authorization import encode_authorization
from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import ConnectionStatus, Role
from ocn.ocpi.versions import VersionNumber


class SignatureDemand(StrEnum):
    """What party signature is demanded of a message."""

    NONE = "none"
    COMPATIBLE = "compatible"
    """The notary's, in ``OCN-Signature`` or ``ocn_signature``."""
    STRICT = "strict"
    """In ``OCN-Strict-Signature``."""
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class PlatformRole:
    """One party of a platform in one market role; ``business_details`` is the JSON text it registered."""

    party: PartyId
    role: Role
    business_details: bytes = b"{}"


@dataclass(frozen=True, slots=True)
class Platform:
    """One connected back end: a pair of tokens, one or more parties, and where its modules are.

    ``their_token`` (TOKEN_B) is what this node sends and is never shown; of ``our_token`` (TOKEN_C), which
    it only compares, there is nothing but the SHA-256.
    """

    id: str
    version: VersionNumber
    versions_url: str
    their_token: str = field(repr=False)
    our_token_hash: bytes = field(repr=False)
    roles: tuple[PlatformRole, ...]
    endpoints: Mapping[tuple[str, InterfaceRole], str]
    sends_base64: bool
    requires_signatures: bool = False
    status: ConnectionStatus = ConnectionStatus.CONNECTED
    conversion: Policy | None = None
    """What may change when messages are converted for it; None: as the node's settings say."""
    strictness: Strictness = LENIENT
    """What it rejects that others let pass; what is converted for it does without."""
    registered_at: datetime | None = None
    updated_at: datetime | None = None
    rules: OcnRules = NO_RULES
    """Who may send to it; changed by ``PlatformStore.change_rules`` and by nothing else."""
    signature_demand: SignatureDemand = SignatureDemand.NONE
    """Of requests to it and answers to it; beside ``requires_signatures``, the switch of OcnRules."""
    signs_strictly: bool = False
    """It has declared that all its requests are strictly signed: one that is not is none of its own."""
    proved: Mapping[PartyId, datetime] = field(default_factory=dict)
    """When its parties proved, with their credentials, that they hold the keys listed for them."""
    parties: frozenset[PartyId] = field(init=False, compare=False)
    """The parties it speaks for."""
    authorization: str = field(init=False, repr=False, compare=False)
    """What this node sends as ``Authorization``."""

    def __post_init__(self) -> None:
        """Work out once what every message asks."""
        object.__setattr__(self, "parties", frozenset(role.party for role in self.roles))
        header = encode_authorization(self.their_token, base64_encoded=self.sends_base64)
        object.__setattr__(self, "authorization", header)


@dataclass(frozen=True, slots=True)
class Invitation:
    """A TOKEN_A: who may register with it, once, and until when. Only its SHA-256 is kept.

    ``roles`` has what the operator said of a party whose credentials object will not say it (2.1.1).
    """

    id: str
    token_hash: bytes = field(repr=False)
    parties: frozenset[PartyId]
    created_at: datetime
    expires_at: datetime
    roles: Mapping[PartyId, Role] = field(default_factory=dict)


class LinkKind(StrEnum):
    """What an address that this node handed out stands for."""

    PAGE = "page"
    LOCATION = "location"
    CALLBACK = "callback"


@dataclass(frozen=True, slots=True)
class Link:
    """An address of this node that stands for one of somebody else's.

    ``holder`` may use it, ``owner`` is the party that ``target`` belongs to. Of an owner connected here,
    ``owner_platform`` is its platform and ``target`` a whole address; else ``target`` is a path behind
    the owner's node. So a token is never sent to where a party, or who had its ids before, used to be.
    """

    id: str
    kind: LinkKind
    module: str
    holder: PartyId
    owner: PartyId
    target: str
    expires_at: datetime
    owner_platform: str | None = None
