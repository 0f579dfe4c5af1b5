# pragma version 0.4.3
# pragma evm-version london
"""
@title Permissions of the Open Charging Network
@license Apache-2.0
@notice A service is a party that asks for copies of traffic; a user is a party that agrees to it. Every change
        has three doors, as in the Registry: own transaction, `...Raw`, `...BySig`.
        The only calls that leave this contract are reads of the Registry, which cannot call back.
"""

from parts import agreements
from parts import personal_signatures
from parts import typed_signatures

initializes: agreements
initializes: typed_signatures

exports: (
    agreements.providers,
    typed_signatures.nonces,
    typed_signatures.DOMAIN_SEPARATOR,
    typed_signatures.eip712Domain,
)


# Only the leading words of what the Registry returns: nothing unbounded is read, and a Registry whose texts
# and lists have other bounds than ours serves as well.
interface RegistryReads:
    def getOperatorByAddress(party: address) -> address: view
    def getPartyDetailsByAddress(party: address) -> (bytes2, bytes3): view
    def getPartyDetailsByOcpi(countryCode: bytes2, partyId: bytes3) -> address: view


struct ServiceListing:
    provider: address
    name: String[256]
    url: String[256]
    permissions: DynArray[uint256, 64]


PAGE: constant(uint256) = 32

SET_SERVICE: constant(bytes32) = keccak256(
    "SetService(address provider,string name,string url,uint256[] permissions,uint256 nonce,uint256 deadline)"
)
DELETE_SERVICE: constant(bytes32) = keccak256(
    "DeleteService(address provider,uint256 nonce,uint256 deadline)"
)
CREATE_AGREEMENT: constant(bytes32) = keccak256(
    "CreateAgreement(address user,address provider,uint256 nonce,uint256 deadline)"
)
REVOKE_AGREEMENT: constant(bytes32) = keccak256(
    "RevokeAgreement(address user,address provider,uint256 nonce,uint256 deadline)"
)

registry: public(immutable(RegistryReads))


@deploy
def __init__(registryAddress: address):
    registry = RegistryReads(registryAddress)
    typed_signatures.__init__("OCN Permissions")


# ------------------------------------------------------------------------------------------- services


@external
def setService(name: String[256], url: String[256], permissions: DynArray[uint256, 64]):
    self._set_service(msg.sender, name, url, permissions)


@external
def setServiceRaw(
    name: String[256],
    url: String[256],
    permissions: DynArray[uint256, 64],
    v: uint8,
    r: bytes32,
    s: bytes32,
):
    packed: bytes32 = keccak256(
        concat(
            convert(name, Bytes[256]), convert(url, Bytes[256]), self._words(permissions)
        )
    )
    self._set_service(personal_signatures._signer(packed, v, r, s), name, url, permissions)


@external
def setServiceBySig(
    provider: address,
    name: String[256],
    url: String[256],
    permissions: DynArray[uint256, 64],
    deadline: uint256,
    v: uint8,
    r: bytes32,
    s: bytes32,
):
    nonce: uint256 = typed_signatures._use_nonce(provider)
    message: bytes32 = keccak256(
        abi_encode(
            SET_SERVICE,
            provider,
            keccak256(name),
            keccak256(url),
            keccak256(self._words(permissions)),
            nonce,
            deadline,
        )
    )
    self._provider_signed(provider, typed_signatures._signer(message, deadline, v, r, s))
    self._set_service(provider, name, url, permissions)


@external
def deleteService():
    agreements._delete_service(msg.sender)


@external
def deleteServiceRaw(provider: address, v: uint8, r: bytes32, s: bytes32):
    self._provider_signed(provider, personal_signatures._signer_of_address(provider, v, r, s))
    agreements._delete_service(provider)


@external
def deleteServiceBySig(provider: address, deadline: uint256, v: uint8, r: bytes32, s: bytes32):
    nonce: uint256 = typed_signatures._use_nonce(provider)
    message: bytes32 = keccak256(abi_encode(DELETE_SERVICE, provider, nonce, deadline))
    self._provider_signed(provider, typed_signatures._signer(message, deadline, v, r, s))
    agreements._delete_service(provider)


# ----------------------------------------------------------------------------------------- agreements


@external
def createAgreement(provider: address):
    self._create_agreement(msg.sender, provider)


@external
def createAgreementRaw(provider: address, v: uint8, r: bytes32, s: bytes32):
    self._create_agreement(
        personal_signatures._signer_of_address(provider, v, r, s), provider
    )


@external
def createAgreementBySig(
    user: address, provider: address, deadline: uint256, v: uint8, r: bytes32, s: bytes32
):
    nonce: uint256 = typed_signatures._use_nonce(user)
    message: bytes32 = keccak256(abi_encode(CREATE_AGREEMENT, user, provider, nonce, deadline))
    self._user_signed(user, typed_signatures._signer(message, deadline, v, r, s))
    self._create_agreement(user, provider)


@external
def revokeAgreement(provider: address):
    self._revoke_agreement(msg.sender, provider)


@external
def revokeAgreementRaw(provider: address, v: uint8, r: bytes32, s: bytes32):
    self._revoke_agreement(
        personal_signatures._signer_of_address(provider, v, r, s), provider
    )


@external
def revokeAgreementBySig(
    user: address, provider: address, deadline: uint256, v: uint8, r: bytes32, s: bytes32
):
    """
    @notice Works for as long as there is an agreement, also when the service is gone or the user is no longer
            listed: consent can always be taken back.
    """
    nonce: uint256 = typed_signatures._use_nonce(user)
    message: bytes32 = keccak256(abi_encode(REVOKE_AGREEMENT, user, provider, nonce, deadline))
    self._user_signed(user, typed_signatures._signer(message, deadline, v, r, s))
    agreements._revoke_agreement(user, provider)


# ---------------------------------------------------------------------------------------------- reads


@external
@view
def getService(provider: address) -> (
    bytes2, bytes3, String[256], String[256], DynArray[uint256, 64]
):
    """
    @return country code and party id as the Registry lists them now, name, url, permissions
    """
    country_code: bytes2 = empty(bytes2)
    party_id: bytes3 = empty(bytes3)
    country_code, party_id = staticcall registry.getPartyDetailsByAddress(provider)
    service: agreements.Service = agreements.service_of[provider]
    return country_code, party_id, service.name, service.url, service.permissions


@external
@view
def getProviders() -> DynArray[address, 2**20]:
    return agreements.providers


@external
@view
def getProvidersCount() -> uint256:
    return len(agreements.providers)


@external
@view
def getProvidersPaged(offset: uint256, limit: uint256) -> DynArray[ServiceListing, PAGE]:
    """
    @notice Entries from `offset` of the list `getProviders`, at most `limit` and at most 32; a deleted service
            has no permissions. Nothing comes back once `offset` reaches `getProvidersCount`.
    """
    total: uint256 = len(agreements.providers)
    size: uint256 = 0 if offset >= total else min(min(limit, PAGE), total - offset)
    page: DynArray[ServiceListing, PAGE] = []
    for i: uint256 in range(size, bound=PAGE):
        provider: address = agreements.providers[offset + i]
        service: agreements.Service = agreements.service_of[provider]
        page.append(
            ServiceListing(
                provider=provider,
                name=service.name,
                url=service.url,
                permissions=service.permissions,
            )
        )
    return page


@external
@view
def getUserAgreementsByAddress(user: address) -> DynArray[address, 2**20]:
    return agreements.agreed_by[user]


@external
@view
def getUserAgreementsByOcpi(countryCode: bytes2, partyId: bytes3) -> DynArray[address, 2**20]:
    return agreements.agreed_by[staticcall registry.getPartyDetailsByOcpi(countryCode, partyId)]


@external
@view
def hasUserAgreementByAddress(user: address, provider: address) -> bool:
    return agreements._agreed(user, provider)


@external
@view
def hasUserAgreementByOcpi(countryCode: bytes2, partyId: bytes3, provider: address) -> bool:
    return agreements._agreed(
        staticcall registry.getPartyDetailsByOcpi(countryCode, partyId), provider
    )


# --------------------------------------------------------------------------------------------- shared


@internal
def _set_service(
    provider: address, name: String[256], url: String[256], permissions: DynArray[uint256, 64]
):
    assert self._listed(
        provider
    ), "Trying to register a service without party listing in Registry."
    agreements._set_service(
        provider, agreements.Service(name=name, url=url, permissions=permissions)
    )


@internal
def _create_agreement(user: address, provider: address):
    assert self._listed(user), "Service user has no party listing in Registry."
    agreements._create_agreement(user, provider)


@internal
def _revoke_agreement(user: address, provider: address):
    assert self._listed(user), "Service user has no party listing in Registry."
    assert agreements._exists(provider), "Provider has no registered Service."
    agreements._revoke_agreement(user, provider)


@internal
@view
def _listed(party: address) -> bool:
    """
    @dev The zero address is nobody, whatever a Registry says of it.
    """
    return (
        party != empty(address)
        and staticcall registry.getOperatorByAddress(party) != empty(address)
    )


@internal
@pure
def _provider_signed(provider: address, signer: address):
    assert (
        signer == provider and signer != empty(address)
    ), "Signer and provided provider address different."


@internal
@pure
def _user_signed(user: address, signer: address):
    assert signer == user, "Signer and provided user address different."


@internal
@pure
def _words(values: DynArray[uint256, 64]) -> Bytes[2112]:
    """
    @dev Each value in 32 bytes, without a length: how a list enters both kinds of signed message.
    """
    return slice(abi_encode(values), 64, 32 * len(values))
