"""What may pass to a peer when its meaning would change."""

import pytest

from ocn.conversion import Allowance, Change, Choice, Loss, ObjectKind, Policy, decide
from ocn.ocpi.versions import VersionNumber

V = VersionNumber.V2_3_0
HARMLESS = (Change("/help_phone", Loss.DROPPED, "new", V), Change("/x", Loss.SYNTHESISED, "demanded", V))
DANGEROUS = (*HARMLESS, Change("/tariffs/0", Loss.MEANING_CHANGED, "left out", V))


@pytest.mark.parametrize("choice", list(Choice))
def test_what_is_only_dropped_or_synthesised_always_passes(choice: Choice) -> None:
    assert decide(Policy(choice), ObjectKind.CDR, HARMLESS).allowed


def test_change_of_meaning_is_refused_when_nothing_was_said() -> None:
    decision = decide(Policy(), ObjectKind.CDR, DANGEROUS)
    assert not decision.allowed
    assert "/tariffs/0: left out" in decision.text
    assert "operator" not in decision.text


def test_change_of_meaning_passes_where_the_operator_lets_everything_pass() -> None:
    assert decide(Policy(Choice.PASS), ObjectKind.CDR, DANGEROUS).allowed


def test_refusal_under_ask_names_the_allowance_that_then_lets_it_pass() -> None:
    decision = decide(Policy(Choice.ASK), ObjectKind.CDR, DANGEROUS)
    assert not decision.allowed
    assert "cdr:/tariffs/*" in decision.text
    allowed = Policy(Choice.ASK, (Allowance.parse("cdr:/tariffs/*"),))
    assert decide(allowed, ObjectKind.CDR, DANGEROUS).allowed


@pytest.mark.parametrize(
    "allowance", ["session:/tariffs/*", "cdr:/tariffs/1", "cdr:/tariffs/*/elements", "cdr:/x"]
)
def test_allowance_of_another_kind_or_place_lets_nothing_pass(allowance: str) -> None:
    assert not decide(Policy(Choice.ASK, (Allowance.parse(allowance),)), ObjectKind.CDR, DANGEROUS).allowed


def test_allowance_without_a_place_covers_the_whole_kind() -> None:
    assert decide(Policy(Choice.ASK, (Allowance.parse("cdr:"),)), ObjectKind.CDR, DANGEROUS).allowed


def test_allowance_under_refuse_is_not_consulted() -> None:
    assert not decide(Policy(Choice.REFUSE, (Allowance.parse("cdr:"),)), ObjectKind.CDR, DANGEROUS).allowed


def test_refusal_of_many_changes_stays_short() -> None:
    many = tuple(Change(f"/tariffs/{n}", Loss.MEANING_CHANGED, "left out", V) for n in range(9))
    text = decide(Policy(Choice.ASK), ObjectKind.CDR, many).text
    assert "and 6 more" in text
    assert text.count("cdr:/tariffs/*") == 1


@pytest.mark.parametrize("text", ["cdr", "nothing:/x", "cdr:x", ""])
def test_allowance_that_cannot_be_read_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"allowance|ObjectKind"):
        Allowance.parse(text)
