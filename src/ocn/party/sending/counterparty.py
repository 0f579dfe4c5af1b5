"""One other party, as this party sees it: every request of every module, in one object."""

from ocn.party.sending.calls.cdrs import CdrCalls
from ocn.party.sending.calls.charging_profiles import ChargingProfileCalls
from ocn.party.sending.calls.commands import CommandCalls
from ocn.party.sending.calls.locations import LocationCalls
from ocn.party.sending.calls.sessions import SessionCalls
from ocn.party.sending.calls.tariffs import TariffCalls
from ocn.party.sending.calls.tokens import TokenCalls


class Counterparty(
    LocationCalls, SessionCalls, CdrCalls, TariffCalls, TokenCalls, CommandCalls, ChargingProfileCalls
):
    """Had from :meth:`ocn.party.sending.client.Client.to`, and in handlers as ``request.caller``."""

    __slots__ = ()
