"""Site files: what they say, and how they are told what contradicts itself."""

from datetime import UTC, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocn.smart_charging.errors import SiteUnreadable
from ocn.smart_charging.planning.problem import Phase
from ocn.smart_charging.site.model import Current, Daily, Once, SitePrices
from ocn.smart_charging.site.reading import read_site

GOOD = """
[site]
name = "Yard"
time_zone = "Europe/Berlin"

[[fuse]]
name = "main"
amps = 100
kw = 60

[[fuse.limit]]
from = 17:00:00
until = 20:00:00
days = ["monday", "friday"]
kw = 40

[[fuse.limit]]
from = 2026-03-02T06:00:00Z
until = 2026-03-02T09:00:00Z
amps = { L1 = 50, L2 = 60, L3 = 70 }

[[fuse]]
name = "row"
parent = "main"
amps = 63

[[evse]]
id = "E1"
fuse = "row"
phases = ["L1", "L2", "L3"]
rotation = ["L2", "L3", "L1"]
max_amps = 32

[[evse]]
id = "E2"
fuse = "row"
phases = "L3"

[[evse]]
id = "D1"
fuse = "main"
current = "DC"
max_kw = 50
min_kw = 5

[prices]
eur_per_kwh = -0.02
peak_eur_per_kw = 3
"""


def test_read_site_whole_file_has_its_tree_limits_and_evses() -> None:
    reading = read_site(GOOD)

    site = reading.site
    assert reading.faults == ()
    assert (site.name, site.zone.key, int(site.voltage), site.slot_minutes) == (
        "Yard",
        "Europe/Berlin",
        230,
        15,
    )
    main, row = site.fuses
    assert (main.kw, main.amps[Phase.L2], row.parent) == (Decimal(60), Decimal(100), "main")
    evening, morning = main.timed
    assert evening.when == Daily(time(17), time(20), frozenset({0, 4}))
    assert morning.when == Once(datetime(2026, 3, 2, 6, tzinfo=UTC), datetime(2026, 3, 2, 9, tzinfo=UTC))
    assert morning.amps == {Phase.L1: 50, Phase.L2: 60, Phase.L3: 70}
    first, second, third = site.evses
    assert first.loaded(1) == (Phase.L2,)
    assert (second.rotation, second.max_amps) == ((Phase.L3,), Decimal(32))
    assert (third.current, third.max_kw, third.min_kw) == (Current.DC, Decimal(50), Decimal(5))
    assert site.prices == SitePrices(None, Decimal("-0.02"), Decimal(3))


@pytest.mark.parametrize(
    ("change", "to", "place", "message"),
    [
        (
            'parent = "main"',
            'parent = "mian"',
            '[[fuse]] 2 "row", key parent',
            "'mian' is no fuse of this file",
        ),
        (
            'parent = "main"',
            'parent = "row"',
            '[[fuse]] 2 "row", key parent',
            "goes round in a circle, row > row",
        ),
        ("amps = 63", "amps = -63", '[[fuse]] 2 "row"', "amps must not be below 0, not -63"),
        ("amps = 63", "amps = nan", '[[fuse]] 2 "row"', "amps must be a number, not nan"),
        ("amps = 63", "amps = inf", '[[fuse]] 2 "row"', "amps must be a number, not infinity"),
        (
            "amps = 63",
            "amps = 1e99999999999999999999",
            '[[fuse]] 2 "row"',
            "amps must be a number, not infinity",
        ),
        ("amps = 63", "amps = 0x" + "f" * 5000, '[[fuse]] 2 "row"', "amps has more than 256 bits"),
        ('name = "row"', "name = 0x" + "f" * 5000, "[[fuse]] 2", "name must be a text"),
        ("amps = 63", "limit = 3\namps = 63", '[[fuse]] 2 "row"', "limit is a list of tables, each with its"),
        ("amps = 63", '"\u202e\\u001b" = 63', '[[fuse]] 2 "row"', r"\u202e\x1b is not known here"),
        ("amps = 63", "amps = true", '[[fuse]] 2 "row"', "amps must be a number"),
        ("amps = 63", "amps = 1e400000", '[[fuse]] 2 "row"', "amps is 1E+400000, more than"),
        ("amps = 63", "amp = 63", '[[fuse]] 2 "row"', "amp is not known here; known are"),
        ("amps = 63", "amps = {L1 = 1, L2 = 1}", '[[fuse]] 2 "row"', "amps has nothing for L3"),
        ("amps = 63", "amps = {L4 = 1}", '[[fuse]] 2 "row"', "amps names 'L4'"),
        ('fuse = "row"\nphases = "L3"', 'fuse = "low"', '[[evse]] 2 "E2", key fuse', "'low' is no fuse"),
        ('id = "E2"', 'id = "E1"', '[[evse]] 2 "E1", key id', "is there already"),
        (
            'id = "E2"',
            'id = "E2"\nuid = "e1"',
            '[[evse]] 2 "E2", key uid',
            "OCPI's 'e1' is EVSE 'E1' already",
        ),
        ('"L2", "L3", "L1"]', '"L2", "L1"]', '[[evse]] 1 "E1"', "rotation has other phases (L2, L1)"),
        ("max_kw = 50", "max_kw = 2", '[[evse]] 3 "D1"', "min_kw 5 is above max_kw 2"),
        ("max_kw = 50\n", "", '[[evse]] 3 "D1"', "max_kw is missing: a DC charger"),
        ("eur_per_kwh = -0.02", "eur_per_kwh = nan", "[prices]", "eur_per_kwh must be a number"),
    ],
)
def test_read_site_contradiction_is_told_with_file_line_table_and_key_and_the_rest_is_kept(
    change: str, to: str, place: str, message: str
) -> None:
    assert change in GOOD
    text = GOOD.replace(change, to, 1)

    reading = read_site(text, "yard.toml")

    told = str(reading.faults[0])
    assert told.startswith("yard.toml, line ")
    assert place in told
    assert message in told
    assert reading.site.evses


@pytest.mark.parametrize(
    ("change", "to", "message"),
    [
        ("until = 20:00:00", 'until = "late"', "limit.until 'late' is no time of day"),
        (
            "until = 20:00:00",
            "until = 2026-03-02T20:00:00Z",
            "limit.until must be a time of day such as 17:00:00",
        ),
        ("until = 20:00:00\n", "", "limit needs from and until"),
        ('"monday"', '"someday"', "limit.days 'someday' is no day"),
        (
            "2026-03-02T06:00:00Z",
            "0001-01-01T00:00:00+14:00",
            "limit.from 0001-01-01 00:00:00+14:00 is not within",
        ),
        ("2026-03-02T09:00:00Z", "9999-12-31T23:59:59-01:00", "is not within the years 1970 to 2999"),
        ("T09:00:00Z", "T05:00:00Z", "limit.until 2026-03-02 05:00:00+00:00 is not after"),
        ("kw = 40", "", "limit has neither amps nor kw"),
    ],
)
def test_read_site_timed_limit_that_cannot_be_read_leaves_its_fuse_out_and_all_below(
    change: str, to: str, message: str
) -> None:
    assert change in GOOD

    with pytest.raises(SiteUnreadable) as refused:
        read_site(GOOD.replace(change, to, 1), "yard.toml")

    first, *others = [str(fault) for fault in refused.value.faults]
    assert first.startswith('yard.toml, line 6, [[fuse]] 1 "main": ')
    assert message in first
    assert all("'main' is no fuse" in each or "'row' is no fuse" in each for each in others)


def test_read_site_two_fuses_of_one_name_are_both_left_out() -> None:
    text = GOOD.replace('name = "row"', 'name = "main"').replace('fuse = "main"', 'fuse = "other"')
    other = '[[fuse]]\nname = "other"\namps = 5\n'

    reading = read_site(text + other)

    assert [fuse.name for fuse in reading.site.fuses] == ["other"]
    assert str(reading.faults[0]) == (
        'site.toml, line 22, [[fuse]] 2 "main", key name: '
        "names a fuse a second time; all of that name, and what is below, are left out"
    )


def test_read_site_fuse_left_out_takes_everything_below_it_along() -> None:
    below = '[[fuse]]\nname = "spur"\nparent = "row"\n[[evse]]\nid = "S1"\nfuse = "spur"\n'

    reading = read_site(GOOD.replace("amps = 63", "amps = -1") + below)

    assert [evse.id for evse in reading.site.evses] == ["D1"]
    assert [fuse.name for fuse in reading.site.fuses] == ["main"]
    places = [fault.place for fault in reading.faults]
    assert any('"spur"' in place for place in places)
    assert sum("[[evse]]" in place for place in places) == 3


def test_read_site_child_phase_that_its_parent_lacks_leaves_the_child_out() -> None:
    text = GOOD.replace('name = "main"\namps = 100', 'name = "main"\nphases = ["L1", "L2"]\namps = 100')
    text = text.replace("amps = { L1 = 50, L2 = 60, L3 = 70 }", "amps = 50")

    with pytest.raises(SiteUnreadable, match="no EVSE can be planned") as refused:
        read_site(text)

    told = [str(fault) for fault in refused.value.faults]
    assert any('"row", key phases: L3 not among those of its parent' in each for each in told)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[site", "is no TOML"),
        ("", r"\[site\] is missing"),
        ('[[site]]\nname = "x"', r"\[site\] is one table, with its name in single brackets"),
        ("[site]\n", "name is missing"),
        ('[site]\nname = "x"\ntime_zone = "Mars/Olympus"\n', "'Mars/Olympus' is no time zone"),
        ('[site]\nname = "x"\nslot_minutes = 7\n', "slot_minutes must be one of"),
        ('[site]\nname = "x"\nvoltage = 5\n', "voltage must be above 50"),
        ('[site]\nname = "x"\n', "no EVSE can be planned"),
        ("x = " + "[" * 5000, "is no TOML"),
    ],
)
def test_read_site_that_says_too_little_is_refused(text: str, message: str) -> None:
    with pytest.raises(SiteUnreadable, match=message):
        read_site(text)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (
            "evses = {}",
            "site.toml: 'evses' is not known here and says nothing; known are [site], [[fuse]], [[",
        ),
        ("evse = {}", "evse is a list of tables, each with its name in double brackets"),
        ("prices = []", "[prices]: is one table, with its name in single brackets"),
    ],
)
def test_read_site_part_of_the_wrong_shape_is_told_how_it_is_written(wrong: str, told: str) -> None:
    text = GOOD.partition("[prices]")[0]
    if "evse =" in wrong:
        text = text.partition("[[evse]]")[0]

    try:
        faults = read_site(f"{wrong}\n{text}").faults
    except SiteUnreadable as refused:
        faults = refused.faults

    assert told in str(faults[0])


def _chain(count: int, top: str) -> str:
    """Fuses one below another, the last first; f0 is below ``top``."""
    return "".join(
        f'[[fuse]]\nname = "f{i}"\nparent = "{f"f{i - 1}" if i else top}"\n' for i in reversed(range(count))
    )


def test_read_site_circle_of_thousands_is_one_short_fault_and_the_rest_is_kept() -> None:
    reading = read_site(GOOD + _chain(5000, "f4999"))

    (fault,) = reading.faults
    assert '"f4999", key parent: goes round in a circle, f4999 > f4998 > ' in str(fault)
    assert "> f4995 > 4995 more > f4999; all of it, and all below, are left out" in str(fault)
    assert len(reading.site.evses) == 3


def test_read_site_chain_below_nothing_is_told_at_its_head_and_left_out() -> None:
    reading = read_site(GOOD + _chain(5000, "nowhere"))

    assert "'nowhere' is no fuse of this file that holds" in reading.faults[-1].message
    assert reading.faults[0].message == "'f4998' is left out, and with it this one"
    assert [fuse.name for fuse in reading.site.fuses] == ["main", "row"]


def test_read_site_chain_deeper_than_any_site_is_cut_where_it_is_too_deep() -> None:
    reading = read_site(GOOD + _chain(100, "main"))

    assert [fuse.name for fuse in reading.site.fuses][-1] == "f62"
    (fault,) = [each for each in reading.faults if "more than 64" in each.message]
    assert '"f63", key parent: is more than 64 fuses below the top' in str(fault)


_HOSTILE = st.sampled_from(
    [
        *(
            "1e9999999999999999999",
            "-1",
            "0",
            "nan",
            "-inf",
            "true",
            "[]",
            "{}",
            "[[[1]]]",
            "0x" + "f" * 4000,
        ),
        *(
            '""',
            '"L4"',
            '"\\u0000\\u202e"',
            "0001-01-01T00:00:00+14:00",
            "9999-12-31",
            "24:00:00",
            "x = 1",
            "\x00",
        ),
    ]
)


@given(line=st.integers(0, GOOD.count("\n") - 1), value=_HOSTILE, key=st.booleans())
def test_read_site_whatever_a_line_says_is_read_or_refused_with_the_name_of_the_file(
    line: int, value: str, key: bool
) -> None:
    lines = GOOD.splitlines()
    lines[line] = f"{lines[line].partition('=')[0]} = {value}" if key else value

    try:
        told = [str(fault) for fault in read_site("\n".join(lines), "yard.toml").faults]
    except SiteUnreadable as refused:
        told = [refused.message, *map(str, refused.faults)]

    assert all(each.startswith("yard.toml") for each in told)
