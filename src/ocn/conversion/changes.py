"""The loss report: what a conversion changed beyond another way of saying the same."""

from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

import msgspec

from ocn.ocpi.versions import VersionNumber

Value = TypeVar("Value")


class Loss(StrEnum):
    """What became of a value; one that was only renamed or moved is not reported."""

    DROPPED = "dropped"
    """It has no place in the other version, or not all of it."""
    SYNTHESISED = "synthesised"
    """The other version demands it and the document did not have it."""
    MEANING_CHANGED = "meaning_changed"
    """What is left says something else about money, law or who may see it: never without being allowed."""


class Change(NamedTuple):
    """One entry. ``pointer`` is a JSON pointer (RFC 6901) into the document of ``version``.

    For a value that was synthesised that is the result of the step that made it; for all others the
    document that the step started from. With one step these are the result and the source.
    """

    pointer: str
    loss: Loss
    note: str
    version: VersionNumber


class Converted(msgspec.Struct, Generic[Value], frozen=True):
    """A value in the target version and all that was lost on the way.

    A struct, because several are made of every message and a frozen dataclass takes five times as long.
    """

    value: Value
    changes: tuple[Change, ...] = ()

    @property
    def lossless(self) -> bool:
        """Whether converting back gives the same document."""
        return not self.changes

    @property
    def dangerous(self) -> bool:
        """Whether the meaning of something changed."""
        return any(change.loss is Loss.MEANING_CHANGED for change in self.changes)


class Report:
    """Collects the changes of one conversion, step after step.

    A rule reports under pointers that start at the object it was given; :mod:`ocn.conversion.shapes` puts
    the place of that object in front. So no rule knows where its object stands, and the way there is only
    written out when there is something to report.
    """

    __slots__ = ("_source", "_target", "changes", "partial")

    def __init__(self, source: VersionNumber, target: VersionNumber, *, partial: bool = False) -> None:
        self._source = source
        self._target = target
        self.partial = partial
        """Whether the document is a PATCH: what it lacks is elsewhere, and must not be synthesised."""
        self.changes: list[Change] = []

    def step(self, source: VersionNumber, target: VersionNumber) -> None:
        """Begin a step: what follows is about a document of ``source`` that becomes one of ``target``."""
        self._source, self._target = source, target

    def dropped(self, pointer: str, note: str) -> None:
        """Report a value of the source that is not, or not wholly, in the result."""
        self.changes.append(Change(pointer, Loss.DROPPED, note, self._source))

    def synthesised(self, pointer: str, note: str) -> None:
        """Report a value of the result that was not in the source."""
        self.changes.append(Change(pointer, Loss.SYNTHESISED, note, self._target))

    def meaning_changed(self, pointer: str, note: str) -> None:
        """Report a value of the source whose loss changes what the document means."""
        self.changes.append(Change(pointer, Loss.MEANING_CHANGED, note, self._source))

    def under(self, mark: int, prefix: str) -> None:
        """Put ``prefix`` before the pointers of all changes since there were ``mark`` of them."""
        for index in range(mark, len(self.changes)):
            pointer, loss, note, version = self.changes[index]
            self.changes[index] = Change(prefix + pointer, loss, note, version)


def pointer_to(name: str) -> str:
    """Write a member's name as one segment of a JSON pointer."""
    return "/" + name.replace("~", "~0").replace("/", "~1")
