"""What a back end needs to join the network: be a party.

In come the settings of a party and the objects that serve its modules (:mod:`ocn.party.handlers`); out go a
registration with a node, a receiving ASGI app, and a client for every other party. OCPI objects are plain
JSON dicts whose numbers lose no digit. The room knows the protocol (:mod:`ocn.ocpi`), signatures
(:mod:`ocn.signing`) and the registry; it knows nothing of how a node works, and would connect as well to
somebody else's. ``party`` is the file to read first, ``handlers`` the second; a request goes out through
``sending`` and comes in through ``receiving``.
"""

from ocn.party.identity.key import load_or_create_key
from ocn.party.identity.roles import PartyRole
from ocn.party.limits import Limits
from ocn.party.lists import ListQuery, Page
from ocn.party.outcomes import Outcome, accepted, not_supported, rejected, unknown_session
from ocn.party.party import Party
from ocn.party.receiving.answers import Answer
from ocn.party.receiving.routes import CPO_MODULES, EMSP_MODULES
from ocn.party.reply import Reply
from ocn.party.request import Request
from ocn.party.sending.client import Client
from ocn.party.sending.counterparty import Counterparty
from ocn.party.sending.results import Pending
from ocn.party.signatures.strict_terms import StrictTerms
from ocn.party.storage.port import MemoryStorage, PartyStorage
from ocn.party.storage.stored_receiver import StoredReceiver
from ocn.party.storage.stored_sender import StoredSender
from ocn.party.traffic import Exchange

__all__ = [
    "CPO_MODULES",
    "EMSP_MODULES",
    "Answer",
    "Client",
    "Counterparty",
    "Exchange",
    "Limits",
    "ListQuery",
    "MemoryStorage",
    "Outcome",
    "Page",
    "Party",
    "PartyRole",
    "PartyStorage",
    "Pending",
    "Reply",
    "Request",
    "StoredReceiver",
    "StoredSender",
    "StrictTerms",
    "accepted",
    "load_or_create_key",
    "not_supported",
    "rejected",
    "unknown_session",
]
