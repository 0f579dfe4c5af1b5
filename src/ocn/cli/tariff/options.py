"""Options that the commands of ``ocn tariff`` share, and the case that they make together."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import typer

from ocn.cli.tariff.files import Document, Tariffs, in_file, read_document, read_tariffs

if TYPE_CHECKING:
    from ocn.tariffs import Policy

VersionName: TypeAlias = Literal["2.1.1", "2.2", "2.2.1", "2.3.0"]
Edition: TypeAlias = Literal["parking_only", "combined", "per_dimension", "last", "per_period", "none"]

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
class Case:
    """What a command prices: the arguments of :func:`ocn.tariffs.price` and :func:`ocn.tariffs.verify`."""

    cdr: Document
    tariffs: Tariffs
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
