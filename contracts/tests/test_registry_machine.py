"""Whatever is done in whatever order and through whichever door, the Registry is what the model is."""

from collections.abc import Callable
from typing import Any

from contracts.tests.contract import NOBODY
from contracts.tests.evm import Evm, Reverted
from contracts.tests.network import ADMIN, RELAY, Network
from contracts.tests.people import Person, raw_address, words
from contracts.tests.registry_model import Refused, RegistryModel
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

PEOPLE = [Person(f"person {number}") for number in range(3)]
KEYS = [(b"DE", b"AAA"), (b"DE", b"BBB"), (b"NL", b"AAA")]
DOMAINS = ["", "http://a", "http://b", "http://" + "c" * 60]

people = st.sampled_from(PEOPLE)
keys = st.sampled_from(KEYS)
domains = st.sampled_from(DOMAINS)
lists = st.lists(st.integers(0, 6), max_size=16).map(tuple)
raw = st.booleans()


class RegistryMachine(RuleBasedStateMachine):
    """Every rule does one act on the contract and on the model; both refuse with the same text or neither."""

    def __init__(self) -> None:
        super().__init__()
        self.registry = Network(Evm()).registry
        self.model = RegistryModel()

    @rule(operator=people, domain=domains, raw=raw)
    def set_node(self, operator: Person, domain: str, raw: bool) -> None:
        self._act(lambda: self.model.set_node(operator.address, domain), operator, "setNode", raw, domain)

    @rule(operator=people, raw=raw)
    def delete_node(self, operator: Person, raw: bool) -> None:
        self._act(lambda: self.model.delete_node(operator.address), operator, "deleteNode", raw)

    @rule(operator=people)
    def delete_node_as_owner(self, operator: Person) -> None:
        self._act(
            lambda: self.model.delete_node(operator.address),
            *(ADMIN, "adminDeleteOperator", False, operator.address),
        )

    @rule(party=people, key=keys, roles=lists, operator=people, raw=raw)
    def set_party(
        self, party: Person, key: tuple[bytes, bytes], roles: tuple[int, ...], operator: Person, raw: bool
    ) -> None:
        self._act(
            lambda: self.model.set_party(party.address, key, roles, operator.address),
            *(party, "setParty", raw, *key, roles, operator.address),
        )

    @rule(party=people, sender=lists, receiver=lists, raw=raw)
    def set_modules(
        self, party: Person, sender: tuple[int, ...], receiver: tuple[int, ...], raw: bool
    ) -> None:
        self._act(
            lambda: self.model.set_modules(party.address, sender, receiver),
            *(party, "setPartyModules", raw, sender, receiver),
        )

    @rule(party=people, raw=raw)
    def delete_party(self, party: Person, raw: bool) -> None:
        self._act(lambda: self.model.delete_party(party.address), party, "deleteParty", raw)

    @rule(key=keys)
    def delete_party_as_owner(self, key: tuple[bytes, bytes]) -> None:
        self._act(
            lambda: self.model.delete_party(self.model.holder(key)), ADMIN, "adminDeleteParty", False, *key
        )

    @invariant()
    def pages_are_the_model(self) -> None:
        model = self.model
        assert self.registry.read("getNodesPaged", 0, 32) == tuple(
            (operator, model.domains.get(operator, "")) for operator in model.ever_operators
        )
        assert self.registry.read("getPartiesPaged", 0, 32) == tuple(
            self._details(party) for party in model.ever_parties
        )

    @invariant()
    def keys_lead_to_whom_they_belong_and_nowhere_else(self) -> None:
        for key in KEYS:
            holder = self.model.holder(key)
            listed = holder and self._details(holder)
            expected = (listed[0], *listed[3:]) if listed else (NOBODY, (), (), (), NOBODY, "")
            assert self.registry.read("getPartyDetailsByOcpi", *key) == expected

    def _details(self, address: str) -> tuple[Any, ...]:
        party = self.model.parties.get(address)
        if party is None:
            return address, b"\0\0", b"\0\0\0", (), (), (), NOBODY, ""
        return (
            *(address, *party.key, party.roles, party.sender, party.receiver),
            *(party.operator, self.model.domains.get(party.operator, "")),
        )

    def _act(self, model: Callable[[], None], who: Person, function: str, raw: bool, *arguments: Any) -> None:
        expected = actual = None
        try:
            model()
        except Refused as refusal:
            expected = str(refusal)
        try:
            if raw:
                vrs = who.sign_packed(raw_address(who.address) + b"".join(map(_packed, arguments)))
                self.registry.send(RELAY.address, f"{function}Raw", who.address, *arguments, *vrs)
            else:
                self.registry.send(who.address, function, *arguments)
        except Reverted as reverted:
            actual = reverted.reason
        assert actual == expected


def _packed(argument: Any) -> bytes:
    if isinstance(argument, tuple):
        return words(*argument)
    if isinstance(argument, bytes):
        return argument
    return raw_address(argument) if argument.startswith("0x") else argument.encode()


TestRegistry = RegistryMachine.TestCase
TestRegistry.settings = settings(
    max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
