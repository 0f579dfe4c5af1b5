"""py-evm at London rules over the flat state: run one call and say what came of it.

London on purpose: Energy Web knows no PUSH0, so a contract that needs it must fail here as it would there.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, cast

from eth.abc import AtomicDatabaseAPI, ComputationAPI, OpcodeAPI, SignedTransactionAPI
from eth.constants import BLANK_ROOT_HASH
from eth.exceptions import Revert, VMError
from eth.vm.execution_context import ExecutionContext
from eth.vm.forks.london.computation import LondonComputation
from eth.vm.forks.london.state import LondonState
from eth_typing import Address, BlockNumber, Hash32

from ocn.chain.embedded.errors import REVERTED, RpcError, refused
from ocn.chain.embedded.flat_keys import StateView
from ocn.chain.embedded.flat_state import FlatAccountDB
from ocn.chain.embedded.recursion import deep
from ocn.chain.embedded.transactions import Call

LOOPING: Final = (0x56, 0x57, 0xF0, 0xF1, 0xF2, 0xF4, 0xF5, 0xFA)
"""JUMP, JUMPI, CREATE, the calls: code of bounded size cannot run long without one of them."""
STATUS_TEXT: Final = {
    "OutOfGas": "out of gas",
    "InvalidInstruction": "invalid opcode",
    "InvalidJumpDestination": "invalid jump destination",
    "InsufficientStack": "stack underflow",
    "FullStack": "stack limit reached 1024 (1023)",
    "InsufficientFunds": "insufficient funds for transfer",
    "WriteProtection": "write protection",
    "OutOfBoundsRead": "return data out of bounds",
    "ContractCreationCollision": "contract address collision",
    "ReservedBytesInCode": "invalid code: must not begin with 0xef",
}
"""go-ethereum's words for what py-evm's exceptions mean."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What a contract can ask about its block."""

    number: int
    timestamp: int
    gas_limit: int
    coinbase: bytes
    chain_id: int
    base_fee: int
    ancestors: Iterable[bytes]
    """Hashes of the blocks before, nearest first."""


@dataclass(frozen=True, slots=True)
class EmittedLog:
    """One event, not yet placed in a block."""

    address: bytes
    topics: tuple[bytes, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What running a call did."""

    failure: str | None
    """None when it went through; ``execution reverted`` for a revert, else go-ethereum's text."""
    reverted: bool
    gas_used: int
    """After refunds: what the receipt says."""
    gas_needed: int
    """Before refunds: what must be offered."""
    output: bytes
    logs: tuple[EmittedLog, ...]
    changes: dict[bytes, bytes | None]


class _TimedContext(ExecutionContext):
    deadline: float


class _TimeExceeded(Exception):
    """Not a kind py-evm knows: it would swallow its own."""


def _timed(operation: OpcodeAPI) -> OpcodeAPI:
    def run(computation: ComputationAPI) -> Any:
        # The context is the one `run` below built.
        if time.monotonic() > cast("Any", computation.state).execution_context.deadline:
            raise _TimeExceeded
        return operation(computation)

    return cast("OpcodeAPI", run)


class _Computation(LondonComputation):
    opcodes = {code: _timed(op) if code in LOOPING else op for code, op in LondonComputation.opcodes.items()}  # noqa: RUF012 - py-evm's own shape


_State: Callable[..., LondonState] = LondonState.configure(
    __name__="FlatLondonState", account_db_class=FlatAccountDB, computation_class=_Computation
)


def run(view: StateView, environment: Environment, call: Call, *, seconds: float) -> Outcome:
    """Run ``call`` upon ``view``, which is left as it is; the outcome carries the changes.

    Nothing about the sender is checked (nonce, funds): that is the business of whoever accepts transactions.

    Raises:
        RpcError: the call cannot start (gas below the intrinsic cost, value above the balance) or took longer
        than
            ``seconds``.
    """
    if call.gas < call.intrinsic_gas:
        raise refused(f"intrinsic gas too low: gas {call.gas}, minimum needed {call.intrinsic_gas}")
    try:
        return _run(view, environment, call, seconds)
    except RecursionError:
        with deep():  # calls nested more than about a hundred deep: rare, and nothing was changed
            return _run(view, environment, call, seconds)


def _run(view: StateView, environment: Environment, call: Call, seconds: float) -> Outcome:
    context = _TimedContext(
        coinbase=Address(environment.coinbase),
        timestamp=environment.timestamp,
        block_number=BlockNumber(environment.number),
        difficulty=0,
        mix_hash=Hash32(bytes(32)),
        gas_limit=environment.gas_limit,
        prev_hashes=cast("Iterable[Hash32]", environment.ancestors),
        chain_id=environment.chain_id,
        base_fee_per_gas=environment.base_fee,
    )
    context.deadline = time.monotonic() + seconds
    state = _State(cast("AtomicDatabaseAPI", view), context, BLANK_ROOT_HASH)
    executor = state.get_transaction_executor()
    transaction = cast("SignedTransactionAPI", call)  # it has every attribute the executor reads
    try:
        computation = executor.build_computation(executor.build_evm_message(transaction), transaction)
        computation = executor.finalize_computation(transaction, computation)
    except VMError as error:
        raise refused(_text(error)) from error
    except _TimeExceeded:
        raise refused(f"execution aborted (timeout = {seconds:g}s)") from None
    return _outcome(call, computation, cast("Any", state)._account_db)  # noqa: SLF001 - our own class, no public way to it


def _outcome(call: Call, computation: ComputationAPI, accounts: FlatAccountDB) -> Outcome:
    needed = call.gas - computation.get_gas_remaining()
    refund = min(computation.get_gas_refund(), needed // 5)
    error = None if computation.is_success else computation.error
    return Outcome(
        failure=None if error is None else _text(error),
        reverted=isinstance(error, Revert),
        gas_used=needed - refund,
        gas_needed=needed,
        output=bytes(computation.output),
        logs=tuple(
            EmittedLog(address, tuple(topic.to_bytes(32) for topic in topics), bytes(data))
            for address, topics, data in computation.get_log_entries()
        ),
        changes=accounts.changes(),
    )


def _text(error: VMError) -> str:
    if isinstance(error, Revert):
        return "execution reverted"
    return STATUS_TEXT.get(type(error).__name__, str(error) or type(error).__name__)


def failure_as_error(outcome: Outcome) -> RpcError:
    """The error go-ethereum answers with: clients pick the revert text out of message and data."""
    if not outcome.reverted:
        return refused(outcome.failure or "execution failed")
    reason = revert_reason(outcome.output)
    text = "execution reverted" if reason is None else f"execution reverted: {reason}"
    return RpcError(REVERTED, text, "0x" + outcome.output.hex())


def revert_reason(output: bytes) -> str | None:
    """The text of ``Error(string)``, or None when the revert data is something else."""
    if output[:4] != b"\x08\xc3\x79\xa0" or len(output) < 68 or int.from_bytes(output[4:36]) != 32:
        return None
    size = int.from_bytes(output[36:68])
    return output[68 : 68 + size].decode("utf-8", "replace") if 68 + size <= len(output) else None
