"""What a node demands, changes, calls and tells."""

from pathlib import Path

from pydantic import Field, field_validator

from ocn.conversion import Allowance, Choice, Policy
from ocn.node.config.section import Section


class Signatures(Section):
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


class Conversion(Section):
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


class Network(Section):
    """Which addresses this node may call on a party's word."""

    allow_http: bool = Field(
        False, description="Call `http://` addresses too. For tests and closed networks."
    )
    allow_private_addresses: bool = Field(
        False,
        description="Call loopback, private and link-local addresses too. For tests and closed networks.",
    )
    ca_file: Path | None = Field(None, description="Further certificate authorities to trust, PEM.")


class ClientInfoSettings(Section):
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


class Copies(Section):
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


class Log(Section):
    """Logging to standard error."""

    level: str = Field(
        "info", pattern="^(debug|info|warning|error)$", description="Least level that is written."
    )
    json_lines: bool = Field(False, description="One JSON object a line instead of readable text.")
