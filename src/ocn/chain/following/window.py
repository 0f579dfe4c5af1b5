"""How many blocks to ask for at once: as many as the endpoint bears."""

from typing import Final

_FIRST: Final = 2_000
_WIDEST: Final = 100_000
_SLOW_S: Final = 5.0


class Window:
    """Halves when the endpoint refuses or is slow, grows by half when it copes."""

    def __init__(self) -> None:
        self.blocks = _FIRST

    def refused(self) -> bool:
        """Ask for less; False when it is a single block already, so that less is not the cure."""
        if self.blocks == 1:
            return False
        self.blocks = max(1, self.blocks // 2)
        return True

    def answered(self, asked: int, seconds: float) -> None:
        """Learn from an answer to a request for so many blocks."""
        if seconds > _SLOW_S:
            self.refused()
        elif asked >= self.blocks:
            self.blocks = min(_WIDEST, self.blocks + self.blocks // 2 + 1)
