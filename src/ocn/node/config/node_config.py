"""All settings of a node, from a file and from variables ``OCN_NODE_...``."""

from typing import Annotated, Final

from pydantic import Field, HttpUrl, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from ocn.node.config.bounds import Limits, StoreSettings
from ocn.node.config.conduct import ClientInfoSettings, Conversion, Copies, Log, Network, Signatures
from ocn.node.config.place import ChainSettings, DatabaseSettings, Hub, Identity, Listen

PREFIX: Final = "OCN_NODE_"


class NodeConfig(BaseSettings):
    """All settings of a node."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
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
