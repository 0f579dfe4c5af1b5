"""Column types that read the same from both databases."""

from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, String, TypeDecorator

from ocn.ocpi.party_id import PartyId, party_of_codes


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment to the microsecond: ``timestamptz`` in PostgreSQL, sortable UTC text in SQLite.

    Raises:
        ValueError: a naive datetime; it would be read back as another moment.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Write in UTC; SQLite keeps no zone, so none is given to it."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment to be stored must be aware")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Read in UTC, whatever zone the connection has."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class PartyCodes(TypeDecorator[PartyId]):
    """A party as its five characters in the case it wrote them: country code, then party id."""

    impl = String(5)
    cache_ok = True

    def process_bind_param(self, value: PartyId | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the base's signature
        """Write both codes."""
        return None if value is None else value.country_code + value.party_id

    def process_result_value(self, value: str | None, dialect: Dialect) -> PartyId | None:  # noqa: ARG002 - the base's signature
        """Read both codes."""
        return None if value is None else party_of_codes(value)
