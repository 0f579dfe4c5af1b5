"""Sessions that ran and were billed, without a network and in no time."""

from datetime import datetime, timedelta
from decimal import Decimal

from ocn.ocpi.objects import Cdr, StartSession
from ocn.ocpi.party_id import PartyId
from ocn.simulation.billing.misbilling import Misbilling
from ocn.simulation.chargers.charging_profile import ChargingProfile
from ocn.simulation.cpo.operations import Operations
from ocn.simulation.cpo.running_session import RunningSession
from ocn.simulation.emsp.drivers import build_tokens

CPO, MSP = PartyId("DE", "CPO"), PartyId("DE", "MSP")


class Watch:
    """A clock that is set by hand."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, duration: timedelta) -> None:
        self.moment += duration


class Shop:
    """A CPO, of which one session at a time is of interest."""

    def __init__(self, opens: datetime, cpo: PartyId = CPO) -> None:
        self.watch = Watch(opens)
        self.operations = Operations(cpo, self.watch)
        self.bills = self.operations.bills

    def start(self, location_id: str) -> RunningSession:
        command: StartSession = {
            "response_url": "x",
            "token": build_tokens(MSP)[0],
            "location_id": location_id,
        }
        return self.operations.start(MSP, command)

    def charged(self, location_id: str, *minutes: float) -> RunningSession:
        """Charge for some stretches of time, every second one under a charging profile."""
        session = self.start(location_id)
        for n, each in enumerate(minutes):
            session.use_profile(_LIMIT if n % 2 else None)
            self.watch.moment += timedelta(minutes=each)
        session.stop()
        self.operations.finish(session)
        return session

    def billed(self, location_id: str, *minutes: float, how: Misbilling | None = None) -> Cdr:
        session = self.charged(location_id, *minutes)
        self.bills.misbilling = how
        return self.bills.charge(session)


_LIMIT = ChargingProfile.from_object(
    {
        "charging_rate_unit": "W",
        "charging_profile_period": [{"start_period": 0, "limit": Decimal(6900)}],
    }
)
