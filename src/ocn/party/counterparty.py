"""One other party, as this party sees it: every request of every module, in one object."""

from ocn.party.calls.cdrs import CdrCalls
from ocn.party.calls.charging_profiles import ChargingProfileCalls
from ocn.party.calls.commands import CommandCalls
from ocn.party.calls.locations import LocationCalls
from ocn.party.calls.sessions import SessionCalls
from ocn.party.calls.tariffs import TariffCalls
from ocn.party.calls.tokens import TokenCalls


class Counterparty(
    LocationCalls, SessionCalls, CdrCalls, TariffCalls, TokenCalls, CommandCalls, ChargingProfileCalls
):
    """Had from :meth:`ocn.party.client.Client.to`, and in handlers as ``request.caller``."""

    __slots__ = ()
