"""A file of prices, or of carbon, that somebody else writes anew: day-ahead prices come once a day."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from ocn.errors import ConfigurationError
from ocn.smart_charging.errors import PricesUnreadable
from ocn.smart_charging.price_reading import Column, PriceReading, read_prices
from ocn.smart_charging.slots import Slots
from ocn.smart_charging.text_file import text_of


class PriceFile:
    """A :class:`~ocn.smart_charging.prices.PriceSource` that keeps what it read until it is told to look."""

    def __init__(self, file: Path, zone: ZoneInfo, column: Column) -> None:
        """Read the file.

        Raises:
            PricesUnreadable: it cannot be read, or holds no price.
        """
        self.file = file
        self._zone = zone
        self._column = column
        self._stamp = self._looked_at()
        self.reading = self._read()

    def eur_per_kwh(self, slots: Slots) -> Sequence[Decimal | None]:
        """See :class:`~ocn.smart_charging.prices.PriceSource`; where the column is of carbon, grams."""
        return self.reading.series.eur_per_kwh(slots)

    def look_again(self) -> bool:
        """Read the file if it was written since; return whether it was. What cannot be read changes nothing.

        Raises:
            PricesUnreadable: it cannot be read any more, or holds no price; raised once for each writing.
        """
        stamp = self._looked_at()
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        self.reading = self._read()
        return True

    def _looked_at(self) -> tuple[int, int, int] | None:
        try:
            found = self.file.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _read(self) -> PriceReading:
        try:
            text = text_of(self.file)
        except ConfigurationError as error:
            raise PricesUnreadable(error.message) from error
        return read_prices(text, str(self.file), self._zone, self._column)
