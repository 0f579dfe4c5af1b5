"""Every bound a party keeps, in one place."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds. The defaults suit a back end of thousands of charge points."""

    request_body_bytes: int = 4 * 1024 * 1024
    answer_body_bytes: int = 16 * 1024 * 1024
    receive_s: float = 30.0
    """For the whole body of a request to arrive."""
    answer_s: float = 30.0
    """For a peer to answer, unless a call says otherwise."""
    result_s: float = 120.0
    """For an asynchronous result that names no timeout of its own."""
    result_kept_s: float = 3600.0
    """For which a result that comes late is still taken."""
    listing_seen_s: float = 30.0
    """For the node to read a listing that has just been written, before a refusal counts."""
    page_size: int = 100
    """The cap on a page that this party serves."""
    pages: int = 100_000
    """For a crawl that never ends."""
    awaited_results: int = 10_000
    """Asynchronous results that may be outstanding at once."""
    followups: int = 10_000
    """Accepted commands whose results this party still owes."""
    closing_s: float = 5.0
    """For results that are still owed when the party closes."""
