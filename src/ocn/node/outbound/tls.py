"""How this node trusts the servers it calls."""

import ssl
from pathlib import Path

from ocn.errors import ConfigurationError


def client_context(extra_ca_file: Path | None = None) -> ssl.SSLContext:
    """The system's authorities, names checked, TLS 1.2 or newer, HTTP/1.1 only.

    ``extra_ca_file`` (PEM) is trusted in addition, for a private authority.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if extra_ca_file is not None:
        try:
            context.load_verify_locations(cafile=extra_ca_file)
        except (OSError, ssl.SSLError) as error:
            raise ConfigurationError(
                f"the extra CA file {extra_ca_file} is missing or holds no PEM certificate",
                hint="Give a readable file with one or more PEM certificates.",
            ) from error
    return context
