"""How much, how long and how many a node takes."""

from pydantic import Field

from ocn.node.config.section import Section


class Limits(Section):
    """Bounds of everything that others can make large, long or many."""

    body_bytes: int = Field(10 * 1024 * 1024, ge=1024, description="Largest request body.")
    answer_bytes: int = Field(16 * 1024 * 1024, ge=1024, description="Largest answer of a receiver.")
    body_timeout_seconds: float = Field(20.0, gt=0, description="Time for a request body to arrive.")
    forward_timeout_seconds: float = Field(
        30.0, gt=0, description="Time for a receiver to answer; then 4002."
    )
    registration_timeout_seconds: float = Field(
        10.0, gt=0, description="Time for each call during registration."
    )
    connections_per_receiver: int = Field(6000, ge=1, description="Requests in flight to one host.")
    concurrent_requests: int = Field(
        20000, ge=1, description="Connections and requests served at once; then HTTP 503."
    )
    node_clock_skew_seconds: float = Field(60.0, gt=0, description="How old another node's signature may be.")
    page_link_hours: float = Field(24.0, gt=0, description="How long a page link can be followed.")
    callback_hours: float = Field(
        24.0, gt=0, description="How long a response_url is served; for a reservation until it ends."
    )
    location_days: float = Field(3650.0, gt=0, description="How long the Location of a CDR is served.")
    longest_reservation_days: float = Field(
        31.0, gt=0, description="Longest reservation a response_url is kept for."
    )
    invitation_days: float = Field(30.0, gt=0, description="How long a TOKEN_A can be used.")


class StoreSettings(Section):
    """The hub's memory: objects pushed to everyone, from which GET ALL is answered."""

    objects: int = Field(
        1_000_000, ge=0, description="Most objects kept in all; further ones are passed on but not kept."
    )
    objects_per_owner: int = Field(250_000, ge=0, description="Most objects kept of one party.")
    total_bytes: int = Field(8 * 1024**3, ge=0, description="Most bytes of all objects together.")
    object_bytes: int = Field(2 * 1024**2, ge=0, description="Largest object that is kept.")
    page_objects: int = Field(
        100, ge=1, le=10_000, description="Most objects on a page of GET ALL; told as X-Limit."
    )
    page_bytes: int = Field(
        4 * 1024**2, ge=1, description="A page ends when its objects have so many bytes; one is always there."
    )
    cursor_hours: float = Field(24.0, gt=0, description="How long the next page of GET ALL can be asked for.")
    gone_days: float = Field(
        30.0, gt=0, description="How long a withdrawn object is remembered, for nodes that missed it."
    )
    direct_pushes: bool = Field(
        False,
        description="Keep accepted direct pushes too, each for its receiver alone: sessions and CDRs, and"
        " objects that differ by receiver.",
    )
    sync_minutes: float = Field(
        10.0,
        ge=0,
        description="How often objects of other nodes' parties are brought up to date; 0 for never.",
    )
    fetch_hours: float = Field(
        0.0, ge=0, description="How often the lists of parties connected here are fetched whole; 0 for never."
    )
