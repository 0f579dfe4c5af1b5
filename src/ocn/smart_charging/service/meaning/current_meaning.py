"""What a CPO means by CURRENT: on each phase, or of all phases together. OCPI does not say.

Who once tells of a car that its power is two or three times voltage times current means each phase. Where two
cars at a site were told of so, and no current was ever above its limit, a car whose power is once voltage
times current charges on one phase, and the others are free.
"""

_ENOUGH = 2


class CurrentMeaning:
    """Collects what speaks for each meaning at one site."""

    def __init__(self) -> None:
        self._on_several: set[str] = set()
        self._is_sum = False

    @property
    def is_per_phase(self) -> bool:
        """Whether it is sure enough to leave room on other phases to others."""
        return not self._is_sum and len(self._on_several) >= _ENOUGH

    def several_phases(self, session: str) -> None:
        """A car was told of with more power than one phase of its current can carry."""
        if len(self._on_several) < _ENOUGH:
            self._on_several.add(session)

    def above_limit(self) -> None:
        """A current was above the limit that held: it is a sum, or the limit was not kept."""
        self._is_sum = True
