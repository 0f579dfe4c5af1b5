"""The node's settings: a TOML file, overridden by environment variables, secrets from files too.

Every field is documented where it is declared; ``docs/reference/configuration.md`` is generated from here.
A variable is named ``OCN_NODE_`` and the path of the field, parts joined by two underscores:
``OCN_NODE_DATABASE__URL``. Read by ``compose`` and the command line only.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from ocn.conversion import Allowance, Choice, Policy
from ocn.errors import ConfigurationError

_PREFIX: Final = "OCN_NODE_"
_ADDRESS: Final = r"^0x[0-9A-Fa-f]{40}$"
# Kubernetes and Docker tell a container where a service called ocn-node is, in variables of our prefix.
_OF_A_SERVICE: Final = re.compile(
    r"SERVICE_(HOST|PORT\w*)=.*|PORT(_\d+_(TCP|UDP))?=(tcp|udp)://.*|PORT_\d+_\w+=.*"
)


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Listen(_Section):
    """Where the node listens. Put a TLS proxy in front in production."""

    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for all.")
    port: int = Field(8080, ge=0, le=65535, description="TCP port; 0 takes a free one.")


class Hub(_Section):
    """The node's own OCPI identity, as its parties see it in credentials."""

    country_code: str = Field("CH", pattern=r"^[A-Za-z]{2}$", description="Country code of the hub.")
    party_id: str = Field("OCN", pattern=r"^[A-Za-z0-9]{3}$", description="Party id of the hub.")
    name: str = Field(
        "Open Charging Network node", max_length=100, description="Business name shown to parties."
    )


class Identity(_Section):
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


class DatabaseSettings(_Section):
    """Where platforms, invitations and handed-out links are kept."""

    url: str = Field(
        "sqlite:///ocn-node.sqlite",
        description="`sqlite:///relative.sqlite`, `sqlite:////absolute.sqlite` or `postgresql://user@host/db`.",
    )


class ChainSettings(_Section):
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


class Signatures(_Section):
    """What party signatures this node demands. A platform may demand more (`ocnrules`, admin API)."""

    required: bool = Field(
        False,
        description="Refuse every request and answer without a notary signature, whatever `demand` says.",
    )
    demand: str = Field(
        "none",
        pattern="^(none|compatible|strict|either)$",
        description="What is demanded of every request and answer: `none`, `compatible` (the notary's),"
        " `strict`, or `either`.",
    )
    complete: bool = Field(
        False,
        description="Refuse a notary signature that does not cover every value, as after a member was added.",
    )
    strict_by_operator: bool = Field(
        False, description="Take strict signatures by the key of the party's node in place of its own."
    )
    strict_lifetime_seconds: float = Field(
        300.0, gt=0, le=3600, description="Longest lifetime of a strict signature that is taken."
    )
    strict_clock_skew_seconds: float = Field(
        60.0, gt=0, le=600, description="How far the clock of a party that signs strictly may be off."
    )
    possession: str = Field(
        "optional",
        pattern="^(optional|required)$",
        description="Whether parties must prove, when they register, that they hold the key listed for them.",
    )


class Conversion(_Section):
    """What may change when a message is converted between versions, where nothing is said for a platform."""

    policy: Choice = Field(
        Choice.ASK,
        description="`pass`: everything that can be expressed; `ask`: of what changes a meaning only what is "
        "allowed; `refuse`: nothing that does.",
    )
    allow: list[str] = Field(
        [], description="Changes allowed under `ask`: `kind:/pointer`, as refusals and reports name them."
    )

    @field_validator("allow")
    @classmethod
    def _readable(cls, allow: list[str]) -> list[str]:
        for text in allow:
            Allowance.parse(text)
        return allow

    @property
    def as_policy(self) -> Policy:
        """The settings as conversions read them."""
        return Policy(self.policy, tuple(map(Allowance.parse, self.allow)))


class Network(_Section):
    """Which addresses this node may call on a party's word."""

    allow_http: bool = Field(
        False, description="Call `http://` addresses too. For tests and closed networks."
    )
    allow_private_addresses: bool = Field(
        False,
        description="Call loopback, private and link-local addresses too. For tests and closed networks.",
    )
    ca_file: Path | None = Field(None, description="Further certificate authorities to trust, PEM.")


class ClientInfoSettings(_Section):
    """Who is there (`hubclientinfo`): how silent platforms and nodes are noticed."""

    still_alive_minutes: float = Field(
        5.0,
        ge=0,
        description="After so long without a message a platform's versions endpoint is asked; 0 asks nobody.",
    )
    node_offline_minutes: float = Field(
        10.0, gt=0, description="After so long out of reach, the parties of another node show as OFFLINE."
    )
    push_timeout_seconds: float = Field(
        10.0,
        gt=0,
        description="Time for a platform to take one ClientInfo, or to say that it is alive.",
    )


class Copies(_Section):
    """Copies of relayed messages for services that a party permits on chain."""

    enabled: bool = Field(
        True, description="Make copies. Those already stored are sent in any case; the admin API cancels."
    )
    responses_to: str = Field(
        "",
        pattern=r"^([A-Za-z]{2} ?[A-Za-z0-9]{3}(, ?[A-Za-z]{2} ?[A-Za-z0-9]{3})*)?$",
        description="Services (`DE BIL, NL ANA`) that may have copies of answers too, if who answers agreed.",
    )
    give_up_hours: float = Field(
        72.0, gt=0, description="Age at which a copy that cannot be delivered is parked."
    )
    first_retry_seconds: float = Field(
        1.0, gt=0, description="Wait after a first failed attempt; doubled with each further one."
    )
    longest_retry_seconds: float = Field(300.0, gt=0, description="Longest wait between two attempts.")
    in_flight_per_service: int = Field(16, ge=1, description="Copies under way to one service at once.")
    keep_delivered_hours: float = Field(
        24.0, gt=0, description="How long the record of a delivered copy is kept, without its body."
    )
    keep_others_days: float = Field(
        30.0, gt=0, description="How long parked, refused, revoked and cancelled copies are kept."
    )


class Limits(_Section):
    """Bounds of everything that others can make large, long or many."""

    body_bytes: int = Field(10 * 1024 * 1024, ge=1024, description="Largest request body.")
    answer_bytes: int = Field(16 * 1024 * 1024, ge=1024, description="Largest answer of a receiver.")
    body_timeout_seconds: float = Field(20.0, gt=0, description="Time for a request body to arrive.")
    forward_timeout_seconds: float = Field(
        30.0, gt=0, description="Time for a receiver to answer; then 4002."
    )
    registration_timeout_seconds: float = Field(
        10.0, gt=0, description="Time for each call during registration."
    )
    connections_per_receiver: int = Field(6000, ge=1, description="Requests in flight to one host.")
    concurrent_requests: int = Field(
        20000, ge=1, description="Connections and requests served at once; then HTTP 503."
    )
    node_clock_skew_seconds: float = Field(60.0, gt=0, description="How old another node's signature may be.")
    page_link_hours: float = Field(24.0, gt=0, description="How long a page link can be followed.")
    callback_hours: float = Field(
        24.0, gt=0, description="How long a response_url is served; for a reservation until it ends."
    )
    location_days: float = Field(3650.0, gt=0, description="How long the Location of a CDR is served.")
    longest_reservation_days: float = Field(
        31.0, gt=0, description="Longest reservation a response_url is kept for."
    )
    invitation_days: float = Field(30.0, gt=0, description="How long a TOKEN_A can be used.")


class StoreSettings(_Section):
    """The hub's memory: objects pushed to everyone, from which GET ALL is answered."""

    objects: int = Field(
        1_000_000, ge=0, description="Most objects kept in all; further ones are passed on but not kept."
    )
    objects_per_owner: int = Field(250_000, ge=0, description="Most objects kept of one party.")
    total_bytes: int = Field(8 * 1024**3, ge=0, description="Most bytes of all objects together.")
    object_bytes: int = Field(2 * 1024**2, ge=0, description="Largest object that is kept.")
    page_objects: int = Field(
        100, ge=1, le=10_000, description="Most objects on a page of GET ALL; told as X-Limit."
    )
    page_bytes: int = Field(
        4 * 1024**2, ge=1, description="A page ends when its objects have so many bytes; one is always there."
    )
    cursor_hours: float = Field(24.0, gt=0, description="How long the next page of GET ALL can be asked for.")
    gone_days: float = Field(
        30.0, gt=0, description="How long a withdrawn object is remembered, for nodes that missed it."
    )
    direct_pushes: bool = Field(
        False,
        description="Keep accepted direct pushes too, each for its receiver alone: sessions and CDRs, and"
        " objects that differ by receiver.",
    )
    sync_minutes: float = Field(
        10.0,
        ge=0,
        description="How often objects of other nodes' parties are brought up to date; 0 for never.",
    )
    fetch_hours: float = Field(
        0.0, ge=0, description="How often the lists of parties connected here are fetched whole; 0 for never."
    )


class Log(_Section):
    """Logging to standard error."""

    level: str = Field(
        "info", pattern="^(debug|info|warning|error)$", description="Least level that is written."
    )
    json_lines: bool = Field(False, description="One JSON object a line instead of readable text.")


class NodeConfig(BaseSettings):
    """All settings of a node."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    url: Annotated[
        str,
        Field(description="Public base URL, as listed in the registry; HTTPS, unless `network.allow_http`."),
    ]
    listen: Listen = Listen()
    identity: Identity = Identity()
    hub: Hub = Hub()
    database: DatabaseSettings = DatabaseSettings()
    chain: ChainSettings = ChainSettings()
    signatures: Signatures = Signatures()
    conversion: Conversion = Conversion()
    network: Network = Network()
    client_info: ClientInfoSettings = ClientInfoSettings()
    copies: Copies = Copies()
    limits: Limits = Limits()
    store: StoreSettings = StoreSettings()
    log: Log = Log()

    @model_validator(mode="after")
    def _url_is_usable(self) -> "NodeConfig":
        try:
            parsed = HttpUrl(self.url)
        except ValidationError:
            raise ValueError("url must be an address such as https://node.example.org") from None
        if parsed.scheme != "https" and not self.network.allow_http:
            raise ValueError("url must be https; set network.allow_http for a test network")
        if parsed.query or parsed.fragment or parsed.username:
            raise ValueError("url is a base address: no query, fragment or user")
        return self

    @property
    def base_url(self) -> str:
        """The public URL without a trailing slash."""
        return self.url.rstrip("/")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the file, which arrives as init settings."""
        return env_settings, init_settings


def load_config(file: Path | None) -> NodeConfig:
    """Read the settings.

    Raises:
        ConfigurationError: no such file, no TOML, or a setting or a variable ``OCN_NODE_...`` is missing,
            unknown or malformed. The message names it and never shows a secret.
    """
    values: dict[str, Any] = {}
    if file is not None:
        try:
            values = tomllib.loads(file.read_text())
        except OSError as error:
            raise ConfigurationError(f"cannot read {file}: {error.strerror}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{file} is not TOML: {error}") from error
    problems = [*_unknown_variables(os.environ)]
    try:
        if not problems:
            return NodeConfig(**values)
    except ValidationError as error:
        problems = [_problem(detail) for detail in error.errors(include_input=False, include_url=False)]
    raise ConfigurationError(
        f"settings: {'; '.join(problems)}", hint="docs/reference/configuration.md lists every setting"
    )


def _names() -> Iterator[str]:
    """Every setting as it stands in a file."""
    for name, field in NodeConfig.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from (f"{name}.{inner}" for inner in field.annotation.model_fields)
        else:
            yield name


def _unknown_variables(environment: Mapping[str, str]) -> Iterator[str]:
    known = [name.upper().replace(".", "__") for name in _names()]
    for variable, value in environment.items():
        name = variable.upper().removeprefix(_PREFIX)
        if name == variable.upper() or name in known or _OF_A_SERVICE.fullmatch(f"{name}={value}"):
            continue
        yield f"{variable}: unknown variable{_nearest(name, known, _PREFIX)}"


def _problem(detail: Mapping[str, Any]) -> str:
    """Say what is wrong with a setting, in words that do not need the library's manual."""
    name = ".".join(str(part) for part in detail["loc"])
    match detail["type"]:
        case "extra_forbidden":
            said = f"unknown setting{_nearest(name, _names())}"
        case "missing":
            said = "must be set"
        case "value_error":
            said = str(detail["ctx"]["error"])
        case _:
            said = re.sub(r"^(Input|String|Value) should ", "must ", detail["msg"])
    return f"{name}: {said}" if name else said


def _nearest(name: str, known: Iterable[str], prefix: str = "") -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.45)
    return f", did you mean {prefix}{near[0]}?" if near else ""


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
