"""What ``ocn smart serve`` needs to take limits by OSCP."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ocn.errors import ConfigurationError

if TYPE_CHECKING:
    from ocn.party.serving import Serving
    from ocn.smart_charging.service.sites.served import ServedSite
    from ocn.smart_charging.service.smart_charging import SmartCharging

_OSCP = "OSCP"
_LEAST_TOKEN, _MOST_TOKEN = 16, 1024


@dataclass(frozen=True, slots=True)
class OscpOptions:
    """Where it is listened for a grid operator; no port: nowhere."""

    host: str
    port: int | None
    token_file: Path | None

    def refuse_nonsense(self, sites: "Sequence[ServedSite]") -> None:
        """Refuse to start with half of what is needed.

        Raises:
            ConfigurationError: a port without a token or a site that goes by it, or a site without a port.
        """
        groups = [each.name for each in sites if each.site.feed is not None and each.site.feed.oscp_group]
        if self.port is None and groups:
            raise ConfigurationError(
                f"{groups[0]} has its limits by OSCP, and it is listened for nowhere",
                hint="Give --oscp-port and --oscp-token-file.",
            )
        if self.port is not None and not groups:
            raise ConfigurationError(
                "--oscp-port is given, and no site has its limits by OSCP",
                hint='Give a site file oscp_group = "its group_id" in [feed], or leave the port out.',
            )
        if self.port is not None and self.token_file is None:
            raise ConfigurationError(
                "--oscp-port needs --oscp-token-file: whoever posts limits shows a token"
            )

    def serving(self, planner: "SmartCharging") -> "tuple[Serving, str] | None":
        """Listen, and return what serves, and its base URL; None without a port.

        Raises:
            ConfigurationError: the token cannot be used, or the port is taken.
        """
        from ocn.party.serving import Serving, bind
        from ocn.smart_charging.oscp.application import BASE, oscp_app

        if self.port is None or self.token_file is None:
            return None
        app = oscp_app(planner.grid_operator, _token(self.token_file))
        bound = bind(self.host, self.port)
        return Serving(app, bound), f"http://{self.host}:{bound.getsockname()[1]}{BASE}"


def oscp_options(
    oscp_port: Annotated[
        int | None,
        typer.Option(
            "--oscp-port",
            min=0,
            max=65535,
            help="Take limits by OSCP 2.0 there; 0 takes a free port. Without it there is no OSCP.",
            rich_help_panel=_OSCP,
        ),
    ] = None,
    oscp_host: Annotated[
        str, typer.Option("--oscp-host", help="Address to listen at for OSCP.", rich_help_panel=_OSCP)
    ] = "127.0.0.1",
    oscp_token_file: Annotated[
        Path | None,
        typer.Option(
            "--oscp-token-file",
            help="A file with the token that the grid operator shows.",
            rich_help_panel=_OSCP,
        ),
    ] = None,
) -> OscpOptions:
    """Collect the options."""
    return OscpOptions(oscp_host, oscp_port, oscp_token_file)


def _token(file: Path) -> str:
    try:
        token = file.read_text("ascii")[: _MOST_TOKEN + 2].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"the token in {file} cannot be read") from error
    if not _LEAST_TOKEN <= len(token) <= _MOST_TOKEN or not token.isprintable() or " " in token:
        raise ConfigurationError(
            f"{file} holds no token: one line of {_LEAST_TOKEN} to {_MOST_TOKEN} letters and digits",
            hint="python -c 'import secrets; print(secrets.token_urlsafe(32))' makes one.",
        )
    return token
