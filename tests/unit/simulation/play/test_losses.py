"""What nodes report of conversions, added up place by place."""

from typing import Any

from ocn.simulation.play.losses import Lost, as_json, lost_in


def report(module: str, *pointers: str) -> dict[str, Any]:
    change = {"loss": "meaning_changed", "note": "n", "version": "2.2.1"}
    return {"module": module, "changes": [{**change, "pointer": pointer} for pointer in pointers]}


def test_places_are_the_same_whatever_the_page_and_the_index() -> None:
    lost = lost_in(
        [report("locations", "/data/0/evses/1/uid", "/data/17/evses/0/uid"), report("locations", "/x")]
    )
    assert lost == {
        Lost("2.2.1", "locations", "/evses/*/uid", "meaning changed", "n"): 2,
        Lost("2.2.1", "locations", "/x", "meaning changed", "n"): 1,
    }
    assert [(each["pointer"], each["times"]) for each in as_json(lost)] == [("/evses/*/uid", 2), ("/x", 1)]


def test_without_reports_nothing_was_lost() -> None:
    assert lost_in([]) == {}
