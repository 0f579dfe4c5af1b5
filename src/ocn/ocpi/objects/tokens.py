"""Token and real-time authorisation (OCPI 2.2.1 mod_tokens)."""

from typing import NotRequired, TypedDict

from ocn.ocpi.objects.values import DisplayText


class EnergyContract(TypedDict):
    """The driver's contract with a supplier of energy."""

    supplier_name: str
    contract_id: NotRequired[str]


class Token(TypedDict):
    """What a driver identifies with; unique by ``uid`` and ``type``."""

    country_code: str
    party_id: str
    uid: str
    type: str
    contract_id: str
    visual_number: NotRequired[str]
    issuer: str
    group_id: NotRequired[str]
    valid: bool
    whitelist: str
    language: NotRequired[str]
    default_profile_type: NotRequired[str]
    energy_contract: NotRequired[EnergyContract]
    last_updated: str


class LocationReferences(TypedDict):
    """Where the driver wants to charge."""

    location_id: str
    evse_uids: NotRequired[list[str]]


class AuthorizationInfo(TypedDict):
    """Whether, and where, a token may charge."""

    allowed: str
    token: Token
    location: NotRequired[LocationReferences]
    authorization_reference: NotRequired[str]
    info: NotRequired[DisplayText]
