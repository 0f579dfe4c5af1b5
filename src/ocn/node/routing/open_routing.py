"""Find the receiver of a request that names none (OCPI 2.2.1, Open Routing Request; HUB-40 to HUB-44)."""

from collections.abc import Collection

from ocn.node.ports import Directory, ObjectOwners
from ocn.node.routing.clues import Clue, ContractClue, ObjectClue, PartyClue, clues_in
from ocn.node.routing.sightings import Sightings
from ocn.node.stages import Authenticated
from ocn.ocpi.party_id import PartyId


class OpenRouting:
    """Follows the clues of a request to one party."""

    def __init__(self, *, directory: Directory, owners: ObjectOwners, sightings: Sightings) -> None:
        self._directory = directory
        self._owners = owners
        self._sightings = sightings

    async def receiver(self, authenticated: Authenticated) -> PartyId | None:
        """Return the one party that the first telling clue leads to, or None.

        A clue that leads to several parties leads nowhere: a request is never sent to a guess.

        Raises:
            InvalidParameters: the body that must be read for it cannot be.
        """
        for clue in clues_in(authenticated.received):
            party = await self._follow(clue, authenticated.sender)
            if party is not None:
                return party
        return None

    async def _follow(self, clue: Clue, sender: PartyId) -> PartyId | None:
        match clue:
            case PartyClue(named):
                return named if named != sender else None
            case ObjectClue(module, object_id):
                return self._sightings.other(module, object_id, sender) or _only(
                    await self._owners.owners_of(module, object_id, sender), sender
                )
            case ContractClue(contract_id):
                issuers = await self._owners.issuers_of(contract_id, sender)
                return _only(issuers, sender) if issuers else self._issuer(contract_id, sender)

    def _issuer(self, contract_id: str, sender: PartyId) -> PartyId | None:
        """Read the issuer off an eMAID (ISO 15118: country, provider, instance), if it is listed."""
        compact = contract_id.replace("-", "").replace("*", "")
        try:
            party = PartyId(compact[:2], compact[2:5])
        except ValueError:
            return None
        return party if party != sender and self._directory.party(party) is not None else None


def _only(parties: Collection[PartyId], sender: PartyId) -> PartyId | None:
    others = set(parties) - {sender}
    return others.pop() if len(others) == 1 else None
