"""Pay for charging while it happens: terms, vouchers, claims and books of one party.

In come requests of charge point operators and vouchers of providers, over the custom module
``ocn-settlement`` of a party (:mod:`ocn.party`), and the events of the contract; out go vouchers, claims and
cases. The room prices with :mod:`ocn.tariffs` and reaches the chain through :mod:`ocn.chain`; it knows
nothing of how a node works. ``service/settlement.py`` is the file to read first, ``core`` decides.

The names below are loaded when they are asked for: whoever needs a part of the room, as commands do, does not
wait for the library of databases.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ocn.settlement.core.asked import PayerPolicy
    from ocn.settlement.core.bounds import Currency, TermsBounds
    from ocn.settlement.core.lane import Lane
    from ocn.settlement.core.settling import SettlePolicy
    from ocn.settlement.core.terms import Side, Terms, Tick
    from ocn.settlement.engine import TariffEngine
    from ocn.settlement.metering.signed_meters import SignedMeters
    from ocn.settlement.references import GivenReferences
    from ocn.settlement.relayed import RelayedObjects
    from ocn.settlement.service.collecting import CollectPolicy
    from ocn.settlement.service.house import House
    from ocn.settlement.service.payee import Authorisation, Payee
    from ocn.settlement.service.payer import Payer
    from ocn.settlement.service.settlement import Settlement
    from ocn.settlement.storage import open_store

__all__ = [
    "Authorisation",
    "CollectPolicy",
    "Currency",
    "GivenReferences",
    "House",
    "Lane",
    "Payee",
    "Payer",
    "PayerPolicy",
    "RelayedObjects",
    "SettlePolicy",
    "Settlement",
    "Side",
    "SignedMeters",
    "TariffEngine",
    "Terms",
    "TermsBounds",
    "Tick",
    "open_store",
]

_HOMES = {
    "Authorisation": "service.payee",
    "CollectPolicy": "service.collecting",
    "Currency": "core.bounds",
    "GivenReferences": "references",
    "House": "service.house",
    "Lane": "core.lane",
    "Payee": "service.payee",
    "Payer": "service.payer",
    "PayerPolicy": "core.asked",
    "RelayedObjects": "relayed",
    "SettlePolicy": "core.settling",
    "Settlement": "service.settlement",
    "Side": "core.terms",
    "SignedMeters": "metering.signed_meters",
    "TariffEngine": "engine",
    "Terms": "core.terms",
    "TermsBounds": "core.bounds",
    "Tick": "core.terms",
    "open_store": "storage",
}

if not TYPE_CHECKING:  # a type checker would take any name for one that is here

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        return value
