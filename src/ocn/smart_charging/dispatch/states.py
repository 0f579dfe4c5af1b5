"""How it went with a session last, for the ledger and for those who look on."""

from enum import StrEnum


class Refusal(StrEnum):
    """Why the last message did not do what it should."""

    NOT_SUPPORTED = "NOT_SUPPORTED"
    REJECTED = "REJECTED"
    TOO_OFTEN = "TOO_OFTEN"
    UNKNOWN_SESSION = "UNKNOWN_SESSION"
    UNANSWERED = "UNANSWERED"
    """Nothing came back that tells whether the CPO took it."""
    OVERDUE = "OVERDUE"
    """The CPO took it; what became of it is not known."""


class State(StrEnum):
    """What a session is to those who look on."""

    NEW = "new"
    CONTROLLED = "controlled"
    ON_ITS_WAY = "on its way"
    UNCONFIRMED = "unconfirmed"
    TOO_OFTEN = "too often"
    NOT_CONTROLLABLE = "not controllable"
    UNKNOWN = "unknown to its CPO"
