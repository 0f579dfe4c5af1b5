"""Which site a session is at, and which EVSE of it: what OCPI calls them, without regard to case."""

from collections import Counter
from collections.abc import Callable, Sequence

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
        _refuse_twice("are called", [repr(served.name) for served in self.sites])
        locations = [f"location {served.location_id} of {served.cpo}" for served in self.sites]
        _refuse_twice("are", locations, str.casefold)
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


def _refuse_twice(are: str, names: Sequence[str], alike: Callable[[str], str] = str) -> None:
    count = Counter(map(alike, names))
    twice = next((name for name in names if count[alike(name)] > 1), None)
    if twice is not None:
        raise ConfigurationError(f"two site files {are} {twice}", hint="Each site is planned by one file.")
