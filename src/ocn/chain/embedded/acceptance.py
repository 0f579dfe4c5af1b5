"""What makes a transaction acceptable, with refusals in go-ethereum's words, which clients look for."""

from eth.constants import EMPTY_SHA3

from ocn.chain.embedded.errors import refused
from ocn.chain.embedded.flat_keys import Account
from ocn.chain.embedded.quantities import UINT64
from ocn.chain.embedded.transactions import Transaction


def check_fields(transaction: Transaction, chain_id: int, gas_limit: int) -> None:
    """Check what can be told without the state.

    Raises:
        RpcError: it can never be mined here.
    """
    call = transaction.call
    if transaction.chain_id not in {None, chain_id}:
        raise refused(f"invalid chain id: have {transaction.chain_id} want {chain_id}")
    if call.gas > gas_limit:
        raise refused(f"exceeds block gas limit: {call.gas} > {gas_limit}")
    if call.gas < call.intrinsic_gas:
        raise refused(f"intrinsic gas too low: gas {call.gas}, minimum needed {call.intrinsic_gas}")
    if call.max_priority_fee_per_gas > call.max_fee_per_gas:
        raise refused("max priority fee per gas higher than max fee per gas")
    if transaction.nonce >= UINT64:
        raise refused("nonce has max value")


def check_sender(transaction: Transaction, account: Account) -> None:
    """Check that the sender can pay, and is no contract (EIP-3607).

    Raises:
        RpcError: it cannot be mined now.
    """
    if account.balance < transaction.upfront_cost:
        raise refused(
            "insufficient funds for gas * price + value:"
            f" balance {account.balance}, tx cost {transaction.upfront_cost}"
        )
    if account.code_hash != EMPTY_SHA3:
        raise refused("sender not an eoa")
