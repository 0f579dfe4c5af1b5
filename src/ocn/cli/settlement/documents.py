"""Documents that a counterparty hands over as a file."""

from pathlib import Path
from typing import TYPE_CHECKING

from ocn.bounded import bounded_file
from ocn.errors import ConfigurationError

if TYPE_CHECKING:
    from ocn.party.json_text import JsonObject


def read_document(path: Path, what: str, longest: int) -> "JsonObject":
    """Read a JSON object of at most ``longest`` bytes.

    Raises:
        ConfigurationError: the file is longer than any ``what``.
        OSError, InvalidParameters: it cannot be read, or is no JSON object.
    """
    from ocn.party.json_text import decode_object

    octets = bounded_file(path, longest)
    if octets is None:
        raise ConfigurationError(f"{path} is longer than any {what}")
    return decode_object(octets)
