"""How states, sources and kinds of events are called and coloured on the page."""

from ocn.smart_charging.service.view import CarState, EventKind, Source

STATE_TONES = {
    CarState.CONTROLLED: "good",
    CarState.UNCONFIRMED: "warn",
    CarState.TOO_OFTEN: "warn",
    CarState.REFUSED: "bad",
    CarState.NOT_CONTROLLABLE: "muted",
    CarState.NOT_PLANNED: "bad",
    CarState.GONE: "muted",
}

STATE_MEANINGS = {
    CarState.CONTROLLED: "The CPO confirmed the planned limit.",
    CarState.UNCONFIRMED: "Not confirmed yet: counted at its last confirmed limit, or at all it can draw.",
    CarState.TOO_OFTEN: "The CPO asked for fewer messages; the last confirmed limit holds.",
    CarState.REFUSED: "The last limit was rejected; it is tried again.",
    CarState.NOT_CONTROLLABLE: "The charge point takes no limits: what it draws is planned around.",
    CarState.NOT_PLANNED: "Something about the session cannot be used; see the events.",
    CarState.GONE: "It has left.",
}

SOURCES = {
    Source.DRIVER: "says the driver",
    Source.HISTORY: "by past sessions",
    Source.ASSUMED: "assumed",
}

EVENT_TONES = {
    EventKind.GRID: "info",
    EventKind.FAULT: "bad",
    EventKind.WARNING: "warn",
    EventKind.TOLD: "muted",
}
