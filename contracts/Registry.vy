# pragma version 0.4.3
# pragma evm-version london
"""
@title Registry of the Open Charging Network
@license Apache-2.0
@notice Which node, run by which operator key, serves an OCPI party, and which key is that party?
        Every change has three doors: the owner of the data sends the transaction; anyone sends it with the
        owner's signature (`...Raw`, the scheme of existing clients); anyone sends it with a typed signature
        that serves once, here, and until a deadline (`...BySig`).
        No call leaves this contract, so nothing can come back into it half way.
"""

from parts import listings
from parts import ownable
from parts import party_record
from parts import personal_signatures
from parts import typed_signatures

initializes: listings
initializes: ownable
initializes: typed_signatures

exports: (
    ownable.owner,
    ownable.isOwner,
    ownable.transferOwnership,
    ownable.renounceOwnership,
    typed_signatures.nonces,
    typed_signatures.DOMAIN_SEPARATOR,
    typed_signatures.eip712Domain,
)


# Never emitted; they stand in the interface that existing clients were generated from.
event DebugPacked:
    packed: Bytes[1024]


event DebugHash:
    hash: bytes32


struct NodeListing:
    operator: address
    domain: String[256]


struct PartyListing:
    partyAddress: address
    countryCode: bytes2
    partyId: bytes3
    roles: DynArray[uint8, 16]
    modulesSender: DynArray[uint8, 16]
    modulesReceiver: DynArray[uint8, 16]
    operatorAddress: address
    operatorDomain: String[256]


PAGE: constant(uint256) = 32

SET_NODE: constant(bytes32) = keccak256(
    "SetNode(address operator,string domain,uint256 nonce,uint256 deadline)"
)
DELETE_NODE: constant(bytes32) = keccak256("DeleteNode(address operator,uint256 nonce,uint256 deadline)")
SET_PARTY: constant(bytes32) = keccak256(
    "SetParty(address party,bytes2 countryCode,bytes3 partyId,uint8[] roles,address operator,uint256 nonce,uint256 deadline)"
)
SET_PARTY_MODULES: constant(bytes32) = keccak256(
    "SetPartyModules(address party,uint8[] modulesSender,uint8[] modulesReceiver,uint256 nonce,uint256 deadline)"
)
DELETE_PARTY: constant(bytes32) = keccak256("DeleteParty(address party,uint256 nonce,uint256 deadline)")


@deploy
def __init__():
    ownable.__init__()
    typed_signatures.__init__("OCN Registry")


# ---------------------------------------------------------------------------------------------- nodes


@external
def setNode(domain: String[256]):
    listings._set_node(msg.sender, domain)


@external
def setNodeRaw(operator: address, domain: String[256], v: uint8, r: bytes32, s: bytes32):
    packed: bytes32 = keccak256(concat(convert(operator, bytes20), convert(domain, Bytes[256])))
    self._operator_signed(operator, personal_signatures._signer(packed, v, r, s))
    listings._set_node(operator, domain)


@external
def setNodeBySig(
    operator: address, domain: String[256], deadline: uint256, v: uint8, r: bytes32, s: bytes32
):
    nonce: uint256 = typed_signatures._use_nonce(operator)
    message: bytes32 = keccak256(
        abi_encode(
            SET_NODE, operator, keccak256(domain), nonce, deadline
        )
    )
    self._operator_signed(operator, typed_signatures._signer(message, deadline, v, r, s))
    listings._set_node(operator, domain)


@external
def deleteNode():
    listings._delete_node(msg.sender)


@external
def deleteNodeRaw(operator: address, v: uint8, r: bytes32, s: bytes32):
    self._operator_signed(operator, personal_signatures._signer_of_address(operator, v, r, s))
    listings._delete_node(operator)


@external
def deleteNodeBySig(operator: address, deadline: uint256, v: uint8, r: bytes32, s: bytes32):
    nonce: uint256 = typed_signatures._use_nonce(operator)
    message: bytes32 = keccak256(
        abi_encode(DELETE_NODE, operator, nonce, deadline)
    )
    self._operator_signed(operator, typed_signatures._signer(message, deadline, v, r, s))
    listings._delete_node(operator)


@external
def adminDeleteOperator(operator: address):
    ownable._only_owner()
    listings._delete_node(operator)


# -------------------------------------------------------------------------------------------- parties


@external
def setParty(countryCode: bytes2, partyId: bytes3, roles: DynArray[uint8, 16], operator: address):
    party_record._check_values(roles)
    listings._set_party(msg.sender, countryCode, partyId, roles, operator)


@external
def setPartyRaw(
    party: address,
    countryCode: bytes2,
    partyId: bytes3,
    roles: DynArray[uint8, 16],
    operator: address,
    v: uint8,
    r: bytes32,
    s: bytes32,
):
    party_record._check_values(roles)
    packed: bytes32 = keccak256(
        concat(
            convert(party, bytes20),
            countryCode,
            partyId,
            self._words(roles),
            convert(operator, bytes20),
        )
    )
    self._party_signed(party, personal_signatures._signer(packed, v, r, s))
    listings._set_party(party, countryCode, partyId, roles, operator)


@external
def setPartyBySig(
    party: address,
    countryCode: bytes2,
    partyId: bytes3,
    roles: DynArray[uint8, 16],
    operator: address,
    deadline: uint256,
    v: uint8,
    r: bytes32,
    s: bytes32,
):
    party_record._check_values(roles)
    nonce: uint256 = typed_signatures._use_nonce(party)
    message: bytes32 = keccak256(
        abi_encode(
            SET_PARTY,
            party,
            countryCode,
            partyId,
            keccak256(self._words(roles)),
            operator,
            nonce,
            deadline,
        )
    )
    self._party_signed(party, typed_signatures._signer(message, deadline, v, r, s))
    listings._set_party(party, countryCode, partyId, roles, operator)


@external
def setPartyModules(sender: DynArray[uint8, 16], receiver: DynArray[uint8, 16]):
    party_record._check_values(sender)
    party_record._check_values(receiver)
    listings._set_party_modules(msg.sender, sender, receiver)


@external
def setPartyModulesRaw(
    party: address,
    sender: DynArray[uint8, 16],
    receiver: DynArray[uint8, 16],
    v: uint8,
    r: bytes32,
    s: bytes32,
):
    party_record._check_values(sender)
    party_record._check_values(receiver)
    packed: bytes32 = keccak256(
        concat(convert(party, bytes20), self._words(sender), self._words(receiver))
    )
    self._party_signed(party, personal_signatures._signer(packed, v, r, s))
    listings._set_party_modules(party, sender, receiver)


@external
def setPartyModulesBySig(
    party: address,
    sender: DynArray[uint8, 16],
    receiver: DynArray[uint8, 16],
    deadline: uint256,
    v: uint8,
    r: bytes32,
    s: bytes32,
):
    party_record._check_values(sender)
    party_record._check_values(receiver)
    nonce: uint256 = typed_signatures._use_nonce(party)
    message: bytes32 = keccak256(
        abi_encode(
            SET_PARTY_MODULES,
            party,
            keccak256(self._words(sender)),
            keccak256(self._words(receiver)),
            nonce,
            deadline,
        )
    )
    self._party_signed(party, typed_signatures._signer(message, deadline, v, r, s))
    listings._set_party_modules(party, sender, receiver)


@external
def deleteParty():
    listings._delete_party(msg.sender)


@external
def deletePartyRaw(party: address, v: uint8, r: bytes32, s: bytes32):
    self._party_signed(party, personal_signatures._signer_of_address(party, v, r, s))
    listings._delete_party(party)


@external
def deletePartyBySig(party: address, deadline: uint256, v: uint8, r: bytes32, s: bytes32):
    nonce: uint256 = typed_signatures._use_nonce(party)
    message: bytes32 = keccak256(
        abi_encode(DELETE_PARTY, party, nonce, deadline)
    )
    self._party_signed(party, typed_signatures._signer(message, deadline, v, r, s))
    listings._delete_party(party)


@external
def adminDeleteParty(countryCode: bytes2, partyId: bytes3):
    ownable._only_owner()
    listings._delete_party(listings.party_by_key[party_record._key(countryCode, partyId)])


# ---------------------------------------------------------------------------------------------- reads


@external
@view
def getNode(operator: address) -> String[256]:
    return listings.domain_of[operator]


@external
@view
def getNodeOperators() -> DynArray[address, 2**20]:
    return listings.operators


@external
@view
def getParties() -> DynArray[address, 2**20]:
    return listings.parties


@external
@view
def getOperatorByAddress(party: address) -> (address, String[256]):
    operator: address = listings.operator_of[party]
    return operator, listings.domain_of[operator]


@external
@view
def getOperatorByOcpi(countryCode: bytes2, partyId: bytes3) -> (address, String[256]):
    party: address = listings.party_by_key[party_record._key(countryCode, partyId)]
    operator: address = listings.operator_of[party]
    return operator, listings.domain_of[operator]


@external
@view
def getPartyDetailsByAddress(party: address) -> (
    bytes2,
    bytes3,
    DynArray[uint8, 16],
    DynArray[uint8, 16],
    DynArray[uint8, 16],
    address,
    String[256],
):
    """
    @return country code, party id, sender modules, receiver modules, roles, operator, operator's domain
    """
    p: PartyListing = self._listing(party)
    return (
        p.countryCode,
        p.partyId,
        p.modulesSender,
        p.modulesReceiver,
        p.roles,
        p.operatorAddress,
        p.operatorDomain,
    )


@external
@view
def getPartyDetailsByOcpi(countryCode: bytes2, partyId: bytes3) -> (
    address,
    DynArray[uint8, 16],
    DynArray[uint8, 16],
    DynArray[uint8, 16],
    address,
    String[256],
):
    """
    @return party, roles, sender modules, receiver modules, operator, operator's domain: other than by
            address, the roles stand before the modules
    """
    p: PartyListing = self._listing(
        listings.party_by_key[party_record._key(countryCode, partyId)]
    )
    return (
        p.partyAddress,
        p.roles,
        p.modulesSender,
        p.modulesReceiver,
        p.operatorAddress,
        p.operatorDomain,
    )


# ---------------------------------------------------------------------------------------------- pages


@external
@view
def getNodesCount() -> uint256:
    return len(listings.operators)


@external
@view
def getNodesPaged(offset: uint256, limit: uint256) -> DynArray[NodeListing, PAGE]:
    """
    @notice Entries from `offset` of the list `getNodeOperators`, at most `limit` and at most 32; a deleted
            node has an empty domain. Nothing comes back once `offset` reaches `getNodesCount`.
    """
    page: DynArray[NodeListing, PAGE] = []
    for i: uint256 in range(self._page_size(len(listings.operators), offset, limit), bound=PAGE):
        operator: address = listings.operators[offset + i]
        page.append(NodeListing(operator=operator, domain=listings.domain_of[operator]))
    return page


@external
@view
def getPartiesCount() -> uint256:
    return len(listings.parties)


@external
@view
def getPartiesPaged(offset: uint256, limit: uint256) -> DynArray[PartyListing, PAGE]:
    """
    @notice As `getNodesPaged`, over the list `getParties`; a deleted party has a zero operator.
    """
    page: DynArray[PartyListing, PAGE] = []
    for i: uint256 in range(self._page_size(len(listings.parties), offset, limit), bound=PAGE):
        page.append(self._listing(listings.parties[offset + i]))
    return page


# --------------------------------------------------------------------------------------------- shared


@internal
@pure
def _operator_signed(operator: address, signer: address):
    assert (
        signer == operator and signer != empty(address)
    ), "Signer and provided operator address different."


@internal
@pure
def _party_signed(party: address, signer: address):
    assert (
        signer == party and signer != empty(address)
    ), "Signer and provided party address different."


@internal
@pure
def _words(values: DynArray[uint8, 16]) -> Bytes[576]:
    """
    @dev Each value in 32 bytes, without a length: how a list enters both kinds of signed message.
    """
    return slice(abi_encode(values), 64, 32 * len(values))


@internal
@pure
def _page_size(total: uint256, offset: uint256, limit: uint256) -> uint256:
    return 0 if offset >= total else min(min(limit, PAGE), total - offset)


@internal
@view
def _listing(party: address) -> PartyListing:
    record: uint256 = listings.record_of[party]
    key: uint256 = party_record._key_of(record)
    operator: address = listings.operator_of[party]
    return PartyListing(
        partyAddress=party,
        countryCode=party_record._country_code(key),
        partyId=party_record._party_id(key),
        roles=party_record._roles(record),
        modulesSender=party_record._modules_sender(record),
        modulesReceiver=party_record._modules_receiver(record),
        operatorAddress=operator,
        operatorDomain=listings.domain_of[operator],
    )
