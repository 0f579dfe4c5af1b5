"""What the Registry should be, in a few lines of Python: the measure for the state machine."""

from dataclasses import dataclass, field

Key = tuple[bytes, bytes]


class Refused(Exception):
    """The text with which the contract refuses."""


@dataclass
class Party:
    key: Key
    roles: tuple[int, ...]
    operator: str
    sender: tuple[int, ...] = ()
    receiver: tuple[int, ...] = ()


@dataclass
class RegistryModel:
    """Who is where; deletion removes, and the two lists remember who was ever there."""

    domains: dict[str, str] = field(default_factory=dict)
    parties: dict[str, Party] = field(default_factory=dict)
    ever_operators: list[str] = field(default_factory=list)
    ever_parties: list[str] = field(default_factory=list)

    def set_node(self, operator: str, domain: str) -> None:
        if not domain:
            raise Refused("Cannot set empty domain name. Use deleteNode method instead.")
        if domain in self.domains.values():
            raise Refused("Domain name already registered.")
        self.domains[operator] = domain
        if operator not in self.ever_operators:
            self.ever_operators.append(operator)

    def delete_node(self, operator: str) -> None:
        if self.domains.pop(operator, None) is None:
            raise Refused("Cannot delete node that does not exist.")

    def set_party(self, party: str, key: Key, roles: tuple[int, ...], operator: str) -> None:
        if not roles:
            raise Refused("No roles provided.")
        if self.holder(key) not in {None, party}:
            raise Refused("Party with country_code/party_id already registered under different address.")
        if operator not in self.domains:
            raise Refused("Provided operator not registered.")
        self.parties[party] = Party(key, roles, operator)
        if party not in self.ever_parties:
            self.ever_parties.append(party)

    def set_modules(self, party: str, sender: tuple[int, ...], receiver: tuple[int, ...]) -> None:
        if party not in self.parties:
            raise Refused("Party not registered. Use setParty method first.")
        self.parties[party].sender, self.parties[party].receiver = sender, receiver

    def delete_party(self, party: str | None) -> None:
        if self.parties.pop(party or "", None) is None:
            raise Refused("Cannot delete party that does not exist. No operator found for given party.")

    def holder(self, key: Key) -> str | None:
        return next((address for address, party in self.parties.items() if party.key == key), None)
