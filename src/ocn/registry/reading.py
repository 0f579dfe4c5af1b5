"""Ask both contracts directly: for the command line and the audit."""

import random
from collections.abc import Sequence
from typing import Any, Final

from ocn.chain.artifacts import load
from ocn.chain.client import ChainClient
from ocn.chain.contract import Contract, Function
from ocn.chain.errors import ChainError, ChainReverted
from ocn.chain.values import ZERO_ADDRESS
from ocn.ocpi.party_id import PartyId
from ocn.registry.listings import (
    Modules,
    NodeListing,
    PartyListing,
    Service,
    modules_of,
    party_id_of,
    roles_of,
)
from ocn.signing.addresses import address_bytes, checksummed

REGISTRY: Final = Contract(load("Registry").abi)
PERMISSIONS: Final = Contract(load("Permissions").abi)


class RegistryReader:
    """What the contracts say at the newest block. Uses only calls that the original contracts have too.

    Every method may raise the errors of :class:`ocn.chain.client.ChainClient`. The zero address, to which the
    original contract leads for unknown keys, is never anybody.
    """

    def __init__(self, chain: ChainClient, registry: str, permissions: str) -> None:
        self._chain = chain
        self._registry = registry
        self._permissions = permissions

    async def node(self, operator: str) -> NodeListing | None:
        """Return the node of an operator."""
        return (await self._nodes([operator]))[0]

    async def nodes(self) -> list[NodeListing]:
        """Return every listed node, in the order of first listing."""
        (operators,) = await self._one(self._registry, REGISTRY["getNodeOperators"])
        return [node for node in await self._nodes(_distinct(operators)) if node is not None]

    async def party(self, party: PartyId) -> PartyListing | None:
        """Return who is listed under these ids, asked for in upper case as every client does."""
        country_code, party_id = party.key[:2].encode("ascii"), party.key[2:].encode("ascii")
        function = REGISTRY["getPartyDetailsByOcpi"]
        address, roles, sender, receiver, operator, url = await self._one(
            self._registry, function, country_code, party_id
        )
        return _party_listing(address, country_code, party_id, roles, sender, receiver, operator, url)

    async def party_by_address(self, address: str) -> PartyListing | None:
        """Return the party with this key."""
        return (await self._parties([address]))[0]

    async def parties(self) -> list[PartyListing]:
        """Return every listed party, in the order of first listing.

        Reads one word of storage a party in one call: endpoints refuse that beyond some 20,000 parties.
        """
        (addresses,) = await self._one(self._registry, REGISTRY["getParties"])
        return [party for party in await self._parties(_distinct(addresses)) if party is not None]

    async def some_parties(self, count: int) -> list[str]:
        """Return addresses from random places of the list of parties, some of which may be unlisted by now.

        Asks for pages where the contract has them, for the whole list where it is an original one.
        """
        try:
            (total,) = await self._one(self._registry, REGISTRY["getPartiesCount"])
        except ChainError:
            (addresses,) = await self._one(self._registry, REGISTRY["getParties"])
            return [_checksummed(address) for address in random.sample(addresses, min(count, len(addresses)))]
        places = random.sample(range(total), min(count, total))
        function = REGISTRY["getPartiesPaged"]
        pages = await self._many(self._registry, function, [(place, 1) for place in places])
        return [_checksummed(page[0][0]) for (page,) in pages if page]

    async def service(self, provider: str) -> Service | None:
        """Return the service of a provider."""
        return (await self._services([provider]))[0]

    async def services(self) -> list[Service]:
        """Return every service once, in the order of first listing."""
        (providers,) = await self._one(self._permissions, PERMISSIONS["getProviders"])
        return [service for service in await self._services(_distinct(providers)) if service is not None]

    async def agreements_of(self, user: str) -> list[Service]:
        """Return the existing services a user has agreed to and not revoked."""
        (history,) = await self._one(
            self._permissions, PERMISSIONS["getUserAgreementsByAddress"], user.lower()
        )
        providers = _distinct(history)
        has = PERMISSIONS["hasUserAgreementByAddress"]
        answers = await self._many(
            self._permissions, has, [(user.lower(), provider) for provider in providers]
        )
        agreed = [provider for provider, (yes,) in zip(providers, answers, strict=True) if yes]
        return [service for service in await self._services(agreed) if service is not None]

    async def has_agreement(self, user: str, provider: str) -> bool:
        """Return whether a user has agreed to a provider and not revoked."""
        function = PERMISSIONS["hasUserAgreementByAddress"]
        (agreed,) = await self._one(self._permissions, function, user.lower(), provider.lower())
        return bool(agreed)

    async def _nodes(self, operators: Sequence[str]) -> list[NodeListing | None]:
        answers = await self._many(self._registry, REGISTRY["getNode"], [(o.lower(),) for o in operators])
        return [
            NodeListing(_checksummed(operator), url) if url and operator.lower() != ZERO_ADDRESS else None
            for operator, (url,) in zip(operators, answers, strict=True)
        ]

    async def _parties(self, addresses: Sequence[str]) -> list[PartyListing | None]:
        function = REGISTRY["getPartyDetailsByAddress"]
        answers = await self._many(self._registry, function, [(a.lower(),) for a in addresses])
        return [
            _party_listing(address, cc, party_id, roles, sender, receiver, operator, url)
            for address, (cc, party_id, sender, receiver, roles, operator, url) in zip(
                addresses, answers, strict=True
            )
        ]

    async def _services(self, providers: Sequence[str]) -> list[Service | None]:
        function = PERMISSIONS["getService"]
        answers = await self._many(self._permissions, function, [(p.lower(),) for p in providers])
        return [
            Service(_checksummed(provider), party_id_of(cc, party_id), name, url, tuple(permissions))
            if permissions and provider.lower() != ZERO_ADDRESS
            else None
            for provider, (cc, party_id, name, url, permissions) in zip(providers, answers, strict=True)
        ]

    async def _one(self, to: str, function: Function, *arguments: object) -> tuple[Any, ...]:
        return function.decode(await self._chain.call_contract(to, function.encode(*arguments)))

    async def _many(
        self, to: str, function: Function, arguments: Sequence[tuple[object, ...]]
    ) -> list[tuple[Any, ...]]:
        answers = await self._chain.call_many([(to, function.encode(*items)) for items in arguments])
        results: list[tuple[Any, ...]] = []
        for answer in answers:
            if isinstance(answer, ChainReverted):
                raise answer
            results.append(function.decode(answer))
        return results


def _party_listing(
    address: str,
    country_code: bytes,
    party_id: bytes,
    roles: tuple[int, ...],
    sender: tuple[int, ...],
    receiver: tuple[int, ...],
    operator: str,
    url: str,
) -> PartyListing | None:
    party = party_id_of(country_code, party_id)
    if party is None or ZERO_ADDRESS in (address.lower(), operator.lower()):
        return None
    return PartyListing(
        party=party,
        address=_checksummed(address),
        roles=roles_of(roles),
        modules=Modules(modules_of(sender), modules_of(receiver)),
        operator=_checksummed(operator),
        node_url=url or None,
    )


def _checksummed(address: str) -> str:
    return checksummed(address_bytes(address))


def _distinct(addresses: Sequence[str]) -> list[str]:
    """Without repetitions: the original Permissions lists a provider again after every deletion."""
    return list(dict.fromkeys(addresses))
