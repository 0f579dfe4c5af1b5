"""What this party answers as the custom module ``ocn-settlement``. Errors are OCPI's; nothing moved then."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Protocol, TypeAlias

from ocn.database import StorageError
from ocn.ocpi.errors import InvalidParameters, MethodNotAllowed, ServerFault, UnknownObject
from ocn.ocpi.party_id import PartyId
from ocn.party.json_text import JsonObject
from ocn.party.receiving.answers import Answer
from ocn.party.request import Request
from ocn.settlement.core.lane import Lane
from ocn.settlement.errors import ConflictingState, NoTerms, SettlementError
from ocn.settlement.protocol.content import unwrapped, wrapped
from ocn.settlement.protocol.messages import (
    State,
    read_items,
    read_lane,
    read_signed_terms,
    read_state,
    terms_answer,
)
from ocn.settlement.protocol.vouchers import MOST_VOUCHERS, opened_object, read_opened, units
from ocn.settlement.service.agreeing import Agreeing
from ocn.settlement.service.holding_back import HoldingBack
from ocn.settlement.service.house import House
from ocn.settlement.service.pair import Pair
from ocn.settlement.service.pairs import Pairs
from ocn.settlement.service.paying import Paying

_ABOVE_ALL: Final = 10**16 - 1
_Handler: TypeAlias = Callable[[Request], Awaitable[JsonObject]]


class Reserving(Protocol):
    """Adds to a reserve when its payee says that it is too low."""

    async def add(self, pair: Pair, missing: int) -> int:
        """Return how much is being reserved now."""
        ...


class Missing(Protocol):
    """Tells what a payee lacks for one more session."""

    async def missing(self, pair: Pair) -> int:
        """Return it in units; 0 when nothing is missing."""
        ...


class Module:
    """Serves one party. Without ``paying`` it pays nobody, without ``missing`` it collects from nobody."""

    def __init__(
        self,
        house: House,
        pairs: Pairs,
        agreeing: Agreeing,
        *,
        paying: Paying | None,
        reserving: Reserving | None,
        missing: Missing | None,
        holding_back: HoldingBack,
    ) -> None:
        self._house = house
        self._pairs = pairs
        self._agreeing = agreeing
        self._paying = paying
        self._reserving = reserving
        self._missing = missing
        self._holding_back = holding_back
        self._routes: Mapping[tuple[str, tuple[str, ...]], _Handler] = {
            ("GET", ("terms",)): self._get_terms,
            ("POST", ("terms",)): self._post_terms,
            ("POST", ("terms", "hold-back")): self._post_hold_back,
            ("POST", ("requests",)): self._post_request,
            ("POST", ("requests", "reserve")): self._post_reserve,
            ("GET", ("vouchers",)): self._get_vouchers,
            ("POST", ("vouchers",)): self._post_vouchers,
            ("GET", ("state",)): self._get_state,
        }

    async def __call__(self, request: Request) -> Answer:
        """Serve a request.

        Raises:
            OcpiError: as the peer is to be answered.
        """
        handler = self._routes.get((request.method, request.path))
        if handler is None:
            if any(path == request.path for _, path in self._routes):
                raise MethodNotAllowed(f"{request.method} is not served here")
            raise UnknownObject("ocn-settlement has no such path")
        if request.sender == self._house.own:
            raise InvalidParameters("a party does not settle with itself")
        try:
            return Answer(wrapped(await handler(request)))
        except NoTerms as error:
            raise UnknownObject(f"{error.message}. {error.hint}") from error
        except (ConflictingState, StorageError) as error:
            raise ServerFault(error.message) from error
        except SettlementError as error:
            raise InvalidParameters(f"{error.message}{f'. {error.hint}' if error.hint else ''}") from error

    # ---- terms

    async def _get_terms(self, request: Request) -> JsonObject:
        payer, payee = (_party(request.query.get(name, ""), name) for name in ("payer", "payee"))
        if {payer, payee} != {self._house.own, request.sender}:
            raise InvalidParameters("terms are shown to the two parties that agreed on them")
        before = _number(request.query.get("before", str(_ABOVE_ALL)), "before")
        kept = await self._pairs.terms(payer, payee)
        found = next((signed for signed in kept if signed.terms.number < before), None)
        if found is None:
            raise NoTerms(
                f"{payer} and {payee} have agreed on no such terms", hint="They are proposed with POST."
            )
        return terms_answer(found)

    async def _post_terms(self, request: Request) -> JsonObject:
        proposal = read_signed_terms(_message(request))
        return terms_answer(await self._agreeing.consider(proposal, request.sender))

    async def _post_hold_back(self, request: Request) -> JsonObject:
        body = _message(request)
        pair = await self._pairs.on(request.sender, self._house.own, read_lane(body.get("lane")))
        return await self._holding_back.answer(pair, body)

    # ---- requests

    async def _post_request(self, request: Request) -> JsonObject:
        body = _message(request)
        state, items = read_state(body.get("state")), read_items(body)
        pair = await self._paid_pair(request, state)
        if self._paying is None:
            raise InvalidParameters(f"{self._house.own} pays nobody")
        return await self._paying.answer(pair, state, items)

    async def _post_reserve(self, request: Request) -> JsonObject:
        body = _message(request)
        pair = await self._paid_pair(request, read_state(body.get("state")))
        missing = units(body, "missing", "body")
        reserving = await self._reserving.add(pair, missing) if self._reserving is not None else 0
        return {"state": await pair.state(), "reserving": str(reserving)}

    async def _paid_pair(self, request: Request, state: State) -> Pair:
        """Return the pair that the sender is the payee of."""
        try:
            return await self._pairs.on(self._house.own, request.sender, state.lane)
        except NoTerms:
            await self._agreeing.recover(request.sender, unasked=True)
        return await self._pairs.on(self._house.own, request.sender, state.lane)

    # ---- vouchers and state

    async def _post_vouchers(self, request: Request) -> JsonObject:
        body = _message(request)
        state, lane = read_state(body.get("state")), read_lane(body.get("lane"))
        pair = await self._pair_on(request.sender, state.lane)
        account = pair.account
        payer, payee = (
            (self._house.own, request.sender) if lane == account.out else (request.sender, self._house.own)
        )
        opened = read_opened(body.get("vouchers"), payer, payee)
        async with account.lock:
            if lane == account.into:
                await account.accept(opened)
            elif lane == account.out:
                await account.restore(opened)
            else:
                raise InvalidParameters(f"{lane} is none of the two lanes of these terms")
            return {"state": await pair.state()}

    async def _get_vouchers(self, request: Request) -> JsonObject:
        lane, after = read_lane(request.query.get("lane")), _number(request.query.get("after", "0"), "after")
        pair = await self._pair_on(request.sender, lane)
        found = await self._house.store.vouchers(lane, after=after, most=MOST_VOUCHERS)
        return {"state": await pair.state(), "vouchers": [opened_object(each) for each in found]}

    async def _get_state(self, request: Request) -> JsonObject:
        pair = await self._pair_on(request.sender, read_lane(request.query.get("lane")))
        answer: dict[str, Any] = {"state": await pair.state()}
        if not pair.pays and self._missing is not None:
            answer["missing"] = str(await self._missing.missing(pair))
        return answer

    async def _pair_on(self, sender: PartyId, lane: Lane) -> Pair:
        """Return the pair with the sender whose lane there or back this is."""
        own = self._house.own
        for each in (lane, lane.opposite):
            for payer, payee in ((own, sender), (sender, own)):
                try:
                    return await self._pairs.on(payer, payee, each)
                except NoTerms:
                    continue
        raise NoTerms(f"there are no terms with {sender} for {lane}", hint="They are proposed with POST.")


def _message(request: Request) -> JsonObject:
    return unwrapped(request.json())


def _number(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 17):
        raise InvalidParameters(f"{name} must be a whole number")
    return int(text)


def _party(text: str, name: str) -> PartyId:
    try:
        return PartyId.parse(text)
    except ValueError as error:
        raise InvalidParameters(f"{name} names no party") from error
