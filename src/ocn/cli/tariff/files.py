"""The files that ``ocn tariff`` reads: what is in them, and what is said of those that cannot be read."""

import sys
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ocn.errors import OcnError, cause_of

if TYPE_CHECKING:
    from ocn.tariffs import JsonObject, JsonValue


_TELLING = {"elements": "a tariff", "charging_periods": "a CDR", "cdr_token": "a CDR", "evses": "a Location"}
"""Members by which objects that are mistaken for each other are told apart."""


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
        found = _looks_like(self.value)
        if found not in (None, what):
            hint = "Are the files of two options exchanged?"
            raise OcnError(f"{self.name}: {found} where {what} belongs" + _at(self.inside), hint=hint)
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
class Tariffs:
    """The tariffs of a file; ``alone`` when it holds one and no list."""

    document: Document
    values: list["JsonObject"]
    alone: bool

    def error(self, error: Any) -> OcnError:
        """Say of a refusal where in the file it is."""
        return in_file(self.document, error, error.pointer.removeprefix("/0") if self.alone else None)


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
    from ocn.tariffs import TariffError, tariff_alone

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
    from ocn.tariffs import MAX_DOCUMENT_BYTES, JsonUnreadable, decode

    name = "standard input" if str(file) == "-" else str(file)
    try:
        with nullcontext(sys.stdin.buffer) if str(file) == "-" else file.open("rb") as stream:
            content = stream.read(MAX_DOCUMENT_BYTES + 1)
    except OSError as error:
        raise OcnError(f"{name} cannot be read: {cause_of(error)}", hint="Name a file of JSON.") from error
    if not content.strip():
        hint = "Standard input can be read for one option." if str(file) == "-" else "Name a file of JSON."
        raise OcnError(f"{name}: not JSON, for it is empty", hint=hint)
    try:
        value = decode(content)
    except JsonUnreadable as error:
        raise in_file(Document(name, None), error) from error
    if isinstance(value, dict) and "status_code" in value and "data" not in value:
        raise OcnError(f"{name}: an OCPI response without data", hint="The answer was an error.")
    if isinstance(value, dict) and "data" in value and "id" not in value:
        return Document(name, value["data"], "/data")
    return Document(name, value)


def _looks_like(value: "JsonObject") -> str | None:
    """Say what an object is by a member that nothing else has; None where that is not clear."""
    kinds = {what for member, what in _TELLING.items() if member in value}
    return kinds.pop() if len(kinds) == 1 else None


def in_file(document: Document, error: Any, pointer: str | None = None) -> OcnError:
    """Say of a refusal in which file it is; ``pointer`` where that differs from the error's own."""
    text = error.message.removesuffix(f" (at {error.pointer})") if error.pointer else error.message
    where = document.inside + (error.pointer if pointer is None else pointer)
    return OcnError(f"{document.name}: {text}{_at(where)}", hint=error.hint)


def _at(pointer: str) -> str:
    return f" (at {pointer})" if pointer else ""
