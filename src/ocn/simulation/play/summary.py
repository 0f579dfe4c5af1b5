"""What a play came to, as data: one JSON object, and the figures of a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from ocn.simulation.play.play import SCENES, StepResult
from ocn.simulation.play.traffic import Traffic, summed_up


@dataclass(frozen=True, slots=True)
class Summary:
    """All steps and the traffic they made. ``seconds`` is from the first process to the last step."""

    steps: Sequence[StepResult]
    traffic: Traffic
    seconds: float
    expected: int
    scenes: tuple[str, ...]

    @classmethod
    def of(
        cls,
        steps: Sequence[StepResult],
        traffic: Traffic,
        seconds: float,
        cpos: int,
        scenes: Sequence[tuple[str, object]] = SCENES,
    ) -> "Summary":
        """Sum up a play with so many CPOs."""
        return cls(steps, traffic, seconds, cpos * len(scenes), tuple(name for name, _ in scenes))

    @property
    def ok(self) -> bool:
        """Whether every scene was played with every CPO, and held."""
        return len(self.steps) == self.expected and all(step.ok for step in self.steps)

    @property
    def held(self) -> int:
        """How many steps held."""
        return sum(1 for step in self.steps if step.ok)

    def latency_ms(self) -> Mapping[int, float]:
        """The median latency of a message, by the number of nodes on its way."""
        by_hops: dict[int, list[float]] = {}
        for message in self.traffic.sent:
            if not message.hops:  # before the play began
                continue
            by_hops.setdefault(message.hops, []).append(message.latency_s * 1000)
        return {hops: median(values) for hops, values in sorted(by_hops.items())}

    def as_json(self) -> dict[str, Any]:
        """The summary as one JSON object."""
        return {
            "ok": self.ok,
            "steps": [
                {
                    "name": step.name,
                    "cpo": str(step.cpo),
                    "ok": step.ok,
                    "hops": step.hops,
                    "ms": round(step.ms, 1),
                    "messages": step.messages,
                    "detail": step.detail,
                    **({"conversions": summed_up(step.conversions)} if step.conversions else {}),
                }
                for step in self.steps
            ],
            "totals": {
                "steps": self.expected,
                "ok": self.held,
                "messages": len(self.traffic.sent),
                "latency_ms": {str(hops): round(ms, 1) for hops, ms in self.latency_ms().items()},
                "seconds": round(self.seconds, 1),
            },
        }
