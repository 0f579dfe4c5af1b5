"""What an eMSP does for its drivers: starts their sessions, and tells what they need and when they leave."""

from datetime import timedelta
from decimal import Decimal

from ocn.ocpi.objects import ChargingPreferences, Token
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import format_datetime
from ocn.simulation.emsp.emsp import SimulatedEmsp
from ocn.simulation.play.scenes.stage import WAIT_S, same
from ocn.simulation.smart.scenario import LOCATION
from ocn.smart_charging.simulation.generator import Stay
from ocn.smart_charging.slots import Slots

_PHASE_VOLTS = 230


class Drivers:
    """The drivers of one eMSP, each with a token of its own."""

    def __init__(self, emsp: SimulatedEmsp, slots: Slots) -> None:
        self._emsp = emsp
        self._slots = slots
        self._tokens = iter(emsp.tokens)
        self.answers: list[tuple[str, str]] = []
        """What was wrong with preferences ("" for nothing), and what the CPO answered."""

    async def arrive(self, cpo: PartyId, stay: Stay, *, tries_others: bool = False) -> None:
        """Start a session at the EVSE where the car stands, and send what the driver wants.

        With ``tries_others`` wishes are sent before that a CPO must turn down, each for another reason.

        Raises:
            StepFailed: something is answered otherwise than it must be.
        """
        session_id = await self._start(cpo, stay, next(self._tokens))
        wanted = self.preferences(stay)
        if tries_others:
            for what, answer, preferences in self._refused(wanted):
                await self._send(cpo, session_id, preferences, what, answer)
        await self._send(cpo, session_id, wanted, "", "ACCEPTED")

    def preferences(self, stay: Stay) -> ChargingPreferences:
        """Return what a driver says: its need is right, its departure is what it believes.

        Nobody says to be gone before the car can have what it needs: a CPO would turn that down.
        """
        full_kw = stay.phases * stay.amps * _PHASE_VOLTS / 1000
        soonest = stay.arrival + 1 + stay.need_kwh / full_kw / self._slots.hours
        leaves = self._slots.start + max(stay.declared, soonest) * timedelta(minutes=self._slots.minutes)
        return {
            "profile_type": "REGULAR",
            "departure_time": format_datetime(leaves),
            "energy_need": Decimal(str(stay.need_kwh)),
        }

    def _refused(self, wanted: ChargingPreferences) -> list[tuple[str, str, ChargingPreferences]]:
        begun = format_datetime(self._slots.start - timedelta(hours=1))
        no_departure: ChargingPreferences = {
            "profile_type": "CHEAP",
            "energy_need": wanted["energy_need"],
        }
        no_need: ChargingPreferences = {
            "profile_type": "CHEAP",
            "departure_time": wanted["departure_time"],
        }
        return [
            ("no departure", "DEPARTURE_REQUIRED", no_departure),
            ("no need", "ENERGY_NEED_REQUIRED", no_need),
            ("green", "PROFILE_TYPE_NOT_SUPPORTED", {**wanted, "profile_type": "GREEN"}),
            ("gone already", "NOT_POSSIBLE", {**wanted, "departure_time": begun}),
        ]

    async def _start(self, cpo: PartyId, stay: Stay, token: Token) -> str:
        reference = await self._emsp.reference(cpo, token["uid"])
        pending = await self._emsp.to(cpo).start_session(
            token, LOCATION, stay.evse, "1", authorization_reference=reference
        )
        same("the answer to START_SESSION", pending.reply.data["result"], "ACCEPTED")
        same("the result of START_SESSION", (await pending.result(WAIT_S))["result"], "ACCEPTED")
        return await self._emsp.session_of(cpo, reference, WAIT_S)

    async def _send(
        self, cpo: PartyId, session_id: str, preferences: ChargingPreferences, what: str, answer: str
    ) -> None:
        reply = await self._emsp.to(cpo).set_charging_preferences(session_id, preferences)
        same(f"the answer to preferences ({what or 'right'})", reply.data, answer)
        self.answers.append((what, reply.data))
