"""What stays in order, and when what failed is tried again."""

from datetime import timedelta

import pytest

from ocn.node.copies.lanes import lane_of
from ocn.node.copies.schedule import Schedule
from ocn.node.stages import Address
from ocn.ocpi.modules import Carries, InterfaceRole, ModuleID
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.versions import VersionNumber

BILLING, CPO = PartyId("DE", "BIL"), PartyId("DE", "CPO")


def lane(
    module: str,
    path: str,
    body: bytes = b"",
    role: InterfaceRole = InterfaceRole.RECEIVER,
    service: PartyId = BILLING,
    user: PartyId = CPO,
) -> str:
    address = Address(module, role, VersionNumber.V2_2_1, path, "", Carries.NOTHING, None)
    return lane_of(service, user, address, body)


def test_an_evse_is_in_the_lane_of_its_location() -> None:
    assert lane(ModuleID.LOCATIONS, "/DE/CPO/LOC1/E1/C1") == lane(ModuleID.LOCATIONS, "/de/cpo/loc1")


@pytest.mark.parametrize(
    "other",
    [
        lane(ModuleID.LOCATIONS, "/DE/CPO/LOC2"),
        lane(ModuleID.TARIFFS, "/DE/CPO/LOC1"),
        lane(ModuleID.LOCATIONS, "/DE/CPO/LOC1", service=PartyId("DE", "ANA")),
        lane(ModuleID.LOCATIONS, "/DE/CPO/LOC1", user=PartyId("DE", "CPX")),
    ],
)
def test_another_object_service_or_sender_is_another_lane(other: str) -> None:
    assert lane(ModuleID.LOCATIONS, "/DE/CPO/LOC1") != other


def test_cdrs_are_told_apart_by_the_id_in_their_body() -> None:
    one, two = lane(ModuleID.CDRS, "", b'{"id":"1"}'), lane(ModuleID.CDRS, "", b'{"id":"2"}')
    assert one != two
    assert one == lane(ModuleID.CDRS, "", b'{"kwh": 1.0, "id": "1"}')


@pytest.mark.parametrize("body", [b"", b"[" * 100_000, b'{"id":1}', b"\xff\xfe"])
def test_bodies_without_an_id_share_a_lane(body: bytes) -> None:
    assert lane(ModuleID.CDRS, "", body) == lane(ModuleID.CDRS, "", b"no JSON")


def test_commands_of_a_sender_are_one_lane() -> None:
    assert lane(ModuleID.COMMANDS, "/START_SESSION") == lane(ModuleID.COMMANDS, "/STOP_SESSION")


def test_delays_double_up_to_the_longest_and_are_never_all_the_same() -> None:
    schedule = Schedule(first=timedelta(seconds=1), longest=timedelta(seconds=60))
    for failures, whole_s in ((1, 1), (2, 2), (3, 4), (7, 60), (10_000, 60)):
        delays = {schedule.delay(failures).total_seconds() for _ in range(50)}
        assert whole_s / 2 <= min(delays) < max(delays) <= whole_s
