"""What is remembered of agreements stays small, whatever modules parties invent."""

from collections.abc import Callable, Sequence

from ocn.node.copies.agreements import Agreements
from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.party_id import PartyId
from ocn.registry.directory import Changes
from ocn.registry.listings import PartyListing, Service


class CountingDirectory:
    """Lists nobody, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def party(self, party: PartyId) -> PartyListing | None:
        self.asked += 1
        return None

    def agreements_of(self, user: str) -> Sequence[Service]:
        raise AssertionError(user)

    def on_change(self, callback: Callable[[Changes], None]) -> Callable[[], None]:
        return lambda: None


def test_services_for_known_module_are_looked_up_once() -> None:
    directory = CountingDirectory()
    agreements = Agreements(directory)
    for _ in range(3):
        assert agreements.services_for(PartyId("DE", "CPO"), "cdrs", InterfaceRole.RECEIVER) == ()
    assert directory.asked == 1


def test_services_for_invented_module_are_none_and_nothing_is_remembered() -> None:
    directory = CountingDirectory()
    agreements = Agreements(directory)
    for number in range(100):
        module = f"invented-{number}"
        assert agreements.services_for(PartyId("DE", "CPO"), module, InterfaceRole.RECEIVER) == ()
    assert directory.asked == 0
