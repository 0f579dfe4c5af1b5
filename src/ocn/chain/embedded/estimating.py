"""How much gas a call needs: an answer that was tried before it is given."""

from dataclasses import replace
from typing import Final

from eth.constants import EMPTY_SHA3

from ocn.chain.embedded.chain import Chain
from ocn.chain.embedded.evm import failure_as_error
from ocn.chain.embedded.transactions import Call

_TRANSFER_GAS: Final = 21_000
_STIPEND: Final = 2300


def sufficient_gas(chain: Chain, call: Call) -> int:
    """Gas that suffices for ``call`` now, verified by running it.

    That is what it needs plus a 64th, the part no sub-call can have, plus the stipend of a transfer.

    Raises:
        RpcError: the call fails with all the gas it may have, with the error ``eth_call`` would give.
    """
    if _is_transfer(chain, call):
        chain.call_pending(call)  # so that a missing balance is told
        return _TRANSFER_GAS
    outcome = chain.call_pending(call)
    if outcome.failure:
        raise failure_as_error(outcome)
    guess = min(call.gas, outcome.gas_needed + outcome.gas_needed // 63 + _STIPEND)
    return guess if _suffices(chain, call, guess) else _searched(chain, call, too_little=guess)


def _is_transfer(chain: Chain, call: Call) -> bool:
    if not call.to or call.data or call.access_list:
        return False
    return chain.account(call.to).code_hash == EMPTY_SHA3


def _searched(chain: Chain, call: Call, too_little: int) -> int:
    enough = call.gas
    while enough - too_little > enough // 64:
        guess = (enough + too_little) // 2
        if _suffices(chain, call, guess):
            enough = guess
        else:
            too_little = guess
    return enough


def _suffices(chain: Chain, call: Call, gas: int) -> bool:
    return not chain.call_pending(replace(call, gas=gas)).failure
