"""``ocn tariff`` with files: what it prints, its exit status, and what it says of bad input."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ocn.cli import app, main
from ocn.errors import OcnError

Put = Callable[[str, Any], str]

TARIFF: dict[str, Any] = {
    "country_code": "DE",
    "party_id": "CPO",
    "id": "T1",
    "currency": "EUR",
    "elements": [
        {"price_components": [{"type": "ENERGY", "price": 0.25, "vat": 10.0, "step_size": 1}]},
    ],
    "last_updated": "2025-01-01T00:00:00Z",
}
CDR: dict[str, Any] = {
    "country_code": "DE",
    "party_id": "CPO",
    "id": "C1",
    "start_date_time": "2025-03-11T10:00:00Z",
    "end_date_time": "2025-03-11T11:00:00Z",
    "cdr_location": {"id": "L1", "country": "DEU"},
    "currency": "EUR",
    "charging_periods": [
        {
            "start_date_time": "2025-03-11T10:00:00Z",
            "dimensions": [{"type": "ENERGY", "volume": 20}, {"type": "TIME", "volume": 1}],
        }
    ],
    "total_cost": {"excl_vat": 5.0, "incl_vat": 5.5},
    "total_energy": 20,
    "total_time": 1,
    "last_updated": "2025-03-12T00:00:00Z",
}


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Writes a file, as JSON unless it is a text, and returns its path."""

    def write(name: str, content: Any) -> str:
        file = tmp_path / name
        file.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        return str(file)

    return write


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, ["tariff", *arguments], input=stdin)


def refused(*arguments: str) -> str:
    """Run what has to be refused on purpose; return the one line that the command prints."""
    result = run(*arguments)
    assert isinstance(result.exception, OcnError), result.output
    assert "\n" not in result.exception.message
    return result.exception.message


def test_verify_as_json_is_the_public_contract(put: Put) -> None:
    result = run("verify", "--cdr", put("cdr.json", CDR), "--tariff", put("t.json", TARIFF), "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert list(found)[:6] == ["total_cost", "verdict", "causes", "warnings", "parts", "lines"]
    assert found["total_cost"] == {"excl": "5.00", "incl": "5.50"}
    assert (found["verdict"], found["causes"], found["warnings"]) == ("match", [], [])
    assert found["parts"]["total_energy_cost"] == {"excl": "5.00", "incl": "5.50"}
    assert found["parts"]["total_time_cost"] == {"excl": "0.00", "incl": "0.00"}
    assert found["lines"][0]["dimension"] == "ENERGY"


@pytest.mark.parametrize("tariff", [TARIFF, [TARIFF], {"data": [TARIFF], "status_code": 1000}])
@pytest.mark.parametrize("cdr", [CDR, [CDR], {"data": CDR, "status_code": 1000}, {"data": [CDR]}])
def test_verify_takes_one_tariff_or_a_list_and_responses_around_both(put: Put, cdr: Any, tariff: Any) -> None:
    result = run("verify", "--cdr", put("cdr.json", cdr), "--tariff", put("t.json", tariff), "--json")
    assert json.loads(result.stdout)["verdict"] == "match"


def test_verify_without_tariff_takes_those_in_the_cdr(put: Put) -> None:
    cdr = put("cdr.json", {**CDR, "tariffs": [TARIFF]})
    assert json.loads(run("verify", "--cdr", cdr, "--json").stdout)["verdict"] == "match"


def test_verify_reads_standard_input(put: Put) -> None:
    tariff = put("t.json", TARIFF)
    result = run("verify", "--cdr", "-", "--tariff", tariff, "--json", stdin=json.dumps(CDR))
    assert json.loads(result.stdout)["verdict"] == "match"


def test_verify_for_people_names_the_verdict_the_cause_and_the_difference(put: Put) -> None:
    wrong = put("cdr.json", {**CDR, "total_cost": {"excl_vat": 5.0, "incl_vat": 5.0}})
    result = run("verify", "--cdr", wrong, "--tariff", put("t.json", TARIFF))
    assert result.exit_code == 0
    assert "Verdict: explained" in result.stdout
    assert "VAT_RATE: Tax was computed at 0 % on everything." in result.stdout
    assert "0.00 / -0.50" in result.stdout


def test_verify_strict_has_an_exit_status_of_its_own_for_a_mismatch(put: Put) -> None:
    tariff = put("t.json", TARIFF)
    wrong = put("wrong.json", {**CDR, "total_cost": {"excl_vat": 9.99}})
    assert run("verify", "--cdr", wrong, "--tariff", tariff).exit_code == 0
    assert run("verify", "--cdr", wrong, "--tariff", tariff, "--strict").exit_code == 3
    assert run("verify", "--cdr", put("c.json", CDR), "--tariff", tariff, "--strict").exit_code == 0


def test_verify_prints_the_evidence_that_its_hash_is_of(put: Put) -> None:
    from hashlib import sha256

    arguments = ["verify", "--cdr", put("cdr.json", CDR), "--tariff", put("t.json", TARIFF)]
    evidence = run(*arguments, "--evidence").stdout.removesuffix("\n")
    stated = json.loads(run(*arguments, "--json").stdout)["evidence_hash"]
    assert sha256(evidence.encode()).hexdigest() == stated


def test_verify_a_credit_cdr_beside_its_original_and_another_version_of_the_tariff(put: Put) -> None:
    credit = {**CDR, "id": "C1-C", "credit": True, "credit_reference_id": "C1"}
    credit["total_cost"] = {"excl_vat": -5.0, "incl_vat": -5.5}
    arguments = ["verify", "--cdr", put("credit.json", credit), "--tariff", put("t.json", TARIFF), "--json"]
    assert json.loads(run(*arguments, "--original", put("cdr.json", CDR)).stdout)["verdict"] == "match"
    cheaper = json.loads(json.dumps(TARIFF).replace("0.25", "0.2"))
    older = {**CDR, "total_cost": {"excl_vat": 4.0, "incl_vat": 4.4}}
    arguments = ["verify", "--cdr", put("older.json", older), "--tariff", put("t.json", TARIFF), "--json"]
    found = json.loads(run(*arguments, "--stored", put("old.json", cheaper)).stdout)
    assert found["causes"] == ["TARIFF_VERSION"]


PARKING_TARIFF: dict[str, Any] = {
    **TARIFF,
    "elements": [
        *TARIFF["elements"],
        {"price_components": [{"type": "PARKING_TIME", "price": 6.0, "vat": 10.0, "step_size": 1}]},
    ],
}
PARKED_CDR: dict[str, Any] = {
    **CDR,
    "end_date_time": "2025-03-11T12:00:00Z",
    "charging_periods": [
        *CDR["charging_periods"],
        {
            "start_date_time": "2025-03-11T11:00:00Z",
            "dimensions": [{"type": "PARKING_TIME", "volume": 1}],
        },
    ],
    "total_cost": {"excl_vat": 11.0, "incl_vat": 12.1},
    "total_time": 2,
    "total_parking_time": 1,
}
PROFILE: dict[str, Any] = {
    "received": "2025-03-11T10:50:00Z",
    "charging_profile": {
        "start_date_time": "2025-03-11T11:00:00Z",
        "charging_rate_unit": "A",
        "charging_profile_period": [{"start_period": 0, "limit": 0}, {"start_period": 1800, "limit": 16}],
    },
}


@pytest.mark.parametrize(
    ("paused", "found"),
    [
        ([PROFILE], ["/charging_periods/1"]),
        (PROFILE, ["/charging_periods/1"]),
        ([{"from": "2025-03-11T11:10:00Z", "until": "2025-03-11T11:20:00Z"}], ["/charging_periods/1"]),
        ([{"from": "2025-03-11T10:10:00Z", "until": "2025-03-11T11:00:00Z"}], []),
        ([], []),
    ],
)
def test_verify_with_pauses_names_the_periods_in_which_parking_is_billed_meanwhile(
    put: Put, paused: Any, found: list[str]
) -> None:
    files = ["--cdr", put("cdr.json", PARKED_CDR), "--tariff", put("t.json", PARKING_TARIFF)]
    verified = json.loads(run("verify", *files, "--paused", put("p.json", paused), "--json").stdout)
    assert verified["verdict"] == "match"
    told = [each["pointer"] for each in verified["findings"] if each["code"] == "PARKING_WHILE_PAUSED"]
    assert told == found


@pytest.mark.parametrize(
    ("paused", "place"),
    [
        ([{"from": "2025-03-11T11:10:00Z"}], "/0/until"),
        ([{"from": "2025-03-11T11:10:00Z", "until": "2025-03-11T11:10:00Z"}], "/0"),
        ([PROFILE, 7], "/1"),
        ([PROFILE | {"received": "yesterday"}], "/0/received"),
        ([PROFILE | {"charging_profile": {"charging_profile_period": 3}}], "/charging_profile_period"),
    ],
)
def test_verify_with_pauses_that_cannot_be_read_names_file_and_place(
    put: Put, paused: Any, place: str
) -> None:
    files = ["--cdr", put("cdr.json", PARKED_CDR), "--tariff", put("t.json", PARKING_TARIFF)]
    message = refused("verify", *files, "--paused", put("p.json", paused))
    assert "p.json" in message
    assert place in message


def test_price_as_json_and_for_people(put: Put) -> None:
    arguments = ["price", "--cdr", put("cdr.json", CDR), "--tariff", put("t.json", TARIFF)]
    assert json.loads(run(*arguments, "--json").stdout)["total_cost"] == {"excl": "5.00", "incl": "5.50"}
    shown = run(*arguments).stdout
    assert "total_energy_cost" in shown
    assert "2025-03-11 11:00:00" in shown


def test_price_by_another_edition_and_a_stored_location(put: Put) -> None:
    steps = json.loads(json.dumps(TARIFF).replace('"step_size": 1', '"step_size": 15000'))
    location = put("l.json", {"data": {"id": "L1", "time_zone": "Europe/Lisbon"}})
    arguments = ["price", "--cdr", put("cdr.json", CDR), "--tariff", put("t.json", steps), "--json"]
    found = json.loads(run(*arguments, "--location", location).stdout)
    assert (found["total_cost"]["excl"], found["time_zone"]) == ("7.50", "Europe/Lisbon")
    assert json.loads(run(*arguments, "--step-size", "none").stdout)["total_cost"]["excl"] == "5.00"


def test_lint_prints_findings_with_their_place_in_the_file(put: Put) -> None:
    twice = {**TARIFF, "elements": TARIFF["elements"] * 2}
    assert run("lint", "--tariff", put("t.json", TARIFF)).stdout == "Nothing is strange about it.\n"
    alone = json.loads(run("lint", "--tariff", put("t.json", twice), "--json").stdout)
    assert [one["pointer"] for one in alone] == ["/elements/1/price_components/0"]
    listed = json.loads(run("lint", "--tariff", put("t.json", [TARIFF, twice]), "--json").stdout)
    assert [one["pointer"] for one in listed] == ["/1/elements/1/price_components/0"]
    inside = run("lint", "--cdr", put("cdr.json", {**CDR, "tariffs": [twice]}))
    assert "UNREACHABLE_COMPONENT at /0/elements/1/price_components/0" in inside.stdout


def test_explain_a_tariff_and_a_cdr(put: Put) -> None:
    tariff = put("t.json", TARIFF)
    assert run("explain", "--tariff", tariff).stdout == "Energy, always: 0.25 EUR per kWh without 10 % tax.\n"
    shown = run("explain", "--cdr", put("cdr.json", CDR), "--tariff", tariff, "--time-zone", "Europe/Berlin")
    assert "The claim is what it should be." in shown.stdout
    assert "Element 1 of tariff t1 is the first that applies: always." in shown.stdout
    found = json.loads(run("explain", "--tariff", tariff, "--json").stdout)
    assert found["lines"] == []


def test_curve_prints_a_row_for_every_slot_in_local_time(put: Put) -> None:
    tariff = put("t.json", TARIFF)
    arguments = ["curve", "--tariff", tariff, "--time-zone", "Europe/Berlin", "--slots", "2"]
    shown = run(*arguments, "--start", "2025-03-30T01:45").stdout
    assert "2025-03-30 01:45 CET" in shown
    assert "2025-03-30 03:00 CEST" in shown
    found = json.loads(run(*arguments, "--start", "2025-03-30T00:00Z", "--power-kw", "11", "--json").stdout)
    assert found[0]["start"] == "2025-03-30T00:00:00Z"
    assert found[0]["energy"] == {"excl": "0.25", "incl": "0.275"}
    assert len(json.loads(run(*arguments, "--json").stdout)) == 2


BROKEN_CDRS = [
    ("{", "not JSON"),
    ("", "not JSON"),
    ("[1, 2]", "a list of 2 where a CDR belongs"),
    ("[]", "a list of 0 where a CDR belongs"),
    ('"CDR"', "no object where a CDR belongs"),
    ("{}", "/"),
    ('{"id": NaN}', "NaN is no number in JSON"),
    ('{"id": 1, "id": 2}', "stands twice"),
    ('{"status_code": 2000}', "an OCPI response without data"),
    ('{"data": null}', "no object where a CDR belongs (at /data)"),
    ({**CDR, "currency": 5}, "(at /currency)"),
    ({**CDR, "currency": None}, "(at /currency)"),
    ({**CDR, "start_date_time": "yesterday"}, "(at /start_date_time)"),
    ({"data": {**CDR, "start_date_time": 5}}, "(at /data/start_date_time)"),
    ({"data": [{**CDR, "currency": 5}]}, "(at /data/0/currency)"),
    ({**CDR, "charging_periods": {}}, "(at /charging_periods)"),
    ({**CDR, "charging_periods": [5]}, "(at /charging_periods/0)"),
    (
        json.dumps(CDR).replace('"volume": 20', '"volume": 1e999999'),
        "(at /charging_periods/0/dimensions/0/volume)",
    ),
    (json.dumps(CDR).replace('"volume": 20', '"volume": -1'), "(at /charging_periods/0/dimensions/0/volume)"),
    (json.dumps(CDR).replace('"excl_vat": 5.0', '"excl_vat": "five"'), "(at /total_cost/excl_vat)"),
    ({**CDR, "tariffs": [{"id": "T1"}]}, "(at /tariffs/0/elements)"),
    ("[" * 100_000, "nest deeper"),
    (f'{{"id": {"9" * 5000}}}', "a number of 5,000 digits"),
]


@pytest.mark.parametrize(("content", "said"), BROKEN_CDRS, ids=lambda value: str(value)[:40])
def test_a_cdr_that_cannot_be_read_is_refused_with_file_and_place(put: Put, content: Any, said: str) -> None:
    file = put("bad.json", content)
    message = refused("verify", "--cdr", file, "--tariff", put("t.json", TARIFF))
    assert message.startswith(f"{file}: ")
    assert said in message


def test_every_command_refuses_a_cdr_in_the_same_words(put: Put) -> None:
    file, tariff = put("bad.json", {**CDR, "currency": 5}), put("t.json", TARIFF)
    said = {refused(name, "--cdr", file, "--tariff", tariff) for name in ("price", "verify", "explain")}
    assert len(said) == 1


def test_a_refusal_ends_the_program_with_one_line_a_hint_and_status_1(
    put: Put, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["ocn", "tariff", "verify", "--cdr", put("bad.json", "{")])
    assert main() == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("Error: ")
    assert "Traceback" not in shown.err


BROKEN_TARIFFS = [
    ("[]", "the list of tariffs is empty"),
    ("[5]", "no object where a tariff belongs (at /0)"),
    ({**TARIFF, "elements": None}, "(at /elements)"),
    ([TARIFF, {**TARIFF, "id": "T2", "elements": 5}], "(at /1/elements)"),
    ({"data": {**TARIFF, "elements": 5}}, "(at /data/elements)"),
    (json.dumps(TARIFF).replace("0.25", "NaN"), "NaN is no number"),
    (json.dumps(TARIFF).replace("0.25", '"cheap"'), "(at /elements/0/price_components/0/price)"),
    (json.dumps(TARIFF).replace('"step_size": 1', '"step_size": -5'), "/step_size)"),
    ({**TARIFF, "tax_included": "PERHAPS"}, "(at /tax_included)"),
]


@pytest.mark.parametrize(("content", "said"), BROKEN_TARIFFS, ids=lambda value: str(value)[:40])
@pytest.mark.parametrize("command", ["verify", "lint"])
def test_a_tariff_that_cannot_be_read_is_refused_with_file_and_place(
    put: Put, command: str, content: Any, said: str
) -> None:
    file = put("bad.json", content)
    cdr = [] if command == "lint" else ["--cdr", put("cdr.json", CDR)]
    message = refused(command, "--tariff", file, *cdr)
    assert message.startswith(f"{file}: ")
    assert said in message


def test_a_file_that_is_no_text_is_refused(tmp_path: Path, put: Put) -> None:
    file = tmp_path / "bad.json"
    file.write_bytes(b"\xff\xfe\x00")
    assert "UTF-8" in refused("price", "--cdr", str(file), "--tariff", put("t.json", TARIFF))


def test_a_file_that_is_not_there_or_a_folder_is_refused(tmp_path: Path, put: Put) -> None:
    tariff = put("t.json", TARIFF)
    missing = str(tmp_path / "missing.json")
    assert refused("price", "--cdr", missing) == f"{missing} cannot be read: no such file or directory"
    assert "is a directory" in refused("price", "--cdr", str(tmp_path), "--tariff", tariff)
    assert missing in refused(
        "verify", "--cdr", put("cdr.json", CDR), "--tariff", tariff, "--original", missing
    )


def test_the_files_beside_the_cdr_are_named_when_they_cannot_be_read(put: Put) -> None:
    arguments = ["verify", "--cdr", put("cdr.json", CDR), "--tariff", put("t.json", TARIFF)]
    original = put("original.json", {**CDR, "currency": 5})
    assert refused(*arguments, "--original", original).startswith(f"{original}: ")
    stored = put("stored.json", [TARIFF, {**TARIFF, "elements": 5}])
    message = refused(*arguments, "--stored", stored)
    assert message.startswith(f"{stored}: ")
    assert "(at /1/elements)" in message


def test_standard_input_for_two_options_is_refused_as_empty() -> None:
    result = run("verify", "--cdr", "-", "--tariff", "-", stdin=json.dumps(CDR))
    assert isinstance(result.exception, OcnError)
    assert result.exception.message == "standard input: not JSON, for it is empty"
    assert "one option" in str(result.exception.hint)


def test_files_of_options_that_are_exchanged_are_told_apart(put: Put) -> None:
    cdr, tariff = put("cdr.json", CDR), put("t.json", [TARIFF])
    location = put("l.json", {"id": "L1", "evses": []})
    assert refused("verify", "--cdr", tariff) == f"{tariff}: a tariff where a CDR belongs (at /0)"
    assert refused("verify", "--cdr", tariff, "--tariff", cdr) == f"{cdr}: a CDR where a tariff belongs"
    assert refused("lint", "--tariff", cdr) == f"{cdr}: a CDR where a tariff belongs"
    assert refused("price", "--cdr", cdr, "--location", tariff).endswith(
        "a tariff where a Location belongs (at /0)"
    )
    assert refused("price", "--cdr", location) == f"{location}: a Location where a CDR belongs"


def test_a_cdr_without_any_tariff_is_undecidable(put: Put) -> None:
    found = json.loads(run("verify", "--cdr", put("cdr.json", CDR), "--json").stdout)
    assert (found["verdict"], found["total_cost"]) == ("undecidable", {"excl": None, "incl": None})
    assert "TARIFF_MISSING" in found["warnings"]


def test_a_cdr_without_tariffs_has_nothing_to_lint(put: Put) -> None:
    assert "holds no tariffs" in refused("lint", "--cdr", put("cdr.json", CDR))


def test_a_zone_or_an_amount_of_slots_that_does_not_exist_is_refused(put: Put) -> None:
    tariff = put("t.json", TARIFF)
    cdr = put("cdr.json", CDR)
    assert "Mars" in refused("verify", "--cdr", cdr, "--tariff", tariff, "--time-zone", "Mars/Olympus")
    assert "slots" in refused("curve", "--tariff", tariff, "--time-zone", "Europe/Berlin", "--slots", "0")
    assert "Mars" in refused("curve", "--tariff", tariff, "--time-zone", "Mars/Olympus")


@pytest.mark.parametrize(
    "arguments",
    [
        ["verify"],
        ["verify", "--cdr", "CDR", "--version", "2.0"],
        ["price", "--cdr", "CDR", "--step-size", "sometimes"],
        ["lint"],
        ["explain"],
        ["curve", "--tariff", "TARIFF"],
        ["curve", "--tariff", "TARIFF", "--time-zone", "Europe/Berlin", "--start", "soon"],
        ["curve", "--tariff", "TARIFF", "--time-zone", "Europe/Berlin", "--power-kw", "much"],
        ["curve", "--tariff", "TARIFF", "--time-zone", "Europe/Berlin", "--power-kw", "NaN"],
    ],
)
def test_arguments_that_make_no_sense_are_exit_status_2(put: Put, arguments: list[str]) -> None:
    files = {"CDR": put("cdr.json", CDR), "TARIFF": put("t.json", TARIFF)}
    result = run(*(files.get(argument, argument) for argument in arguments))
    assert result.exit_code == 2
    assert "Traceback" not in result.output
