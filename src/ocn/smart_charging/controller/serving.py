"""Lines in, lines out, until the input ends."""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, TextIO

from ocn.errors import ConfigurationError
from ocn.smart_charging.controller.controller import Controller
from ocn.smart_charging.planning.document import document

_MOST_BYTES = 64_000_000
_BY_LINES = 1
_TOO_LONG = json.dumps({"limits": {}, "errors": [f"line: is longer than {_MOST_BYTES} bytes"]})


def serve(controller: Controller, lines: BinaryIO, answers: BinaryIO, plans: Path | None = None) -> None:
    """Answer each line with one, at once; empty lines are passed over.

    Raises:
        ConfigurationError: the file for plans cannot be written, or answers cannot, as on a full disk.
    """
    try:
        kept = None if plans is None else plans.open("w", encoding="utf-8", buffering=_BY_LINES)
    except OSError as error:
        raise _unwritable(plans, error) from error
    try:
        while line := lines.readline(_MOST_BYTES):
            if not line.strip():
                continue
            if len(line) == _MOST_BYTES and not line.endswith(b"\n"):
                _skip_rest(lines)
                answer = _TOO_LONG
            else:
                answer = controller.answer(line)
            if kept is not None and controller.plan is not None and answer is not _TOO_LONG:
                _keep(json.dumps(document(controller.plan, controller.slot)), kept)
            answers.write(answer.encode() + b"\n")
            answers.flush()
    except BrokenPipeError:
        _forget_rest(answers)  # nobody reads the answers any more
    except OSError as error:
        _forget_rest(answers)
        raise _unwritable("the answer", error) from error
    finally:
        if kept is not None:
            with suppress(OSError):  # what could not be written was told, line by line
                kept.close()


def _keep(plan: str, kept: TextIO) -> None:
    try:
        kept.write(plan + "\n")
    except OSError as error:
        raise _unwritable(kept.name, error) from error


def _unwritable(what: object, error: OSError) -> ConfigurationError:
    return ConfigurationError(f"{what} cannot be written: {error.strerror}")


def _forget_rest(answers: BinaryIO) -> None:
    """Or the end of the process would try to write what was not read."""
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, answers.fileno())
        os.close(nowhere)


def _skip_rest(lines: BinaryIO) -> None:
    while (more := lines.readline(_MOST_BYTES)) and not more.endswith(b"\n"):
        pass
