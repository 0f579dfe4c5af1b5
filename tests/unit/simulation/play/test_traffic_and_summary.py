"""What the play says of itself follows from what was seen, and fails when something failed."""

from dataclasses import replace

from ocn.ocpi.party_id import PartyId
from ocn.party.traffic import Direction, Exchange
from ocn.simulation.play.play import SCENES, StepResult
from ocn.simulation.play.summary import Summary
from ocn.simulation.play.traffic import Message, Traffic, summed_up

MSP, NEAR, FAR = PartyId("DE", "MSP"), PartyId("DE", "CPO"), PartyId("NL", "CPX")


def exchange(
    sender: PartyId | None, receiver: PartyId | None, url: str, *, served: bool = False, ms: float = 5
) -> Exchange:
    direction = Direction.SERVED if served else Direction.SENT
    return Exchange(direction, "GET", url, None, sender, receiver, "r", "c", 200, 1000, ms / 1000)


def settled(told: list[Message] | None = None) -> Traffic:
    traffic = Traffic(told.append if told is not None else None)
    for party, node in ((MSP, "http://one"), (NEAR, "http://one"), (FAR, "http://two")):
        traffic.settle(party, node)
    return traffic


def test_hops_are_the_nodes_that_the_registry_names() -> None:
    traffic = settled()
    assert (traffic.hops(MSP, NEAR), traffic.hops(MSP, FAR), traffic.hops(FAR, MSP)) == (1, 2, 2)
    assert traffic.hops(MSP, PartyId("FR", "XXX")) == 0


def test_message_names_module_and_path_and_shortens_long_ids() -> None:
    told: list[Message] = []
    traffic = settled(told)
    traffic.watch(exchange(MSP, FAR, f"http://one/ocpi/sender/2.2.1/cdrs/page/{'x' * 30}?limit=2"))
    assert [(m.module, m.what, m.hops) for m in told] == [("cdrs", "page/xxxxxxxx…", 2)]
    assert traffic.sent == told


def test_message_without_two_parties_or_served_is_not_shown() -> None:
    told: list[Message] = []
    traffic = settled(told)
    traffic.watch(exchange(None, None, "http://one/ocpi/versions"))
    traffic.watch(exchange(MSP, NEAR, "http://x/ocpi/2.2.1/receiver/sessions/DE/CPO/1", served=True))
    assert told == []
    assert traffic.served_count("GET", "sessions") == 1
    assert traffic.served_count("PUT", "sessions") == 0


def test_what_nodes_converted_is_added_up_by_the_way_it_went() -> None:
    assert summed_up(()) == []
    assert summed_up(
        ("2.3.0->2.1.1; dropped=2; meaning_changed=1", "2.1.1->2.3.0", "2.3.0->2.1.1; dropped=3")
    ) == [
        "2.3.0->2.1.1: 2 messages, 5 dropped, 1 meaning changed",
        "2.1.1->2.3.0: 1 message",
    ]


def test_a_message_tells_how_the_node_converted_it() -> None:
    traffic = settled()
    traffic.watch(replace(exchange(MSP, NEAR, "http://one/l"), headers={"ocn-conversion": "2.3.0->2.1.1"}))
    traffic.watch(exchange(MSP, NEAR, "http://one/l"))
    assert [message.conversion for message in traffic.sent] == ["2.3.0->2.1.1", ""]


def results(cpo: PartyId, *, ok: bool = True) -> list[StepResult]:
    return [StepResult(name, cpo, ok, 1, 10.0, 1, "") for name, _ in SCENES]


def test_summary_holds_only_if_every_scene_was_played_and_held() -> None:
    whole = [*results(NEAR), *results(FAR)]
    assert Summary.of(whole, settled(), 1.0, 2).ok
    assert not Summary.of(whole[:-1], settled(), 1.0, 2).ok
    failed = [*results(NEAR), *results(FAR)[:-1], results(FAR, ok=False)[-1]]
    summary = Summary.of(failed, settled(), 1.0, 2)
    assert not summary.ok
    assert summary.held == 2 * len(SCENES) - 1
    assert summary.as_json()["ok"] is False


def test_summary_gives_the_median_latency_by_hops() -> None:
    traffic = settled()
    for ms in (1, 2, 9):
        traffic.watch(exchange(MSP, NEAR, "http://one/ocpi/sender/2.2.1/tariffs", ms=ms))
    traffic.watch(exchange(MSP, FAR, "http://one/ocpi/sender/2.2.1/tariffs", ms=20))
    totals = Summary.of([], traffic, 1.0, 2).as_json()["totals"]
    assert totals["latency_ms"] == {"1": 2.0, "2": 20.0}
    assert totals["messages"] == 4
