# pragma version 0.4.3
# pragma evm-version london
"""
@title Services, and who agreed to them
@license Apache-2.0
@notice Who may act is decided at the doors (Permissions.vy), also whether a party is listed; here stands what
        an act changes. Held at all times:
        - a service exists if and only if it has permissions;
        - the list of a user's agreements holds each current agreement once and nothing else;
        - the list of providers grows only: a provider enters once, at its first service.
"""

struct Service:
    name: String[256]
    url: String[256]
    permissions: DynArray[uint256, 64]


event ServiceUpdate:
    name: String[256]
    url: String[256]
    permissions: DynArray[uint256, 64]
    provider: address


# ServiceUpdate alone leaves open whether a service lost its name and url or its existence.
event ServiceDeleted:
    provider: indexed(address)


event ServiceAgreement:
    user: address
    provider: address


# ServiceAgreement alone leaves open whether an agreement was made or revoked.
event AgreementCreated:
    user: indexed(address)
    provider: indexed(address)


event AgreementRevoked:
    user: indexed(address)
    provider: indexed(address)


service_of: HashMap[address, Service]
was_provider: HashMap[address, bool]
providers: public(DynArray[address, 2**20])

agreed_by: HashMap[address, DynArray[address, 2**20]]
# user -> provider -> place in the user's list, counted from one; zero where there is no agreement
place_of: HashMap[address, HashMap[address, uint256]]


@internal
@view
def _exists(provider: address) -> bool:
    return len(self.service_of[provider].permissions) > 0


@internal
@view
def _agreed(user: address, provider: address) -> bool:
    return self.place_of[user][provider] != 0


@internal
def _set_service(provider: address, service: Service):
    assert len(service.permissions) > 0, "No permissions given."
    self.service_of[provider] = service
    if not self.was_provider[provider]:
        self.was_provider[provider] = True
        self.providers.append(provider)
    log ServiceUpdate(
        name=service.name, url=service.url, permissions=service.permissions, provider=provider
    )


@internal
def _delete_service(provider: address):
    """
    @dev The event carries the permissions that end, as it always has.
    """
    assert self._exists(provider), "Cannot delete service that does not exist."
    permissions: DynArray[uint256, 64] = self.service_of[provider].permissions
    self.service_of[provider] = empty(Service)
    log ServiceUpdate(name="", url="", permissions=permissions, provider=provider)
    log ServiceDeleted(provider=provider)


@internal
def _create_agreement(user: address, provider: address):
    assert self._exists(provider), "Provider has no registered Service."
    assert not self._agreed(user, provider), "Agreement already made between user and provider."
    self.agreed_by[user].append(provider)
    self.place_of[user][provider] = len(self.agreed_by[user])
    log ServiceAgreement(user=user, provider=provider)
    log AgreementCreated(user=user, provider=provider)


@internal
def _revoke_agreement(user: address, provider: address):
    """
    @dev Asks for the agreement only, not whether the service still exists. The last of the list moves into
         the gap.
    """
    place: uint256 = self.place_of[user][provider]
    assert place != 0, "No Agreement made between user and provider."
    self.place_of[user][provider] = 0
    last: address = self.agreed_by[user].pop()
    if last != provider:
        self.agreed_by[user][place - 1] = last
        self.place_of[user][last] = place
    log ServiceAgreement(user=user, provider=provider)
    log AgreementRevoked(user=user, provider=provider)
