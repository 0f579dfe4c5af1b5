"""How well an index knows its chain."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """A moment of an index. Blocks are numbers, None before the first contact with the chain.

    ``lag_blocks`` and ``lag_s`` (since everything known of was read) grow while the chain is not followed.
    ``ready`` is true once all was read, now or in an earlier run, as long as the lag is within bounds.
    """

    head: int | None
    cursor: int | None
    confirmed: int | None
    lag_blocks: int | None
    lag_s: float | None
    ready: bool
    reorganisations: int
    deepest_reorganisation: int
    rpc_errors: int
    last_error: str | None
    audit_mismatches: int
