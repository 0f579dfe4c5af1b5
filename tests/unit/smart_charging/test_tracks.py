"""What is remembered of a session: what it draws, how often it was paused, whether it wakes."""

import pytest

from ocn.smart_charging.planning.problem import Outlet
from ocn.smart_charging.planning.seen import Seen
from ocn.smart_charging.planning.tracks import Rules, Track

OUTLET = Outlet(0.069, 60, 160, ())
RULES = Rules()
SLOT_H = 0.25


def seen(delivered_kwh: float, *, sleeper: bool = False) -> Seen:
    return Seen("a", 0, 40, 30.0, delivered_kwh, OUTLET, sleeper=sleeper)


def drawing(kw_by_slot: list[float], steps: int = 160, track: Track | None = None) -> Track:
    """A car that is granted the same in every slot and draws what is listed."""
    track = track or Track(0, 0.0)
    delivered = track.delivered_kwh
    for kw in kw_by_slot:
        track = track.granted(steps)
        delivered += kw * SLOT_H
        track = track.seen_again(seen(delivered), track.slot + 1, SLOT_H, RULES)
    return track


def test_track_car_that_draws_what_it_gets_keeps_the_whole_outlet() -> None:
    assert drawing([11.0, 11.0, 10.9]).outlet(seen(8.0), RULES) == OUTLET


def test_track_car_that_draws_less_once_keeps_the_whole_outlet() -> None:
    assert drawing([11.0, 5.0]).outlet(seen(4.0), RULES) == OUTLET


def test_track_car_that_draws_less_again_gives_the_rest_back_but_for_a_probe() -> None:
    outlet = drawing([6.9, 6.9]).outlet(seen(3.0), RULES)

    assert 100 < outlet.most <= 111


def test_track_car_that_takes_the_probe_is_offered_more_again() -> None:
    track = drawing([6.9, 6.9])
    offered = []
    for _ in range(12):
        most = track.outlet(seen(track.delivered_kwh), RULES).most
        offered.append(most)
        track = drawing([most * OUTLET.step_kw], most, track)

    assert offered == sorted(offered)
    assert offered[-1] == OUTLET.most


def test_track_last_bit_is_not_taken_for_a_weak_car() -> None:
    track = Track(0, 29.0, steps=160).seen_again(seen(29.9), 1, SLOT_H, RULES)
    full = track.granted(160).seen_again(seen(30.0), 2, SLOT_H, RULES)

    assert full.draws_kw is None


def test_track_after_a_gap_nothing_is_concluded() -> None:
    track = Track(0, 0.0, steps=160).seen_again(seen(0.1), 5, SLOT_H, RULES)

    assert (track.less_in_a_row, track.draws_kw) == (0, None)


def test_track_car_that_does_not_wake_after_a_pause_is_a_sleeper() -> None:
    paused = Track(0, 1.0).granted(60).granted(0)

    track = drawing([0.0, 0.0], 60, paused)

    assert track.sleeper
    assert not drawing([0.0, 0.0], 60).sleeper  # it never had to wake


@pytest.mark.parametrize(
    ("track", "known", "held"),
    [
        (Track(5, 1.0, slots_on=1), False, True),
        (Track(5, 1.0, slots_on=2), False, False),
        (Track(5, 1.0, slots_on=9, pauses=4), False, True),
        (Track(5, 1.0, slots_on=9, sleeper=True), False, True),
        (Track(5, 1.0, slots_on=9), True, True),
        (Track(5, 1.0, slots_on=0, pauses=4), True, False),
    ],
)
def test_track_held_once_begun_while_it_may_not_be_paused(track: Track, known: bool, held: bool) -> None:
    assert track.held(seen(1.0, sleeper=known), RULES) is held


def test_track_pauses_are_counted_when_power_ends() -> None:
    track = Track(0, 0.0)
    for steps in (60, 0, 0, 60, 60, 0):
        track = track.granted(steps)

    assert track.pauses == 2
