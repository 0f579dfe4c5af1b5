"""Who and where a node is: its address, its key, its database, its chain."""

from pathlib import Path
from typing import Final

from pydantic import Field, SecretStr

from ocn.node.config.section import Section

_ADDRESS: Final = r"^0x[0-9A-Fa-f]{40}$"


class Listen(Section):
    """Where the node listens. Put a TLS proxy in front in production."""

    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for all.")
    port: int = Field(8080, ge=0, le=65535, description="TCP port; 0 takes a free one.")


class Hub(Section):
    """The node's own OCPI identity, as its parties see it in credentials."""

    country_code: str = Field("CH", pattern=r"^[A-Za-z]{2}$", description="Country code of the hub.")
    party_id: str = Field("OCN", pattern=r"^[A-Za-z0-9]{3}$", description="Party id of the hub.")
    name: str = Field(
        "Open Charging Network node", max_length=100, description="Business name shown to parties."
    )


class Identity(Section):
    """The node's key. It signs towards other nodes and seals tokens in the database: keep it."""

    key: SecretStr | None = Field(None, description="Private key, 64 hexadecimal characters.")
    key_file: Path | None = Field(
        None, description="File with the private key in hexadecimal, or a keystore (JSON)."
    )
    keystore_password_file: Path | None = Field(None, description="File with the password of the keystore.")
    admin_key: SecretStr | None = Field(
        None, description="Key of the admin API (`Authorization: Token ...`)."
    )
    admin_key_file: Path | None = Field(None, description="File with the key of the admin API.")


class DatabaseSettings(Section):
    """Where platforms, invitations and handed-out links are kept."""

    url: str = Field(
        "sqlite:///ocn-node.sqlite",
        description="`sqlite:///relative.sqlite`, `sqlite:////absolute.sqlite` or `postgresql://user@host/db`.",
    )


class ChainSettings(Section):
    """Where the registry is. Reads come from a local index; a message never waits for the chain."""

    url: str = Field("http://127.0.0.1:8544", description="JSON-RPC endpoint of the chain.")
    registry: str = Field(
        "0x345cA3e014Aaf5dcA488057592ee47305D9B3e10",
        pattern=_ADDRESS,
        description="Address of the Registry contract.",
    )
    permissions: str = Field(
        "0xf25186B5081Ff5cE73482AD761DB0eB0d25abfBF",
        pattern=_ADDRESS,
        description="Address of the Permissions contract.",
    )
    start_block: int = Field(
        0, ge=0, description="Block in which the contracts were deployed; the index begins there."
    )
    confirmations: int = Field(12, ge=0, description="Blocks until an entry is in the `confirmed` view.")
    poll_seconds: float = Field(1.0, gt=0, description="How often new blocks are asked for.")
    max_lag_seconds: float = Field(
        120.0, gt=0, description="How long the chain may be out of sight until `/ready` says so."
    )
    index_file: Path = Field(
        Path("ocn-registry-index.sqlite"), description="File of the local index; may be deleted."
    )
