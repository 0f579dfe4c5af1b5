"""What came of the day: a site's figures beside those of other policies, and whether what is claimed held."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ocn.errors import OcnError
from ocn.simulation.smart.cast import SmartCast
from ocn.simulation.smart.claims import Claim, SiteOutcome, claims_of
from ocn.simulation.smart.day import Played, Reaction
from ocn.smart_charging.simulation.comparison import compare_with
from ocn.smart_charging.simulation.policies import Planned


@dataclass(frozen=True, slots=True)
class Outcomes:
    """All of it."""

    sites: tuple[SiteOutcome, ...]
    claims: tuple[Claim, ...]
    reactions: tuple[Reaction, ...]
    messages: int
    copies: int
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether every claim held."""
        return all(claim.ok for claim in self.claims)

    def as_json(self) -> dict[str, Any]:
        """One JSON object."""
        return {
            "ok": self.ok,
            "steps": [asdict(claim) for claim in self.claims],
            "sites": [_site_json(each) for each in self.sites],
            "events": [_reaction_json(each) for each in self.reactions],
            "totals": {
                "messages": self.messages,
                "copies": self.copies,
                "seconds": round(self.seconds, 1),
            },
        }


def outcomes_of(cast: SmartCast, played: Played, seconds: float) -> Outcomes:
    """Measure the day, and run it under every other policy."""
    sites = tuple(
        SiteOutcome(site, compare_with(site.meters.world, site.meters.run(Planned.name)))
        for site in cast.sites
    )
    claims = claims_of(cast, played, sites)
    sent = len(cast.traffic.sent)
    return Outcomes(sites, claims, tuple(played.reactions), sent, cast.copies.arrived, seconds)


def broken_off(cast: SmartCast, error: OcnError, seconds: float) -> Outcomes:
    """Say that the day did not come to its end."""
    claim = Claim(f"the day until {cast.clock.now():%H:%M} UTC", False, error.message)
    return Outcomes((), (claim,), (), len(cast.traffic.sent), cast.copies.arrived, seconds)


def _site_json(each: SiteOutcome) -> dict[str, Any]:
    meters: Sequence[Any] = each.site.meters.slots
    return {
        "cpo": str(each.site.id),
        "site": each.site.day.site.name,
        "visits": len(each.site.day.stays),
        "policies": [
            {name: _rounded(value) for name, value in asdict(outcome).items() if "cpu" not in name}
            for outcome in each.compared.outcomes
        ],
        "slots": [{name: _rounded(value) for name, value in asdict(slot).items()} for slot in meters],
    }


def _reaction_json(each: Reaction) -> dict[str, Any]:
    return {
        "site": each.site,
        "at": each.at.isoformat(),
        "before_kw": round(each.before_kw, 2),
        "limit_kw": round(each.limit_kw, 2),
        "after_kw": round(each.after_kw, 2),
        "limits_until_within": each.messages,
        "decreases_first": each.decreases_first,
        "seconds": round(each.seconds, 2),
    }


def _rounded(value: object) -> object:
    return round(value, 4) if isinstance(value, float) else value
