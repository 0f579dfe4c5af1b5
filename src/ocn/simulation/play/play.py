"""The play: one driver's provider and a CPO, scene after scene, each checked."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from ocn.errors import OcnError
from ocn.ocpi.party_id import PartyId
from ocn.simulation.play.scenes import charging, permitting, reading
from ocn.simulation.play.scenes.stage import Stage

StageT = TypeVar("StageT", bound=Stage)
Scene: TypeAlias = Callable[[StageT], Awaitable[str]]

SCENES: tuple[tuple[str, Scene[Stage]], ...] = (
    ("locations, page by page", reading.locations),
    ("tariffs, page by page", reading.tariffs),
    ("one EVSE and connector", reading.evse_and_connector),
    ("real-time authorisation", permitting.authorisation),
    ("RESERVE_NOW", permitting.reserve_now),
    ("CANCEL_RESERVATION", permitting.cancel_reservation),
    ("START_SESSION", charging.start_session),
    ("session by PUT", charging.session_put),
    ("session by PATCH", charging.session_patch),
    ("charging profile set", charging.profile_set),
    ("charging profile cleared", charging.profile_clear),
    ("STOP_SESSION", charging.stop_session),
    ("CDR, read back", charging.cdr),
    ("UNLOCK_CONNECTOR", charging.unlock_connector),
)
SCENES_OF_VERSIONS: tuple[tuple[str, Scene[Stage]], ...] = (
    ("tokens by broadcast", permitting.tokens_put),
    *SCENES,
)
"""With parties of different versions: 2.1.1 does not say whose token it asks about, so the hub must know."""


@dataclass(frozen=True, slots=True)
class StepResult:
    """What became of a scene. ``ms`` is how long it took, waiting for the car included."""

    name: str
    cpo: PartyId
    ok: bool
    hops: int
    ms: float
    messages: int
    detail: str
    conversions: tuple[str, ...] = ()
    """What nodes said of the messages that they converted, one each."""


class Audience:
    """Is told as the play goes on; does nothing by itself."""

    def scene_begins(self, name: str, cpo: PartyId) -> None:
        """A scene begins."""

    def scene_ended(self, result: StepResult) -> None:
        """A scene ended."""


async def play(
    stages: Sequence[StageT], audience: Audience, scenes: Sequence[tuple[str, Scene[StageT]]]
) -> list[StepResult]:
    """Play every scene with every CPO; after a failure the rest of that CPO's scenes is left out."""
    results: list[StepResult] = []
    for stage in stages:
        for name, scene in scenes:
            audience.scene_begins(name, stage.cpo.id)
            result = await _played(name, scene, stage)
            results.append(result)
            audience.scene_ended(result)
            if not result.ok:
                break
    return results


async def _played(name: str, scene: Scene[StageT], stage: StageT) -> StepResult:
    traffic = stage.traffic
    sent, began = len(traffic.sent), time.perf_counter()
    try:
        detail, ok = await scene(stage), True
    except TimeoutError:
        detail, ok = "it did not happen in time", False
    except (OcnError, KeyError, TypeError) as error:  # a reply that lacks a member is a failure, too
        detail, ok = f"{type(error).__name__}: {error}", False
    return StepResult(
        name,
        stage.cpo.id,
        ok,
        traffic.hops(stage.emsp.id, stage.cpo.id),
        (time.perf_counter() - began) * 1000,
        len(traffic.sent) - sent,
        detail,
        tuple(message.conversion for message in traffic.sent[sent:] if message.conversion),
    )
