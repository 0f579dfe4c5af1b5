"""Who may send to this party: OcnRules, kept and applied by its node."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal, TypedDict, cast

from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.party_id import PartyId

if TYPE_CHECKING:
    from ocn.party.sending.client import Client

OCN_RULES = "ocnrules"
"""The module's identifier; it is of the Open Charging Network, not of OCPI."""

ListName = Literal["whitelist", "blacklist"]


class RulesEntry(TypedDict):
    """A party on a list, for the modules named; no module stands for every module."""

    country_code: str
    party_id: str
    modules: list[str]


class RulesList(TypedDict):
    """A list, and whether it is in force; one at most is."""

    active: bool
    list: list[RulesEntry]


class Rules(TypedDict):
    """What is in force for this platform."""

    signatures: bool
    whitelist: RulesList
    blacklist: RulesList


def rules_entry(party: PartyId | str, modules: Iterable[str] = ()) -> RulesEntry:
    """Write an entry: ``rules_entry("DE MSP", ["cdrs"])``, or every module of that party."""
    listed = PartyId.parse(party) if isinstance(party, str) else party
    return {"country_code": listed.country_code, "party_id": listed.party_id, "modules": list(modules)}


class RulesCalls:
    """Reads and changes the rules of this platform. Had as :attr:`ocn.party.sending.client.Client.rules`.

    Every call raises what :meth:`ocn.party.sending.client.Client.request` raises: ``RequestFailed`` with 2000
    when the other list is in force, and then nothing has changed.
    """

    def __init__(self, client: "Client") -> None:
        self._client = client

    async def read(self) -> Rules:
        """Return the rules in force."""
        return cast("Rules", await self._send("GET"))

    async def put(self, name: ListName, entries: Iterable[RulesEntry]) -> None:
        """Replace a whole list; without entries it is switched off, and everybody may send."""
        await self._send("PUT", name, body=list(entries))

    async def add(self, name: ListName, party: PartyId | str, modules: Iterable[str] = ()) -> None:
        """Put a party on a list, which is switched on by that."""
        await self._send("POST", name, body=rules_entry(party, modules))

    async def remove(self, name: ListName, party: PartyId | str) -> None:
        """Take a party off a list. A whitelist without entries lets nobody in."""
        entry = rules_entry(party)
        await self._send("DELETE", name, entry["country_code"], entry["party_id"])

    async def block_all(self) -> None:
        """Let nobody in; ``put("whitelist", [])`` ends it."""
        await self._send("PUT", "block-all")

    async def demand_signatures(self, demanded: bool) -> None:  # the value set
        """Refuse what comes unsigned, or take it again if the node does. Not for two callers at once."""
        if (await self.read())["signatures"] is not demanded:
            await self._send("PUT", "signatures")

    async def _send(self, method: str, *path: str, body: object = None) -> Any:
        reply = await self._client.request(
            method, OCN_RULES, InterfaceRole.RECEIVER, path, routing=None, body=body
        )
        return reply.data
