"""The events of Lanes, as changes of balances. Every balance follows from them alone."""

from collections.abc import Callable, Collection, Sequence
from typing import Final

from ocn.chain.contract import topic
from ocn.chain.event_data import EventData, indexed_address
from ocn.chain.following import Row
from ocn.chain.values import ZERO_ADDRESS, Log
from ocn.settlement.lanes.balances import Balances
from ocn.settlement.lanes.records import DisputeRecord, Key, Record


def _deposited(log: Log, balances: Balances) -> None:
    token, party, _ = _three(log)
    balances.add_free(token, party, EventData(log.data).number(0))


def _withdrawn(log: Log, balances: Balances) -> None:
    token, party, _ = _three(log)
    balances.add_free(token, party, -EventData(log.data).number(0))


def _reserved(log: Log, balances: Balances) -> None:
    payer, payee, token = _three(log)
    amount = EventData(log.data).number(0)
    balances.add_free(token, payer, -amount)
    balances.change(payer, payee, token, reserved=balances.lane(payer, payee, token).reserved + amount)


def _release_requested(log: Log, balances: Balances) -> None:
    data = EventData(log.data)
    amount = data.number(0)
    balances.change(*_three(log), exit=amount, exit_ready_at=data.number(1) if amount else 0)


def _left_reserve(log: Log, balances: Balances) -> None:
    payer, payee, token = _three(log)
    amount = EventData(log.data).number(0)
    balances.take_reserve(payer, payee, token, amount)
    balances.add_free(token, payer, amount)


def _claimed(log: Log, balances: Balances) -> None:
    payer, payee, token = _three(log)
    data = EventData(log.data)
    claimed, from_free = data.number(0), data.number(1)
    paid = claimed - balances.lane(payer, payee, token).claimed
    balances.take_reserve(
        payer,
        payee,
        token,
        paid - from_free,
        claimed=claimed,
        evidence="0x" + data.raw(2).hex(),
        settled_in=log.transaction,
    )
    balances.add_free(token, payer, -from_free)
    lane = balances.lane(payer, payee, token)
    if lane.window:
        balances.change(payer, payee, token, held=lane.held + paid)
    else:
        balances.income(payer, payee, token, paid)


def _netted(log: Log, balances: Balances) -> None:
    a, b, token = _three(log)
    data = EventData(log.data)
    offset = data.number(0)
    if offset == 0:
        return
    for payer, payee, evidence in ((a, b, data.raw(1)), (b, a, data.raw(2))):
        balances.change(
            payer,
            payee,
            token,
            claimed=balances.lane(payer, payee, token).claimed + offset,
            evidence="0x" + evidence.hex(),
            settled_in=log.transaction,
        )


def _setoff_enabled(log: Log, balances: Balances) -> None:
    payee, peer, token = _three(log)
    balances.change(peer, payee, token, setoff=True, leaves_at=0)


def _setoff_leaving(log: Log, balances: Balances) -> None:
    payee, peer, token = _three(log)
    balances.change(peer, payee, token, leaves_at=EventData(log.data).number(0))


def _setoff_left(log: Log, balances: Balances) -> None:
    payee, peer, token = _three(log)
    balances.change(peer, payee, token, setoff=False, leaves_at=0)


def _signer_changed(log: Log, balances: Balances) -> None:
    data = EventData(log.data)
    balances.set_signer(indexed_address(log, 1), indexed_address(log, 2), data.number(0), data.number(1))


def _hold_back_agreed(log: Log, balances: Balances) -> None:
    data = EventData(log.data)
    arbiter = data.address(1)
    balances.change(*_three(log), window=data.number(0), arbiter="" if arbiter == ZERO_ADDRESS else arbiter)


def _collected(log: Log, balances: Balances) -> None:
    payer, payee, token = _three(log)
    amount = EventData(log.data).number(0)
    balances.change(payer, payee, token, held=balances.lane(payer, payee, token).held - amount)
    balances.income(payer, payee, token, amount)


def _disputed(log: Log, balances: Balances) -> None:
    payer, payee, token = _three(log)
    data = EventData(log.data)
    amount, timeout = data.number(1), data.number(2)
    lane = balances.lane(payer, payee, token)
    balances.change(payer, payee, token, held=lane.held - amount, disputed=lane.disputed + amount)
    opened = DisputeRecord(amount, timeout, lane.claimed, lane.evidence, log.transaction)
    balances.open_dispute((payer, payee, token), _leaf(data), opened)


def _resolved(log: Log, balances: Balances) -> None:
    payer, payee, token = _three(log)
    data = EventData(log.data)
    to_payer, to_payee = data.number(1), data.number(2)
    lane = balances.lane(payer, payee, token)
    balances.change(payer, payee, token, disputed=lane.disputed - to_payer - to_payee)
    balances.end_dispute(
        (payer, payee, token),
        _leaf(data),
        to_payer=to_payer,
        to_payee=to_payee,
        transaction=log.transaction,
    )
    balances.add_free(token, payer, to_payer)
    balances.income(payer, payee, token, to_payee)


def _leaf(data: EventData) -> str:
    return "0x" + data.raw(0).hex()


_Reader = Callable[[Log, Balances], None]
_OF_TOKEN: Final[dict[bytes, _Reader]] = {
    topic("Deposited(address,address,address,uint256)"): _deposited,
    topic("Withdrawn(address,address,address,uint256)"): _withdrawn,
}
_OF_LANE: Final[dict[bytes, _Reader]] = {
    topic("Reserved(address,address,address,uint256)"): _reserved,
    topic("ReleaseRequested(address,address,address,uint256,uint256)"): _release_requested,
    topic("Released(address,address,address,uint256)"): _left_reserve,
    topic("ReserveReturned(address,address,address,uint256)"): _left_reserve,
    topic("Claimed(address,address,address,uint256,uint256,bytes32)"): _claimed,
    topic("Netted(address,address,address,uint256,bytes32,bytes32)"): _netted,
    topic("SetoffEnabled(address,address,address)"): _setoff_enabled,
    topic("SetoffLeaving(address,address,address,uint256)"): _setoff_leaving,
    topic("SetoffLeft(address,address,address)"): _setoff_left,
    topic("HoldBackAgreed(address,address,address,uint256,address)"): _hold_back_agreed,
    topic("Collected(address,address,address,uint256)"): _collected,
    topic("Disputed(address,address,address,bytes32,uint256,uint256)"): _disputed,
    topic("Resolved(address,address,address,bytes32,uint256,uint256)"): _resolved,
}
_OF_PARTY: Final[dict[bytes, _Reader]] = {
    topic("SignerChanged(address,address,uint256,uint256)"): _signer_changed,
}
_READERS: Final = {**_OF_TOKEN, **_OF_LANE, **_OF_PARTY}

TOPICS: Final = tuple(_READERS)
"""The first topics to ask the chain for."""


def rows(
    logs: Sequence[Log],
    before: Callable[[Key], Record | None],
    tokens: Collection[str] | None = None,
) -> list[Row[Key, Record]]:
    """Return what these events, in chain order, leave behind of what was before them.

    With ``tokens`` (EIP-55 case), money of others is passed over: anybody can bring a token of its own.

    Raises:
        BadLog: an event that Lanes cannot have emitted after those before it.
    """
    balances = Balances(before)
    found: list[Row[Key, Record]] = []
    for log in logs:
        reader = _READERS.get(log.topics[0]) if log.topics else None
        if reader is None or not _is_followed(log, tokens):
            continue
        reader(log, balances)
        found += (
            Row(log.block_number, log.log_index, log.block_hash, key, record)
            for key, record in balances.touched()
        )
    return found


def _is_followed(log: Log, tokens: Collection[str] | None) -> bool:
    if tokens is None or log.topics[0] in _OF_PARTY:
        return True
    return indexed_address(log, 1 if log.topics[0] in _OF_TOKEN else 3) in tokens


def _three(log: Log) -> tuple[str, str, str]:
    return indexed_address(log, 1), indexed_address(log, 2), indexed_address(log, 3)
