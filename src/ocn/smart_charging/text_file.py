"""Text that somebody wrote for a planner: site, price and plan files."""

from pathlib import Path

from ocn.bounded import bounded_file
from ocn.errors import ConfigurationError

_MOST_BYTES = 64_000_000


def text_of(file: Path) -> str:
    """Return what a file says.

    Raises:
        ConfigurationError: it cannot be read, is no UTF-8, or is too large.
    """
    try:
        content = bounded_file(file, _MOST_BYTES)
        if content is None:
            raise ConfigurationError(f"{file} is larger than {_MOST_BYTES} bytes")
        return content.decode("utf-8")
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{file} is no text in UTF-8") from error
