from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocn.node.object_store.cursor import Cursors, Place
from ocn.ocpi.errors import InvalidParameters

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
CURSORS = Cursors(bytes(range(32)), timedelta(hours=24))
moments = st.none() | st.datetimes(timezones=st.just(UTC))
places = st.builds(
    Place,
    after=st.integers(0, 2**63),
    limit=st.integers(1, 65_535),
    updated_from=moments,
    updated_to=moments,
    total=st.none() | st.integers(0, 2**32 - 2),
)


def read(cursor: str, *, module: str = "locations", viewer: str = "DEMSP", now: datetime = NOW) -> Place:
    return CURSORS.read(cursor, module=module, viewer=viewer, now=now)


@given(places)
def test_place_is_read_back_equal_and_fits_into_an_address(place: Place) -> None:
    cursor = CURSORS.write(place, module="locations", viewer="DEMSP", now=NOW)
    assert read(cursor) == place
    assert len(f"https://{'n' * 100}/ocpi/sender/2.2.1/locations?cursor={cursor}") <= 255


@given(st.integers(0, 83), st.sampled_from("Ab0-_"))
def test_altered_cursor_is_refused(place: int, character: str) -> None:
    cursor = CURSORS.write(Place(7, 50), module="locations", viewer="DEMSP", now=NOW)
    altered = cursor[:place] + character + cursor[place + 1 :]
    if altered == cursor:
        return
    with pytest.raises(InvalidParameters, match="begin the list again"):
        read(altered)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"viewer": "FRMSP"}, "not given to this party"),
        ({"module": "tariffs"}, "not given to this party"),
        ({"now": NOW + timedelta(hours=24)}, "has expired"),
    ],
)
def test_cursor_of_another_party_list_or_time_is_refused(
    changed: dict[str, str | datetime], said: str
) -> None:
    cursor = CURSORS.write(Place(7, 50), module="locations", viewer="DEMSP", now=NOW)
    with pytest.raises(InvalidParameters, match=said) as caught:
        read(cursor, **changed)  # type: ignore[arg-type]  # a table of several kinds of arguments
    assert caught.value.status_code == 2001


@given(st.text(max_size=90))
def test_any_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameters):
        read(text)


def test_cursor_of_another_node_is_refused() -> None:
    other = Cursors(bytes(32), timedelta(hours=24))
    cursor = other.write(Place(7, 50), module="locations", viewer="DEMSP", now=NOW)
    with pytest.raises(InvalidParameters):
        read(cursor)


def test_cursor_tells_nothing_of_its_place() -> None:
    first, second = (
        CURSORS.write(Place(7, 50), module="locations", viewer="DEMSP", now=NOW) for _ in range(2)
    )
    assert first != second
