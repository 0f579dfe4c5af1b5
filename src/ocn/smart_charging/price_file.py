"""A file of prices, or of carbon, that somebody else writes: day-ahead prices come once a day, or later."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from ocn.errors import ConfigurationError
from ocn.smart_charging.errors import PricesUnreadable
from ocn.smart_charging.price_reading import Column, PriceReading, read_prices
from ocn.smart_charging.slots import Slots
from ocn.smart_charging.text_file import text_of

_Stamp = tuple[int, int, int, int]


class PriceFile:
    """A :class:`~ocn.smart_charging.prices.PriceSource` that knows what it read when it was told to look."""

    def __init__(self, file: Path, zone: ZoneInfo, column: Column) -> None:
        self.file = file
        self._zone = zone
        self._column = column
        self._stamp: _Stamp | None = None
        self.reading: PriceReading | None = None
        """What it said when it could be read last."""
        self.trouble: str | None = f"{file} was not looked at yet"
        """Why it cannot be read now, and what is done meanwhile; None: it can."""

    def eur_per_kwh(self, slots: Slots) -> Sequence[Decimal | None]:
        """See :class:`~ocn.smart_charging.prices.PriceSource`; where the column is of carbon, grams."""
        return (None,) * slots.count if self.reading is None else self.reading.series.eur_per_kwh(slots)

    def look(self) -> bool:
        """Read the file if it was written since; return whether it says anything anew.

        What cannot be read, or is not there, is trouble, and leaves what was read before.
        """
        stamp = self._found()
        if stamp is not None and stamp == self._stamp:
            return False
        self._stamp = stamp
        try:
            self.reading = self._read()
        except PricesUnreadable as error:
            instead = self._column.without if self.reading is None else "what it said before holds"
            self.trouble = f"{error.message}; {instead}"
            return False
        self.trouble = None
        return True

    def _found(self) -> _Stamp | None:
        try:
            found = self.file.stat()
        except (OSError, ValueError):
            return None
        return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino

    def _read(self) -> PriceReading:
        try:
            text = text_of(self.file)
        except ConfigurationError as error:
            raise PricesUnreadable(error.message) from error
        return read_prices(text, str(self.file), self._zone, self._column)
