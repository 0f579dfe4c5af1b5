"""What must hold of a day that was played, each with what was seen."""

from collections.abc import Sequence
from dataclasses import dataclass

from ocn.simulation.emsp.emsp import SimulatedEmsp
from ocn.simulation.play.traffic import Message, Traffic
from ocn.simulation.smart.cast import ASKED_FOR, SmartCast
from ocn.simulation.smart.day import Played, Reaction
from ocn.simulation.smart.site_cpo import SiteCpo
from ocn.smart_charging.simulation.comparison import Comparison, aims
from ocn.smart_charging.simulation.policies import LeastLaxity, Planned
from ocn.tariffs import Verdict

_PROFILES = "chargingprofiles"


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that must hold, and what was seen."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class SiteOutcome:
    """A site, compared."""

    site: SiteCpo
    compared: Comparison

    @property
    def overruns(self) -> int:
        """In how many slots more flowed at some moment than some fuse lets through."""
        return sum(slot.over for slot in self.site.meters.slots)


def claims_of(cast: SmartCast, played: Played, sites: Sequence[SiteOutcome]) -> tuple[Claim, ...]:
    """Look at all of it."""
    return (
        _permissions(cast),
        _preferences(cast, played),
        _profiles(cast),
        _taken(cast.traffic),
        *(_no_overrun(each) for each in sites),
        *(_delivery(each) for each in sites),
        *(_reaction(each) for each in played.reactions),
        *(_bills(cast.emsp, each) for each in cast.sites),
    )


def _permissions(cast: SmartCast) -> Claim:
    numbers = ", ".join(str(int(each)) for each in ASKED_FOR)
    copies = cast.copies.arrived
    return Claim("copies by permission", copies > 0, f"permissions {numbers}: {copies} copies, none missing")


def _preferences(cast: SmartCast, played: Played) -> Claim:
    answers = played.drivers.answers
    accepted = sum(not wrong for wrong, _ in answers)
    refused = sorted({answer for wrong, answer in answers if wrong})
    visits = sum(len(site.day.stays) for site in cast.sites)
    detail = f"{accepted} drivers' wishes ACCEPTED; answered as they must be: {', '.join(refused)}"
    return Claim("charging preferences", accepted == visits and bool(refused), detail)


def _profiles(cast: SmartCast) -> Claim:
    """Every profile that was sent has an answer, and every one that was accepted its result."""
    sent = [each for each in cast.traffic.sent if each.module == _PROFILES]
    asked = [each for each in sent if each.sender == cast.hired.id and each.method in ("PUT", "DELETE")]
    answered = [each for each in asked if _is_success(each)]
    results = sum(each.method == "POST" and _is_success(each) for each in sent)
    took_hold = sum(len(site.commands.changes) for site in cast.sites)
    ok = bool(asked) and len(asked) == len(answered) == took_hold <= results
    return Claim(
        "charging profiles", ok, f"{len(asked)} sent, {len(answered)} answered, {took_hold} took hold"
    )


def _taken(traffic: Traffic) -> Claim:
    failed = [each for each in traffic.sent if not _is_success(each)]
    detail = f"{len(traffic.sent)} messages"
    if failed:
        one = failed[0]
        detail += (
            f", {len(failed)} of them failed: {one.sender} to {one.receiver}, {one.method} {one.module} "
            f"{one.what}: {one.http_status} {one.status_code}"
        )
    return Claim("every message taken", not failed, detail)


def _no_overrun(each: SiteOutcome) -> Claim:
    slots, over = len(each.site.meters.slots), each.overruns
    detail = f"{over} of {slots} slots over a limit" if over else f"no fuse over its limit in {slots} slots"
    return Claim(f"{each.site.id}: limits", over == 0, detail)


def _delivery(each: SiteOutcome) -> Claim:
    by_policy = each.compared.outcome_by_policy
    ours, theirs = by_policy[Planned.name], by_policy[LeastLaxity.name]
    aim = next(aim for aim in aims(each.compared, congested=False) if aim.name.startswith("delivered"))
    detail = (
        f"{ours.delivered_percent:.1f} % delivered, least laxity {theirs.delivered_percent:.1f} %, "
        f"aim {aim.wanted} points"
    )
    return Claim(f"{each.site.id}: delivery", aim.held, detail)


def _reaction(each: Reaction) -> Claim:
    done = each.messages
    within = done is not None and each.after_kw <= each.limit_kw
    if done is None:
        told = f"never within {each.limit_kw:.1f} kW"
    else:
        told = f"within after {done} limits took hold, in no slot over it, {each.seconds:.2f} s of real time"
    order = "decreases first" if each.decreases_first else "an increase came before all decreases"
    detail = f"{each.before_kw:.1f} kW against {each.limit_kw:.1f} kW: {told}; {order}"
    return Claim(f"{each.site}: grid event", within and each.decreases_first, detail)


def _bills(emsp: SimulatedEmsp, site: SiteCpo) -> Claim:
    receipts = site.reports.receipts
    checks = [emsp.check_of(site.id, receipt.cdr["id"]) for receipt in receipts.values()]
    right = sum(check.verdict is Verdict.MATCH for check in checks)
    visits = len(site.day.stays)
    return Claim(
        f"{site.id}: bills", right == visits, f"{right} of {visits} CDRs checked, right to the last digit"
    )


def _is_success(message: Message) -> bool:
    return message.status_code is not None and 1000 <= message.status_code < 2000
