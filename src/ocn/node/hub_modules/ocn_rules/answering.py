"""Answer requests to the module ``ocnrules``."""

from collections.abc import Callable
from functools import partial

import msgspec

from ocn.node.errors import PlatformChanged
from ocn.node.hub_modules.ocn_rules.changes import add_entry, block_all, remove_entry, replace_list
from ocn.node.hub_modules.ocn_rules.reading import read_entries, read_entry, read_party
from ocn.node.hub_modules.ocn_rules.showing import rules_data
from ocn.node.hub_modules.registration import Registration
from ocn.node.members import Members
from ocn.node.model import Platform
from ocn.node.ocn_rules import ActiveList, OcnRules
from ocn.node.ports import PlatformStore
from ocn.ocpi.errors import MethodNotAllowed, UnknownObject

_LISTS = {"whitelist": ActiveList.WHITELIST, "blacklist": ActiveList.BLACKLIST}


class RulesModule:
    """Serves one platform its own rules; no request can name another's."""

    def __init__(self, *, members: Members, store: PlatformStore, registration: Registration) -> None:
        self._members = members
        self._store = store
        self._registration = registration

    async def answer(self, method: str, path: list[str], platform: Platform, body: bytes) -> object:
        """Return the ``data`` of the answer, or UNSET for none; ``path`` is what follows the module.

        Raises:
            ClientFault: the request is refused (2000, 2001, 2003); nothing has changed.
        """
        match method, path:
            case "GET", []:
                return rules_data(platform)
            case "PUT", ["signatures"]:
                await self._registration.demand_signatures(platform, not platform.requires_signatures)
            case _:
                await self._change(platform, _change_asked(method, path, body))
        return msgspec.UNSET

    async def _change(self, platform: Platform, change: Callable[[OcnRules], OcnRules]) -> None:
        try:
            await self._store.change_rules(platform.id, change)
        except PlatformChanged as error:
            raise MethodNotAllowed("this connection was ended meanwhile") from error
        finally:
            await self._members.refresh()


def _change_asked(method: str, path: list[str], body: bytes) -> Callable[[OcnRules], OcnRules]:
    match method, path:
        case "PUT", ["block-all"]:
            return block_all
        case "PUT", [name] if name in _LISTS:
            return partial(replace_list, which=_LISTS[name], entries=read_entries(body))
        case "POST", [name] if name in _LISTS:
            return partial(add_entry, which=_LISTS[name], entry=read_entry(body))
        case "DELETE", [name, country_code, party_id] if name in _LISTS:
            return partial(remove_entry, which=_LISTS[name], party=read_party(country_code, party_id))
        case _, [] | ["signatures" | "block-all"]:
            raise MethodNotAllowed("OcnRules take GET, and PUT of signatures and of block-all")
        case _, [name] | [name, _, _] if name in _LISTS:
            raise MethodNotAllowed(f"a {name} takes PUT and POST, its entries take DELETE")
    raise UnknownObject("OcnRules have no such path")
