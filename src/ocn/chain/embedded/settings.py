"""What can be chosen about an embedded chain."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """`chain_id` and `gas_limit` are fixed by the first start."""

    chain_id: int = 9
    """Also the network id."""
    gas_limit: int = 10_000_000
    """Of a block, and so of a transaction."""
    call_gas_limit: int = 30_000_000
    """Of an ``eth_call``."""
    transaction_seconds: float = 60.0
    call_seconds: float = 20.0
    max_logs: int = 10_000
    """Results of one ``eth_getLogs``."""
    max_log_range: int = 100_000
    """Blocks of one ``eth_getLogs``."""
