"""What answers from a pair of views, and tells what changed in them."""

from collections.abc import Callable
from typing import Generic, TypeAlias

from ocn.chain.following.places import KeyT, RecordT
from ocn.chain.following.views import Changes, RecordsT, View, Views

OnChange: TypeAlias = Callable[[Changes[KeyT]], None]


class Viewed(Generic[KeyT, RecordT, RecordsT]):
    """Holds the views and those who want to hear of changes. Questions are added by who inherits."""

    def __init__(self, empty: Callable[[], RecordsT]) -> None:
        self._views: Views[KeyT, RecordT, RecordsT] = Views(empty)
        self._callbacks: list[Callable[[Changes[KeyT]], None]] = []

    def keys(self, view: View = "latest") -> list[KeyT]:
        """Return the keys that have a record."""
        return list(self._state(view).records())

    def on_change(self, callback: OnChange[KeyT]) -> Callable[[], None]:
        """Have every change told, synchronously; the function returned ends that. It must not raise."""
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback)

    def _tell(self, changes: Changes[KeyT]) -> None:
        if changes.latest or changes.confirmed:
            for callback in tuple(self._callbacks):
                callback(changes)

    def _state(self, view: View) -> RecordsT:
        return self._views.latest if view == "latest" else self._views.confirmed
