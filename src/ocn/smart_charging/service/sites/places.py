"""Which site a session is at, and which EVSE of it: what OCPI calls them, without regard to case."""

from collections.abc import Sequence

from ocn.errors import ConfigurationError
from ocn.ocpi.party_id import PartyId
from ocn.smart_charging.service.sites.served import ServedSite
from ocn.smart_charging.site.model import Evse


class Places:
    """The sites that are served."""

    def __init__(self, sites: Sequence[ServedSite]) -> None:
        """Index them.

        Raises:
            ConfigurationError: two have the same name, or are the same location.
        """
        self.sites = tuple(sites)
        self.cpos = frozenset(served.cpo for served in self.sites)
        self._at = {(served.cpo.key, served.location_id.casefold()): served for served in self.sites}
        if len(self._at) < len(self.sites) or len({served.name for served in self.sites}) < len(self.sites):
            raise ConfigurationError(
                "two site files have the same name, or the same location of a CPO",
                hint="Each site is planned by one file.",
            )
        self._evses = {
            served.name: {evse.key_in_ocpi: evse for evse in served.site.evses} for served in self.sites
        }

    def at(self, cpo: PartyId, location_id: str) -> ServedSite | None:
        """Return the site that is a CPO's location."""
        return self._at.get((cpo.key, location_id.casefold()))

    def of(self, cpo: PartyId) -> list[ServedSite]:
        """Return a CPO's sites."""
        return [served for served in self.sites if served.cpo == cpo]

    def evse(self, served: ServedSite, uid: str) -> Evse | None:
        """Return an EVSE by what OCPI calls it."""
        return self._evses[served.name].get(uid.casefold())
