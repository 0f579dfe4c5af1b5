# pragma version 0.4.3
# pragma evm-version london
"""
@title Nodes, parties, and the rules of listing them
@license Apache-2.0
@notice Who may act is decided at the doors (Registry.vy); here stands what an act changes.
        Held at all times:
        - a domain belongs to at most one operator, and is free as soon as its operator gives it up;
        - (country code, party id) leads to a party if and only if that party is listed under it;
        - the zero address is never an operator or a party, because it is what an unknown key leads to.
        The two lists grow only: an address enters once, at its first listing, and stays after deletion.
"""

from parts import party_record


event OperatorUpdate:
    operator: indexed(address)
    domain: String[256]


event PartyUpdate:
    countryCode: bytes2
    partyId: bytes3
    partyAddress: indexed(address)
    roles: DynArray[uint8, 16]
    modulesSender: DynArray[uint8, 16]
    modulesReceiver: DynArray[uint8, 16]
    operatorAddress: indexed(address)


domain_of: HashMap[address, String[256]]
domain_taken: HashMap[String[256], bool]
was_operator: HashMap[address, bool]
operators: DynArray[address, 2**20]

party_by_key: HashMap[uint256, address]
record_of: HashMap[address, uint256]
operator_of: HashMap[address, address]
was_party: HashMap[address, bool]
parties: DynArray[address, 2**20]


@internal
def _set_node(operator: address, domain: String[256]):
    assert len(domain) > 0, "Cannot set empty domain name. Use deleteNode method instead."
    assert not self.domain_taken[domain], "Domain name already registered."
    self._free_domain(operator)
    self.domain_taken[domain] = True
    self.domain_of[operator] = domain
    if not self.was_operator[operator]:
        self.was_operator[operator] = True
        self.operators.append(operator)
    log OperatorUpdate(operator=operator, domain=domain)


@internal
def _delete_node(operator: address):
    assert len(self.domain_of[operator]) > 0, "Cannot delete node that does not exist."
    self._free_domain(operator)
    self.domain_of[operator] = ""
    log OperatorUpdate(operator=operator, domain="")


@internal
def _free_domain(operator: address):
    domain: String[256] = self.domain_of[operator]
    if len(domain) > 0:
        self.domain_taken[domain] = False


@internal
def _set_party(
    party: address,
    country_code: bytes2,
    party_id: bytes3,
    roles: DynArray[uint8, 16],
    operator: address,
):
    assert country_code != empty(bytes2), "Cannot set empty country_code. Use deleteParty method instead."
    assert party_id != empty(bytes3), "Cannot set empty party_id. Use deleteParty method instead."
    assert len(roles) > 0, "No roles provided."
    assert operator != empty(address), "Cannot set empty operator. Use deleteParty method instead."
    key: uint256 = party_record._key(country_code, party_id)
    holder: address = self.party_by_key[key]
    assert (
        holder == empty(address) or holder == party
    ), "Party with country_code/party_id already registered under different address."
    assert len(self.domain_of[operator]) > 0, "Provided operator not registered."

    if self.operator_of[party] != empty(address):
        self.party_by_key[party_record._key_of(self.record_of[party])] = empty(address)
    self.party_by_key[key] = party
    self.record_of[party] = party_record._pack(key, party_record._pack_list(roles), 0, 0)
    self.operator_of[party] = operator
    if not self.was_party[party]:
        self.was_party[party] = True
        self.parties.append(party)
    log PartyUpdate(
        countryCode=country_code,
        partyId=party_id,
        partyAddress=party,
        roles=roles,
        modulesSender=[],
        modulesReceiver=[],
        operatorAddress=operator,
    )


@internal
def _set_party_modules(
    party: address, modules_sender: DynArray[uint8, 16], modules_receiver: DynArray[uint8, 16]
):
    operator: address = self.operator_of[party]
    assert operator != empty(address), "Party not registered. Use setParty method first."
    record: uint256 = self.record_of[party]
    key: uint256 = party_record._key_of(record)
    self.record_of[party] = party_record._pack(
        key,
        party_record._packed_roles(record),
        party_record._pack_list(modules_sender),
        party_record._pack_list(modules_receiver),
    )
    log PartyUpdate(
        countryCode=party_record._country_code(key),
        partyId=party_record._party_id(key),
        partyAddress=party,
        roles=party_record._roles(record),
        modulesSender=modules_sender,
        modulesReceiver=modules_receiver,
        operatorAddress=operator,
    )


@internal
def _delete_party(party: address):
    assert (
        self.operator_of[party] != empty(address)
    ), "Cannot delete party that does not exist. No operator found for given party."
    key: uint256 = party_record._key_of(self.record_of[party])
    self.operator_of[party] = empty(address)
    self.party_by_key[key] = empty(address)
    self.record_of[party] = 0
    log PartyUpdate(
        countryCode=party_record._country_code(key),
        partyId=party_record._party_id(key),
        partyAddress=party,
        roles=[],
        modulesSender=[],
        modulesReceiver=[],
        operatorAddress=empty(address),
    )
