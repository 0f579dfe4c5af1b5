"""What a planner is given to begin with: the sites it serves, and its settings."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from ocn.ocpi.party_id import PartyId
from ocn.smart_charging.price_file import PriceFile
from ocn.smart_charging.prices import PriceSource
from ocn.smart_charging.site.model import Site


@dataclass(frozen=True, slots=True)
class ServedSite:
    """A site, whose it is, and what is known of it from outside OCPI."""

    site: Site
    cpo: PartyId
    location_id: str
    prices: PriceSource | None = None
    """None: by the tariffs of the CPO, as far as they are known."""
    carbon: PriceSource | None = None
    """What drivers who want it green go by; None: prices, as for everybody."""
    feed_file: Path | None = None
    """Where the limit feed of the site is written, if it has one."""
    price_files: tuple[PriceFile, ...] = ()
    """Those of prices and carbon that may be written anew."""

    @property
    def key(self) -> str:
        """Unique over all CPOs, and the same under another name."""
        return f"{self.cpo.key}/{self.location_id.casefold()}"

    @property
    def name(self) -> str:
        """What it is called everywhere."""
        return self.site.name


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """How often, how long, how many."""

    coalesce_s: float = 2.0
    """What happens within so many seconds is planned once."""
    read_every: timedelta = timedelta(minutes=5)
    """How often sessions are read from the CPO, in case a copy was lost."""
    read_again_every: timedelta = timedelta(seconds=30)
    """How often they are once that failed, and for ``read_every`` after it failed last."""
    read_at_most_every: timedelta = timedelta(seconds=5)
    """However often something comes that is not known here."""
    read_all_every: timedelta = timedelta(hours=1)
    """How often locations and tariffs are."""
    look_every: timedelta | None = timedelta(hours=1)
    """How often the CPO is asked what is in force for a car, in case somebody else plans it, too."""
    past_kept: timedelta = timedelta(days=35)
    """For how long it is remembered when cars came, left, and what they took: no id, no name."""
    ended_kept: timedelta = timedelta(days=7)
    """For how long a session that is over is kept, and what was sent for it: until its CDR has come."""
    warned_skew: timedelta = timedelta(seconds=10)
    """A CPO's clock that is off by more is told of, and planned by; off by less it counts as right."""
    result_s: float = 30.0
    """How long the result of a profile is awaited before it counts as unconfirmed."""
    listen_every_s: float = 5.0
    """How often files of limits and prices are looked at, and whether a limit feed is silent."""
    patience_s: float = 1.0
    """So long a new plan is awaited when a limit falls; then what was planned last is cut down to it."""
    safe_after: timedelta = timedelta(hours=1)
    """So long after the last refresh every car falls to its safe share."""
    plan_by_cpo_clock: bool = True
    """Whether time is what the CPO's clock says, where that is known."""
    most_sessions: int = 5_000
    """Of one CPO at a time; more are told of and not planned."""
