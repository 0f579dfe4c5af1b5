"""The documents that ``ocn tariff`` reads: a CDR or session, tariffs, a location, with their options."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import typer

from ocn.errors import OcnError, cause_of

if TYPE_CHECKING:
    from ocn.tariffs import JsonObject, JsonValue, Policy

VersionName: TypeAlias = Literal["2.1.1", "2.2", "2.2.1", "2.3.0"]
Edition: TypeAlias = Literal["parking_only", "combined", "per_dimension", "per_period", "none"]

_CDR_HELP = (
    "A CDR, or a session as it stands; - reads standard input. An OCPI response around it is taken off."
)
_TARIFF_HELP = "One tariff or a list of them; without it, those in the CDR are taken."


def json_file(*names: str, help_text: str) -> Any:
    """Return the option for a file; that it cannot be read is said where it is read."""
    return typer.Option(*names, metavar="FILE", help=help_text)


CdrFile: TypeAlias = Annotated[Path, json_file("--cdr", help_text=_CDR_HELP)]
OptionalCdrFile: TypeAlias = Annotated[Path | None, json_file("--cdr", help_text=_CDR_HELP)]
TariffFile: TypeAlias = Annotated[Path | None, json_file("--tariff", help_text=_TARIFF_HELP)]
Zone: TypeAlias = Annotated[
    str | None, typer.Option("--time-zone", metavar="TZ", help="Of the place of charging: Europe/Amsterdam.")
]
VersionOption: TypeAlias = Annotated[
    VersionName | None, typer.Option("--version", help="Of OCPI; found by the members when not given.")
]
LocationFile: TypeAlias = Annotated[
    Path | None,
    json_file("--location", help_text="The Location as you stored it: its time zone, its connectors."),
]
StepSizeOption: TypeAlias = Annotated[
    Edition, typer.Option("--step-size", help="Which edition of the texts rounds up to step_size.")
]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@dataclass(frozen=True, slots=True)
class Document:
    """JSON of a file; ``inside`` is the pointer to it when a response was taken off."""

    name: str
    value: "JsonValue"
    inside: str = ""

    def object(self, what: str) -> "JsonObject":
        """Return the object that it is; what it should be stands in the refusal."""
        if not isinstance(self.value, dict):
            raise OcnError(f"{self.name}: no object where {what} belongs" + _at(self.inside))
        return self.value

    def only(self, what: str) -> "Document":
        """Return the one item of a list, or what is no list."""
        if not isinstance(self.value, list):
            return self
        if len(self.value) != 1:
            raise OcnError(
                f"{self.name}: a list of {len(self.value)} where {what} belongs" + _at(self.inside),
                hint="Hand in one at a time.",
            )
        return Document(self.name, self.value[0], f"{self.inside}/0")


@dataclass(frozen=True, slots=True)
class Case:
    """What a command prices: the arguments of :func:`ocn.tariffs.price` and :func:`ocn.tariffs.verify`."""

    cdr: Document
    tariffs: "Tariffs"
    options: dict[str, Any]

    @property
    def version(self) -> str | None:
        """The version that the caller names."""
        version: str | None = self.options["version"]
        return version

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Say of every refusal in which file it is, and where in that file."""
        from ocn.tariffs import CdrUnreadable, TariffUnreadable

        try:
            yield
        except CdrUnreadable as error:
            raise in_file(self.cdr, error) from error
        except TariffUnreadable as error:
            raise self.tariffs.error(error) from error


@dataclass(frozen=True, slots=True)
class Tariffs:
    """The tariffs of a file; ``alone`` when it holds one and no list."""

    document: Document
    values: list["JsonObject"]
    alone: bool

    def error(self, error: Any) -> OcnError:
        """Say of a refusal where in the file it is."""
        return in_file(self.document, error, error.pointer.removeprefix("/0") if self.alone else None)


def case_options(
    cdr: CdrFile,
    tariff: TariffFile = None,
    location: LocationFile = None,
    time_zone: Zone = None,
    version: VersionOption = None,
    step_size: StepSizeOption = "parking_only",
) -> Case:
    """Read what the options name."""
    options: dict[str, Any] = {"time_zone": time_zone, "version": version, "policy": policy_of(step_size)}
    if location is not None:
        options["location"] = read_document(location).only("a Location").object("a Location")
    return Case(read_document(cdr).only("a CDR"), read_tariffs(tariff), options)


def policy_of(edition: str) -> "Policy":
    """Return the policy of an edition."""
    from ocn.tariffs import Policy, StepSize

    return Policy(step_size=StepSize(edition))


def read_tariffs(file: Path | None) -> Tariffs:
    """Read tariffs; no file means no tariffs."""
    if file is None:
        return Tariffs(Document("the CDR", []), [], alone=False)
    return tariffs_in(read_document(file))


def tariffs_in(document: Document) -> Tariffs:
    """Return the tariffs of a document: one, or a list of them."""
    if not isinstance(document.value, list):
        return Tariffs(document, [document.object("a tariff")], alone=True)
    if not document.value:
        raise OcnError(
            f"{document.name}: the list of tariffs is empty" + _at(document.inside),
            hint="Leave --tariff out to price by the tariffs in the CDR.",
        )
    items = (
        Document(document.name, value, f"{document.inside}/{place}")
        for place, value in enumerate(document.value)
    )
    return Tariffs(document, [item.object("a tariff") for item in items], alone=False)


def read_original(file: Path) -> "JsonObject":
    """Read the CDR that a credit CDR takes back; what cannot be read is said of this file."""
    from ocn.tariffs import TariffError, record

    document = read_document(file).only("a CDR")
    original = document.object("a CDR")
    try:
        record(original, ())
    except TariffError as error:
        raise in_file(document, error) from error
    return original


def read_stored(file: Path, version: str | None) -> list["JsonObject"]:
    """Read other versions of tariffs; what cannot be read is said of this file."""
    from ocn.tariffs import TariffError
    from ocn.tariffs.read import tariff_alone

    tariffs = read_tariffs(file)
    for place, tariff in enumerate(tariffs.values):
        try:
            tariff_alone(tariff, version)
        except TariffError as error:
            where = error.pointer if tariffs.alone else f"/{place}{error.pointer}"
            raise in_file(tariffs.document, error, where) from error
    return tariffs.values


def read_document(file: Path) -> Document:
    """Read a file as JSON and take an OCPI response off it."""
    from ocn.tariffs import JsonUnreadable, decode
    from ocn.tariffs.decode import MAX_BYTES

    name = "standard input" if str(file) == "-" else str(file)
    try:
        with nullcontext(sys.stdin.buffer) if str(file) == "-" else file.open("rb") as stream:
            value = decode(stream.read(MAX_BYTES + 1))
    except OSError as error:
        raise OcnError(f"{name} cannot be read: {cause_of(error)}", hint="Name a file of JSON.") from error
    except JsonUnreadable as error:
        raise in_file(Document(name, None), error) from error
    if isinstance(value, dict) and "status_code" in value and "data" not in value:
        raise OcnError(f"{name}: an OCPI response without data", hint="The answer was an error.")
    if isinstance(value, dict) and "data" in value and "id" not in value:
        return Document(name, value["data"], "/data")
    return Document(name, value)


def in_file(document: Document, error: Any, pointer: str | None = None) -> OcnError:
    """Say of a refusal in which file it is; ``pointer`` where that differs from the error's own."""
    text = error.message.removesuffix(f" (at {error.pointer})") if error.pointer else error.message
    where = document.inside + (error.pointer if pointer is None else pointer)
    return OcnError(f"{document.name}: {text}{_at(where)}", hint=error.hint)


def _at(pointer: str) -> str:
    return f" (at {pointer})" if pointer else ""
