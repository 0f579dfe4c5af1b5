"""``ocn tariff``: what charging costs, whether a CDR says so, and why not."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ocn.cli.options import takes
from ocn.cli.tariff.curve import curve
from ocn.cli.tariff.files import (
    Document,
    Tariffs,
    in_file,
    read_document,
    read_original,
    read_stored,
    read_tariffs,
    tariffs_in,
)
from ocn.cli.tariff.options import (
    AsJson,
    Case,
    LocationFile,
    OptionalCdrFile,
    StepSizeOption,
    TariffFile,
    VersionOption,
    Zone,
    case_options,
    json_file,
)
from ocn.errors import OcnError

if TYPE_CHECKING:
    from ocn.tariffs import Finding, Verification

app = typer.Typer(
    name="tariff",
    no_args_is_help=True,
    help="What charging costs by a tariff, whether a CDR says so, and why not.",
)
NOT_AS_CLAIMED = 3
"""Exit status of ``verify --strict``: neither 1, which is an error, nor 2, which are wrong arguments."""


@app.command(
    "price",
    epilog="""
[bold]Examples[/bold]

  ocn tariff price --cdr cdr.json

  ocn tariff price --cdr session.json --tariff tariff.json --time-zone Europe/Amsterdam --json
""",
)
@takes(case=case_options)
def price(case: Case, as_json: AsJson = False) -> None:
    """Say what a CDR, or a session so far, costs by its tariffs."""
    from ocn.cli.tariff.tables import show_price
    from ocn.tariffs import price as price_of
    from ocn.tariffs import price_json

    with case.errors():
        priced = price_of(case.cdr.object("a CDR"), case.tariffs.values, **case.options)
    if as_json:
        _print_json(price_json(priced, priced.findings))
    else:
        show_price(priced)


@app.command(
    "verify",
    epilog="""
The exit status is 0 whatever the verdict, for then the question was answered; with --strict it is 3 unless
the verdict is match or explained.

[bold]Examples[/bold]

  ocn tariff verify --cdr cdr.json --tariff tariff.json --time-zone Europe/Amsterdam

  ocn tariff verify --cdr cdr.json --json | jq .causes

  ocn tariff verify --cdr credit.json --original cdr.json --strict

  ocn tariff verify --cdr cdr.json --tariff tariff.json --paused profiles.json
""",
)
@takes(case=case_options)
def verify(
    case: Case,
    original: Annotated[
        Path | None, json_file("--original", help_text="The CDR that a credit CDR takes back.")
    ] = None,
    stored: Annotated[
        list[Path] | None,
        json_file("--stored", help_text="Another version of a tariff, to look for causes in; repeat it."),
    ] = None,
    paused: Annotated[
        Path | None,
        json_file(
            "--paused",
            help_text="Charging profiles relayed for the session, or intervals in which it was held at 0: "
            "says where parking is billed meanwhile.",
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 3 unless the verdict is match or explained.")
    ] = False,
    evidence: Annotated[
        bool, typer.Option("--evidence", help="Print the evidence document, the bytes that are hashed.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check a CDR against itself and its tariff, and say why it differs."""
    from ocn.cli.tariff.tables import show_verification

    result = _verified(case, original, stored or [], paused)
    if evidence:
        print(result.evidence().decode())
    elif as_json:
        _print_json(result.as_json())
    else:
        show_verification(result)
    if strict and result.verdict not in ("match", "explained"):
        raise typer.Exit(NOT_AS_CLAIMED)


@app.command(
    "lint",
    epilog="""
[bold]Examples[/bold]

  ocn tariff lint --tariff tariff.json

  ocn tariff lint --cdr cdr.json --json
""",
)
def lint(
    tariff: TariffFile = None,
    cdr: OptionalCdrFile = None,
    time_zone: Annotated[
        str | None,
        typer.Option("--time-zone", metavar="TZ", help="Taken as elsewhere; nothing depends on it."),
    ] = None,
    version: VersionOption = None,
    as_json: AsJson = False,
) -> None:
    """Say what is strange about a tariff, or about those in a CDR."""
    from ocn.cli.tariff.tables import show_findings

    found = _lint(tariff, cdr, version)
    if as_json:
        from ocn.tariffs import finding_json

        _print_json([finding_json(finding) for finding in found])
    else:
        show_findings(found)


@app.command(
    "explain",
    epilog="""
[bold]Examples[/bold]

  ocn tariff explain --tariff tariff.json

  ocn tariff explain --cdr cdr.json --tariff tariff.json --time-zone Europe/Amsterdam
""",
)
def explain(
    cdr: OptionalCdrFile = None,
    tariff: TariffFile = None,
    location: LocationFile = None,
    time_zone: Zone = None,
    version: VersionOption = None,
    step_size: StepSizeOption = "parking_only",
    as_json: AsJson = False,
) -> None:
    """Put a tariff into words, or with a CDR its price, line by line."""
    from ocn.cli.tariff.tables import show_explained
    from ocn.tariffs import Explained
    from ocn.tariffs import explain as put_into_words

    if cdr is None:
        explained = Explained(tuple(_tariffs_in_words(tariff, version)), ())
    else:
        case = case_options(cdr, tariff, location, time_zone, version, step_size)
        explained = put_into_words(_verified(case, None, []))
    if as_json:
        lines = [{"title": line.title, "facts": dict(line.facts)} for line in explained.lines]
        _print_json({"sentences": list(explained.sentences), "lines": lines})
    else:
        show_explained(explained)


app.command(
    "curve",
    epilog="""
[bold]Examples[/bold]

  ocn tariff curve --tariff tariff.json --time-zone Europe/Amsterdam

  ocn tariff curve --tariff tariff.json --time-zone Europe/Amsterdam --start 2025-03-30T00:00 --json
""",
)(curve)


def _verified(
    case: Case, original: Path | None, stored: list[Path], paused: Path | None = None
) -> "Verification":
    from ocn.cli.tariff.pauses import read_pauses
    from ocn.tariffs import verify as check

    more: dict[str, Any] = {}
    if original is not None:
        more["original"] = read_original(original)
    if stored:
        more["stored_tariffs"] = [one for file in stored for one in read_stored(file, case.version)]
    if paused is not None:
        more["profiles"] = read_pauses(paused)
    with case.errors():
        return check(case.cdr.object("a CDR"), case.tariffs.values, **case.options, **more)


def _lint(tariff: Path | None, cdr: Path | None, version: str | None) -> "list[Finding]":
    from ocn.tariffs import TariffError
    from ocn.tariffs import lint as look_at

    tariffs = _tariffs_of(tariff, cdr)
    found: list[Finding] = []
    for place, value in enumerate(tariffs.values):
        where = "" if tariffs.alone else f"/{place}"
        try:
            found += [replace(one, pointer=where + one.pointer) for one in look_at(value, version)]
        except TariffError as error:
            raise in_file(tariffs.document, error, where + error.pointer) from error
    return found


def _tariffs_of(tariff: Path | None, cdr: Path | None) -> Tariffs:
    """Return the tariffs of a file, or those inside the CDR of another."""
    if tariff is not None:
        return read_tariffs(tariff)
    if cdr is None:
        raise typer.BadParameter("Name a file with --tariff, or with --cdr one that holds tariffs.")
    document = read_document(cdr).only("a CDR")
    inside = document.object("a CDR").get("tariffs")
    if inside is None:
        raise OcnError(f"{document.name}: the CDR holds no tariffs", hint="Name a file with --tariff.")
    return tariffs_in(Document(document.name, inside, document.inside + "/tariffs"))


def _tariffs_in_words(tariff: Path | None, version: str | None) -> list[str]:
    from ocn.tariffs import TariffError, explain_tariff, tariff_alone

    tariffs = _tariffs_of(tariff, None)
    sentences: list[str] = []
    for value in tariffs.values:
        try:
            read, _ = tariff_alone(value, version)
        except TariffError as error:
            raise in_file(tariffs.document, error) from error
        sentences += explain_tariff(read)
    return sentences


def _print_json(value: Any) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))
