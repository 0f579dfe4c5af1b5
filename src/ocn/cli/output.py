"""What was found, and receipts of transactions, as people and as programs read them."""

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from rich.console import Console
from rich.table import Table

from ocn.chain.values import Receipt

T = TypeVar("T")
_UNBROKEN = 200
"""Columns when nobody looks: a file or pipe gets whole addresses."""


def show_one(
    found: T | None, as_object: Callable[[T], dict[str, Any]], *, as_json: bool, missing: str
) -> None:
    """Print a listing; a missing one is no failure, and `null` to a program."""
    if as_json:
        print(_json(None if found is None else as_object(found)))
    elif found is None:
        print(missing)
    else:
        _print_fields(as_object(found))


def show_all(
    found: Sequence[T], as_object: Callable[[T], dict[str, Any]], *, as_json: bool, nothing: str
) -> None:
    """Print a list of listings."""
    objects = [as_object(item) for item in found]
    if as_json:
        print(_json(objects))
        return
    if not objects:
        print(nothing)
        return
    rows = [dict(_flat(item)) for item in objects]
    table = Table(*rows[0], header_style="bold")
    for row in rows:
        table.add_row(*row.values())
    _console().print(table)


def show_receipt(receipt: Receipt, *, as_json: bool) -> None:
    """Print what became of a transaction."""
    if as_json:
        print(_json(receipt_json(receipt)))
    else:
        _print_fields(receipt_json(receipt))


def receipt_json(receipt: Receipt) -> dict[str, Any]:
    """Return what became of a transaction."""
    return {
        "hash": receipt.transaction,
        "blockNumber": receipt.block_number,
        "gasUsed": receipt.gas_used,
    }


def _print_fields(fields: dict[str, Any]) -> None:
    table = Table(show_header=False)
    for name, value in _flat(fields):
        table.add_row(name, value)
    _console().print(table)


def _flat(fields: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Return nested fields as one row: lists in one cell, the members of an object as ``outer.inner``."""
    cells: list[tuple[str, str]] = []
    for name, value in fields.items():
        if isinstance(value, dict):
            cells += _flat(value, f"{prefix}{name}.")
        else:
            cells.append((prefix + name, _text(value)))
    return cells


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _console() -> Console:
    return Console(markup=False, highlight=False, width=None if sys.stdout.isatty() else _UNBROKEN)
