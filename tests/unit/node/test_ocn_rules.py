"""Who is let in, as tables; and what holds of every list and every series of changes."""

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocn.node.hub_modules.ocn_rules.changes import (
    MOST_ENTRIES,
    add_entry,
    block_all,
    remove_entry,
    replace_list,
)
from ocn.node.hub_modules.ocn_rules.reading import MOST_BYTES, MOST_MODULES, read_entries, read_entry
from ocn.node.ocn_rules import NO_RULES, ActiveList, OcnRules, RulesEntry, admits, admits_party
from ocn.ocpi.errors import ClientFault, InvalidParameters, OcpiError, TooLarge
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.statuses import Status

WHITE, BLACK, NONE = ActiveList.WHITELIST, ActiveList.BLACKLIST, ActiveList.NONE
MSP = PartyId("DE", "MSP")


def entry(party: str, *modules: str) -> RulesEntry:
    return RulesEntry(PartyId.parse(party), modules)


def rules(active: ActiveList, *entries: RulesEntry) -> OcnRules:
    return OcnRules(active, entries)


@pytest.mark.parametrize(
    ("stored", "module", "module_admitted", "party_admitted"),
    [
        (NO_RULES, "locations", True, True),
        (rules(WHITE), "locations", False, False),
        (rules(WHITE, entry("NL CPX", "locations")), "locations", False, False),
        (rules(WHITE, entry("DE MSP", "locations")), "locations", True, True),
        (rules(WHITE, entry("DE MSP", "locations")), "cdrs", False, True),
        (rules(WHITE, entry("DE MSP")), "cdrs", True, True),
        (rules(WHITE, entry("NL CPX", "cdrs"), entry("DE MSP", "cdrs", "nltnm-things")), "cdrs", True, True),
        (rules(WHITE, entry("DE MSP", "nltnm-things")), "nltnm-things", True, True),
        (rules(BLACK), "locations", True, True),
        (rules(BLACK, entry("NL CPX", "locations")), "locations", True, True),
        (rules(BLACK, entry("DE MSP", "locations")), "locations", False, False),
        (rules(BLACK, entry("DE MSP", "locations")), "cdrs", True, False),
        (rules(BLACK, entry("DE MSP")), "cdrs", False, False),
        (rules(BLACK, entry("DE MSP", "nltnm-things")), "nltnm-things", False, False),
        (rules(BLACK, entry("DE MSP", "location")), "locations", True, False),
    ],
)
@pytest.mark.parametrize("fold", [str, str.lower, str.upper, str.title])
def test_admits_by_the_table_whatever_the_case(
    stored: OcnRules, module: str, module_admitted: bool, party_admitted: bool, fold: Callable[[str], str]
) -> None:
    sender = PartyId(fold("DE"), fold("MSP"))
    assert admits(stored, sender, fold(module)) is module_admitted
    assert admits_party(stored, sender) is party_admitted


LISTED = rules(WHITE, entry("DE MSP", "cdrs"), entry("NL CPX"))
BANNED = rules(BLACK, entry("DE MSP", "cdrs"), entry("NL CPX"))
NOBODY = rules(WHITE)
NEW = entry("FR NEW", "tokens")


@pytest.mark.parametrize(
    ("stored", "change", "becomes"),
    [
        (NO_RULES, partial(replace_list, which=WHITE, entries=[NEW]), rules(WHITE, NEW)),
        (LISTED, partial(replace_list, which=WHITE, entries=[NEW]), rules(WHITE, NEW)),
        (LISTED, partial(replace_list, which=WHITE, entries=[]), NO_RULES),
        (NOBODY, partial(replace_list, which=WHITE, entries=[]), NO_RULES),
        (BANNED, partial(replace_list, which=WHITE, entries=[]), BANNED),
        (BANNED, partial(replace_list, which=WHITE, entries=[NEW]), Status.CLIENT_ERROR),
        (BANNED, partial(replace_list, which=BLACK, entries=[NEW]), rules(BLACK, NEW)),
        (BANNED, partial(replace_list, which=BLACK, entries=[]), NO_RULES),
        (LISTED, partial(replace_list, which=BLACK, entries=[]), LISTED),
        (NOBODY, partial(replace_list, which=BLACK, entries=[NEW]), Status.CLIENT_ERROR),
        (NO_RULES, partial(add_entry, which=BLACK, entry=NEW), rules(BLACK, NEW)),
        (LISTED, partial(add_entry, which=WHITE, entry=NEW), rules(WHITE, *LISTED.entries, NEW)),
        (NOBODY, partial(add_entry, which=WHITE, entry=NEW), rules(WHITE, NEW)),
        (LISTED, partial(add_entry, which=WHITE, entry=entry("de msp", "tokens")), Status.INVALID_PARAMETERS),
        (LISTED, partial(add_entry, which=BLACK, entry=NEW), Status.CLIENT_ERROR),
        (NOBODY, partial(add_entry, which=BLACK, entry=NEW), Status.CLIENT_ERROR),
        (NO_RULES, block_all, NOBODY),
        (LISTED, block_all, NOBODY),
        (BANNED, block_all, Status.CLIENT_ERROR),
        (LISTED, partial(remove_entry, which=WHITE, party=MSP), rules(WHITE, entry("NL CPX"))),
        (
            LISTED,
            partial(remove_entry, which=WHITE, party=PartyId("de", "mSp")),
            rules(WHITE, entry("NL CPX")),
        ),
        (LISTED, partial(remove_entry, which=WHITE, party=NEW.party), LISTED),
        (rules(WHITE, NEW), partial(remove_entry, which=WHITE, party=NEW.party), NOBODY),
        (rules(BLACK, NEW), partial(remove_entry, which=BLACK, party=NEW.party), NO_RULES),
        (BANNED, partial(remove_entry, which=WHITE, party=MSP), Status.CLIENT_ERROR),
        (NO_RULES, partial(remove_entry, which=WHITE, party=MSP), Status.CLIENT_ERROR),
        (NO_RULES, partial(remove_entry, which=BLACK, party=MSP), Status.CLIENT_ERROR),
    ],
)
def test_change_by_the_table(
    stored: OcnRules, change: Callable[[OcnRules], OcnRules], becomes: OcnRules | Status
) -> None:
    if isinstance(becomes, OcnRules):
        assert change(stored) == becomes
        return
    with pytest.raises(ClientFault) as refused:
        change(stored)
    assert refused.value.status_code == becomes


def test_add_entry_beyond_the_limit_is_refused() -> None:
    full = rules(BLACK, *(RulesEntry(PartyId("DE", f"{number:03X}")) for number in range(MOST_ENTRIES)))
    with pytest.raises(InvalidParameters, match=str(MOST_ENTRIES)):
        add_entry(full, BLACK, entry("NL CPX"))


@pytest.mark.parametrize(
    ("active", "entries"), [(NONE, (NEW,)), (WHITE, (NEW, NEW)), (BLACK, (NEW, entry("fr new")))]
)
def test_rules_that_mean_nothing_cannot_be_made(active: ActiveList, entries: tuple[RulesEntry, ...]) -> None:
    with pytest.raises(ValueError, match="list"):
        OcnRules(active, entries)


def written(party: str = "DEMSP", modules: object = ("cdrs",), **more: object) -> dict[str, object]:
    return {"country_code": party[:2], "party_id": party[2:], "modules": modules, **more}


@pytest.mark.parametrize(
    ("body", "refusal", "status"),
    [
        (b"", InvalidParameters, 2001),
        (b"null", InvalidParameters, 2001),
        (b"{", InvalidParameters, 2001),
        (b'"\xff"', InvalidParameters, 2001),
        (b"[" * 5_000 + b"]" * 5_000, InvalidParameters, 2001),
        ({"country_code": "DE", "party_id": "MSP"}, InvalidParameters, 2001),
        (written(modules=None), InvalidParameters, 2001),
        (written(modules="cdrs"), InvalidParameters, 2001),
        (written(modules=[7]), InvalidParameters, 2001),
        (written("DEMSPX"), InvalidParameters, 2001),
        (written("DEMS"), InvalidParameters, 2001),
        (written("DEM P"), InvalidParameters, 2001),
        (written("DEM\u00dc2"), InvalidParameters, 2001),
        (written(modules=[f"m{number}" for number in range(MOST_MODULES + 1)]), InvalidParameters, 2001),
        (b" " * (MOST_BYTES + 1), TooLarge, 2001),
        (written(modules=[""]), ClientFault, 2000),
        (written(modules=["cdrs", ""]), ClientFault, 2000),
        (written(modules=["cdrs tokens"]), ClientFault, 2000),
        (written(modules=["m" * 65]), ClientFault, 2000),
        (written(modules=["m\u00fcll"]), ClientFault, 2000),
    ],
)
def test_entry_that_is_none_is_refused_alone_and_in_a_list(
    body: bytes | dict[str, object], refusal: type[OcpiError], status: int
) -> None:
    alone = body if isinstance(body, bytes) else msgspec.json.encode(body)
    in_a_list = body if isinstance(body, bytes) else msgspec.json.encode([written("NLCPX"), body])
    for read, text in ((read_entry, alone), (read_entries, in_a_list)):
        with pytest.raises(refusal) as refused:
            read(text)
        assert refused.value.status_code == status
        assert len(refused.value.message) < 300


def test_list_beyond_the_limit_is_refused() -> None:
    many = [written(f"DE{number:03X}") for number in range(MOST_ENTRIES + 1)]
    with pytest.raises(InvalidParameters, match=str(MOST_ENTRIES)):
        read_entries(msgspec.json.encode(many))
    assert len(read_entries(msgspec.json.encode(many[1:]))) == MOST_ENTRIES


def test_members_nobody_knows_are_passed_over_and_codes_become_upper_case() -> None:
    read = read_entry(msgspec.json.encode(written("demsp", ["Cdrs", "cdrs"], note="x")))
    assert (str(read.party), read.modules) == ("DE MSP", ("Cdrs",))


def test_party_listed_twice_gets_what_both_entries_name() -> None:
    both = [written("DEMSP", ["cdrs"]), written("NLCPX", ["cdrs"]), written("demsp", ["CDRS", "tokens"])]
    assert read_entries(msgspec.json.encode(both)) == (
        entry("DE MSP", "cdrs", "tokens"),
        entry("NL CPX", "cdrs"),
    )
    assert read_entries(msgspec.json.encode([*both, written("DEMSP", [])]))[0] == entry("DE MSP")


# ---- what holds of all of them

PARTIES = st.sampled_from(["DEMSP", "demsp", "DeMsP", "NLCPX", "nlcpx", "FRABC"])
MODULES = st.sampled_from(["cdrs", "CDRS", "tokens", "my-Module", "MY-module"])
ENTRIES = st.builds(written, PARTIES, st.lists(MODULES, max_size=3))
LISTS = st.sampled_from([WHITE, BLACK])
ASKED = [
    (PartyId(party[:2], party[2:]), module)
    for party in ("DEMSP", "NLCPX", "FRABC", "XXXXX")
    for module in ("cdrs", "tokens", "my-module", "locations")
]


def read(entries: list[dict[str, object]]) -> tuple[RulesEntry, ...]:
    return read_entries(msgspec.json.encode(entries))


def verdicts(stored: OcnRules) -> list[bool]:
    modules = [admits(stored, party, module) for party, module in ASKED]
    return modules + [admits_party(stored, party) for party, _ in ASKED]


def swapped(value: Any) -> Any:
    if isinstance(value, str):
        return value.swapcase()
    return [each.swapcase() for each in value]


@given(LISTS, st.lists(ENTRIES, min_size=1, max_size=6), st.data())
def test_order_of_a_list_changes_no_verdict(
    which: ActiveList, entries: list[dict[str, object]], data: st.DataObject
) -> None:
    mixed = data.draw(st.permutations(entries))
    assert verdicts(OcnRules(which, read(entries))) == verdicts(OcnRules(which, read(mixed)))


@given(LISTS, st.lists(ENTRIES, min_size=1, max_size=6))
def test_case_of_a_list_changes_no_verdict(which: ActiveList, entries: list[dict[str, object]]) -> None:
    other = [{name: swapped(value) for name, value in each.items()} for each in entries]
    assert verdicts(OcnRules(which, read(entries))) == verdicts(OcnRules(which, read(other)))


@given(LISTS, st.lists(ENTRIES, min_size=1, max_size=6))
def test_list_added_entry_by_entry_is_the_list_put_at_once(
    which: ActiveList, entries: list[dict[str, object]]
) -> None:
    at_once = read(entries)
    one_by_one = NO_RULES
    for each in at_once:
        one_by_one = add_entry(one_by_one, which, each)
    assert one_by_one == replace_list(NO_RULES, which, at_once)


def changes() -> st.SearchStrategy[Callable[[OcnRules], OcnRules]]:
    parties = st.builds(lambda text: PartyId(text[:2], text[2:]), PARTIES)
    entries = st.lists(ENTRIES, max_size=4).map(read)
    return st.one_of(
        st.builds(lambda which, each: partial(replace_list, which=which, entries=each), LISTS, entries),
        st.builds(
            lambda which, each: partial(add_entry, which=which, entry=each),
            LISTS,
            ENTRIES.map(lambda e: read([e])[0]),
        ),
        st.builds(lambda which, party: partial(remove_entry, which=which, party=party), LISTS, parties),
        st.just(block_all),
    )


@given(st.lists(changes(), max_size=12), LISTS, PARTIES)
def test_taking_off_a_whitelist_never_lets_more_in_and_off_a_blacklist_never_less(
    series: list[Callable[[OcnRules], OcnRules]], which: ActiveList, party: str
) -> None:
    stored = NO_RULES
    for change in series:
        try:
            stored = change(stored)
        except ClientFault:
            continue
    try:
        after = remove_entry(stored, which, PartyId(party[:2], party[2:]))
    except ClientFault:
        assert stored.active is not which
        return
    for before_it, after_it in zip(verdicts(stored), verdicts(after), strict=True):
        assert before_it >= after_it if which is WHITE else before_it <= after_it
