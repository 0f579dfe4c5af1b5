"""Pay for charging while it happens: terms, vouchers, claims and books of one party.

In come requests of charge point operators and vouchers of providers, over the custom module
``ocn-settlement`` of a party (:mod:`ocn.party`), and the events of the contract; out go vouchers, claims and
cases. The room prices with :mod:`ocn.tariffs` and reaches the chain through :mod:`ocn.chain`; it knows
nothing of how a node works. ``service/settlement.py`` is the file to read first, ``core`` decides.
"""

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
