"""The calls of the module to one counterparty, over whatever node is between."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.ocpi.party_id import PartyId
from ocn.party.json_text import JsonObject
from ocn.party.sending.counterparty import Counterparty
from ocn.settlement.core.amounts import read_units
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.opening import Opened
from ocn.settlement.core.signed_terms import SignedTerms
from ocn.settlement.errors import AmountInvalid
from ocn.settlement.protocol import MODULE
from ocn.settlement.protocol.content import unwrapped, wrapped
from ocn.settlement.protocol.hold_back import read_hold_back_answer
from ocn.settlement.protocol.messages import (
    Answer,
    State,
    read_answer,
    read_signed_terms,
    read_state,
    terms_answer,
)
from ocn.settlement.protocol.vouchers import opened_object, read_opened
from ocn.settlement.records import Recorded


class Reach(Protocol):
    """The way to counterparties; a :class:`ocn.party.Client` of an open party is one."""

    def to(self, party: PartyId | str, *, as_party: PartyId | str | None = None) -> Counterparty:
        """Return the client for one party."""
        ...


class Peer:
    """One counterparty. Every call may raise a PartyError, and InvalidParameters for an unusable answer."""

    def __init__(self, own: PartyId, peer: PartyId, reach: Reach) -> None:
        self._own = own
        self.party = peer
        self._reach = reach

    async def request(
        self, state: JsonObject, items: Sequence[JsonObject], *, payer: PartyId, timeout_s: float
    ) -> Answer:
        """Ask to be paid."""
        body = {"state": state, "items": list(items)}
        data = await self._call("POST", ("requests",), body=body, timeout_s=timeout_s)
        return read_answer(data, payer, self._own)

    async def reserve(self, state: JsonObject, missing: int, detail: str) -> int:
        """Tell the payer what its reserve lacks; return what it says it reserves now."""
        body = {"state": state, "missing": str(missing), "detail": detail}
        data = await self._call("POST", ("requests", "reserve"), body=body)
        try:
            return read_units(data.get("reserving"), "reserving")
        except AmountInvalid as error:
            raise InvalidParameters(error.message) from error

    async def send(self, state: JsonObject, lane: Lane, vouchers: Sequence[Recorded]) -> State:
        """Send vouchers: of this party's, or of the peer's that it has lost. Return where it stands then."""
        body = {"state": state, "lane": lane.key, "vouchers": [opened_object(each) for each in vouchers]}
        data = await self._call("POST", ("vouchers",), body=body)
        return read_state(data.get("state"))

    async def vouchers(self, lane: Lane, payer: PartyId, payee: PartyId, *, after: int) -> list[Opened]:
        """Return vouchers that the peer holds of a lane, from the one that follows a number."""
        query = {"lane": lane.key, "after": str(after)}
        data = await self._call("GET", ("vouchers",), query=query)
        return read_opened(data.get("vouchers"), payer, payee)

    async def terms(self, *, payer: PartyId, payee: PartyId, before: int | None = None) -> SignedTerms:
        """Return the newest terms that the peer holds of a pair, or the newest below a number."""
        query = {"payer": payer.key, "payee": payee.key}
        if before is not None:
            query["before"] = str(before)
        return read_signed_terms(await self._call("GET", ("terms",), query=query))

    async def propose(self, signed: SignedTerms) -> SignedTerms:
        """Propose terms; return them with the peer's signature."""
        return read_signed_terms(await self._call("POST", ("terms",), body=terms_answer(signed)))

    async def hold_back(self, wanted: JsonObject) -> bytes:
        """Ask a payee to sign an agreement on holding payments back; return its signature."""
        return read_hold_back_answer(await self._call("POST", ("terms", "hold-back"), body=wanted))

    async def invoice(self, record: JsonObject) -> None:
        """Push an Invoice Reconciliation record, which is a module of OCPI's own."""
        way = self._reach.to(self.party, as_party=self._own)
        await way.request("POST", ModuleID.INVOICE_RECONCILIATION, InterfaceRole.RECEIVER, (), body=record)

    async def missing(self, lane: Lane) -> int:
        """Return what a payee says is missing for one more session on a lane that pays it."""
        data = await self._call("GET", ("state",), query={"lane": lane.key})
        try:
            return read_units(data.get("missing", "0"), "missing")
        except AmountInvalid as error:
            raise InvalidParameters(error.message) from error

    async def _call(
        self,
        method: str,
        path: tuple[str, ...],
        *,
        query: Mapping[str, str] | None = None,
        body: JsonObject | None = None,
        timeout_s: float | None = None,
    ) -> JsonObject:
        reply = await self._reach.to(self.party, as_party=self._own).request(
            method,
            MODULE,
            InterfaceRole.RECEIVER,
            path,
            query=query,
            body=None if body is None else wrapped(body),
            timeout_s=timeout_s,
        )
        return unwrapped(reply.data)
