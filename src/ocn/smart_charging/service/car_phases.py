"""On how many phases a car charges, learned from what its meter says while a limit holds it.

Power tells energy: a car on one phase gets a third. That is believed at once, and costs no fuse anything;
that other phases stay free only where the current on each was at the limit, at two limits.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from ocn.smart_charging.planning.problem import Outlet
from ocn.smart_charging.profiles.course import Course
from ocn.smart_charging.service.stays import Stay
from ocn.smart_charging.site.model import Current, Evse
from ocn.smart_charging.site.wiring import Wiring

_STEP_AMPS = 0.1
_POWER_NEAR, _CURRENT_NEAR = 0.08, 0.05
_APART_AMPS = 1.0


@dataclass(frozen=True, slots=True)
class _Proof:
    """At which limits a car's current was at the limit while so many phases were loaded."""

    phases: int
    limits: tuple[float, ...]
    at: datetime

    @property
    def is_sure(self) -> bool:
        return max(self.limits) - min(self.limits) >= _APART_AMPS


class CarPhases:
    """What is known of the cars at one site."""

    def __init__(self, voltage: float) -> None:
        self._voltage = voltage
        self._proofs: dict[str, _Proof] = {}

    def look(self, stay: Stay, evse: Evse, confirmed: Course | None) -> None:
        """Learn from a session's newest reading, with the limit that held it then."""
        power, current = stay.power_kw, stay.current_a
        known = self._proofs.get(stay.key)
        if evse.current is not Current.AC or not power or not current or (known and known.at == stay.updated):
            return
        limit = float(evse.max_amps) if confirmed is None else confirmed.at(stay.updated) * _STEP_AMPS
        if limit <= 0 or abs(float(current) - limit) > _CURRENT_NEAR * limit:
            return
        of_one = self._voltage * float(current) / 1000
        found = round(float(power) / of_one)
        if not 1 <= found <= len(evse.phases) or abs(float(power) / of_one - found) > _POWER_NEAR * found:
            return
        before = known.limits if known is not None and known.phases == found else ()
        self._proofs[stay.key] = _Proof(found, (*before[-3:], limit), stay.updated)

    def outlet(self, stay: Stay, evse: Evse, wiring: Wiring) -> Outlet:
        """Return what the car can draw at an EVSE, by what was learned."""
        proof = self._proofs.get(stay.key)
        if proof is None or proof.phases >= len(evse.phases):
            return wiring.outlet(evse)
        of_car = wiring.outlet(evse, proof.phases)
        return of_car if proof.is_sure else replace(of_car, loads=wiring.outlet(evse).loads)

    def forget(self, present: set[str]) -> None:
        """Forget those that are gone."""
        self._proofs = {key: proof for key, proof in self._proofs.items() if key in present}
