"""Secrets are given directly or by the name of a file."""

from pathlib import Path

from pydantic import SecretStr

from ocn.errors import ConfigurationError


def read_secret(value: SecretStr | None, file: Path | None, name: str) -> str | None:
    """Return a secret given directly or by file.

    Raises:
        ConfigurationError: both are given, or the file cannot be read.
    """
    if value is not None and file is not None:
        raise ConfigurationError(f"{name} and {name}_file are both set; keep one")
    if file is None:
        return value.get_secret_value() if value is not None else None
    try:
        return file.read_text().strip()
    except OSError as error:
        raise ConfigurationError(f"{name}_file: cannot read {file}: {error.strerror}") from error
