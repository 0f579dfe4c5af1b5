"""``ocn settlement disputes`` and ``dispute``, by a payer, a payee and an arbiter on the embedded chain."""

import json
from pathlib import Path

import pytest
from tests.integration.cli_settlement.commands import PAYER, Run, pass_time, run_json, transactions
from tests.integration.cli_settlement.held import HOUR, Held, next_window
from tests.integration.cli_settlement.payers_log import (
    ARBITER,
    EUR,
    LANE,
    PAYEE,
    STRANGER,
    VOUCHERS,
    log,
    stored,
)

from ocn.chain.client import ChainClient
from ocn.chain.rpc import RpcClient
from ocn.chain.transactions import Sender
from ocn.errors import ConfigurationError
from ocn.settlement.core.evidence import NOTHING_YET, extend
from ocn.settlement.errors import AmountInvalid
from ocn.settlement.lanes import calls


async def test_session_is_frozen_seen_ruled_and_shown_to_both(held: Held) -> None:
    looked = await held.open("--session", "s1", "--check")
    assert (looked["amount"], looked["amounts"]) == ("6", ["3", "2", "1"])
    assert looked["vouchers"] == ["2", "1", "3"]
    assert looked["gas"] > 100_000
    assert looked["evidence"] == ["0x" + held.entries[2].evidence.hex()]
    assert looked["transactions"] == []
    assert await run_json(held.run, "disputes") == []

    made = await held.open("--session", "S1")
    assert made["leaves"] == looked["leaves"]
    assert len(made["transactions"]) == 3
    assert made["arbiter"] == ARBITER.address
    first, second, third = made["leaves"]

    rows = await run_json(held.run, "disputes", "--party", ARBITER.address, "--database", held.database)
    assert [(row["amount"], row["state"], row["session"], row["cdr"]) for row in rows] == [
        ("3", "OPEN", "S1", None),
        ("2", "OPEN", "S1", None),
        ("1", "OPEN", "S1", "CDR1"),
    ]
    assert {row["evidence"] for row in rows} == set(looked["evidence"])
    assert rows[0]["deadline"] == made["deadline"]

    ruled = await held.end("rule", first, "--to-payer", "1.25", key=ARBITER)
    assert (ruled["to_payer"], ruled["to_payee"]) == ("1.25", "1.75")
    assert (await held.end("concede", second, key=PAYEE))["to_payer"] == "2"
    assert (await held.end("give-up", third[:12], key=PAYER))["to_payee"] == "1"
    assert await held.free(PAYER) == 93 * EUR + 3_250_000
    assert await held.free(PAYEE) == 2_750_000
    assert await run_json(held.run, "disputes") == []
    ended = await run_json(held.run, "disputes", "--all", "-t", "EUR")
    assert sorted((row["to_payer"], row["to_payee"]) for row in ended) == [
        ("0", "1"),
        ("1.25", "1.75"),
        ("2", "0"),
    ]
    table = await held.run("disputes", "--all")
    assert first[:14] in table
    assert "1.25 / 1.75" in table


async def test_arbiter_gives_all_to_one_side(held: Held) -> None:
    made = await held.open("--voucher", "1")
    one, other = made["leaves"]
    assert (await held.end("rule", one, "--all-to", "payer", key=ARBITER))["to_payer"] == "2"
    assert (await held.end("rule", other, "--all-to", "payee", key=ARBITER))["to_payee"] == "1"


async def test_leaf_is_opened_to_the_arbiter_who_checks_it(held: Held, tmp_path: Path) -> None:
    (name,) = (await held.open("--session", "S2"))["leaves"]
    shown = (await run_json(held.run, "dispute", "show", name, "--database", held.database))["opened"]
    assert (shown["voucher"], shown["party"], shown["session_id"]) == (1, "DE CPO", "S2")
    assert shown["leaf"]["amount"] == "1000000"
    file = tmp_path / "opened.json"
    file.write_text(json.dumps(shown))
    checked = (await run_json(held.run, "dispute", "show", name, "--opened", str(file)))["opened"]
    assert checked == {member: shown[member] for member in ("party", "id", "leaf")}
    for changes, says in (
        ({"leaf": {**shown["leaf"], "amount": "2000000"}}, "what was shown is the leaf 0x"),
        ({"id": "S9"}, "not of the party and id"),
        ({"party": "DE CPO|S2", "id": ""}, "not of the party and id"),
        ({"leaf": {}}, "an opened leaf has the members"),
        ({"leaf": {**shown["leaf"], "wh": "1e9"}}, "wh of a leaf is a whole number"),
        ({"leaf": {**shown["leaf"], "salt": "0x12"}}, "64 hex digits"),
    ):
        file.write_text(json.dumps({**shown, **changes}))
        with pytest.raises(ConfigurationError, match=says):
            await held.run("dispute", "show", name, "--opened", str(file))
    file.write_text("[]")
    with pytest.raises(ConfigurationError, match="cannot be read as an opened leaf"):
        await held.run("dispute", "show", name, "--opened", str(file))


async def test_no_more_is_frozen_than_was_asked_for_the_dearest_first(held: Held) -> None:
    made = await held.open("--cdr", "cdr1", "--amount", "2.5")
    assert made["amounts"] == ["3"]
    with pytest.raises(ConfigurationError, match="3 EUR of it are held back, not 4"):
        await held.open("--cdr", "CDR1", "--amount", "4")
    with pytest.raises(AmountInvalid):
        await held.open("--cdr", "CDR1", "--amount", "nan")
    with pytest.raises(ConfigurationError, match="paid by 2 amounts, and each is a transaction"):
        await held.open("--cdr", "CDR1", "--most", "1")


async def test_what_cannot_be_disputed_is_told_before_anything_is_sent(held: Held) -> None:
    sent = [await transactions(held.url, key) for key in (PAYER, STRANGER, PAYEE)]
    for what, key, says in (
        (("--session", "S4"), PAYER, "session S4 is paid by a voucher that nobody has claimed yet"),
        (("--voucher", "4"), PAYER, "voucher 4 is paid by a voucher that nobody has claimed yet"),
        (("--session", "S9"), PAYER, "nothing of session S9 is held back any more"),
        (("--session", "S3"), PAYER, "is disputed already, or cost nothing"),
        (("--cdr", "CDR9"), PAYER, "the database has no CDR CDR9"),
        (("--session", "S1"), STRANGER, "pays on no lane"),
        (("--session", "S1"), PAYEE, "held back on none of these lanes"),
        (("--session", "S1", "--payee", STRANGER.address), PAYER, "pays on no lane"),
    ):
        with pytest.raises(ConfigurationError, match=says):
            await held.open(*what, key=key)
    with pytest.raises(AssertionError, match="--session, --cdr or --voucher"):
        await held.open()
    assert [await transactions(held.url, key) for key in (PAYER, STRANGER, PAYEE)] == sent


async def test_what_was_disputed_is_not_disputed_twice(held: Held) -> None:
    await held.open("--session", "S2")
    with pytest.raises(ConfigurationError, match="disputed already, or cost nothing"):
        await held.open("--session", "S2")


async def test_other_evidence_than_was_claimed_is_no_proof(held: Held, tmp_path: Path) -> None:
    """The log of a payer that was restored and has gone another way."""
    head, others = NOTHING_YET, []
    for number, leaves in enumerate(VOUCHERS):
        others.append(extend(head, leaves, bytes([number + 100]) * 32))
        head = others[-1].head
    held.database = await stored(f"sqlite:///{tmp_path / 'other.db'}", others)
    with pytest.raises(ConfigurationError, match="does not have the vouchers that 0x"):
        await held.open("--session", "S1")


async def test_held_no_more_is_too_late(held: Held) -> None:
    await pass_time(held.url, 2 * HOUR)
    with pytest.raises(ConfigurationError, match="nothing of session S1 is held back any more"):
        await held.open("--session", "S1")


async def test_older_of_two_windows_can_be_disputed_beside_the_newer(held: Held) -> None:
    await next_window(held.url)
    await held.claim(4)
    made = await held.open("--session", "S4")
    assert made["evidence"] == ["0x" + held.entries[3].evidence.hex()]
    made = await held.open("--session", "S2")
    assert made["evidence"] == ["0x" + held.entries[2].evidence.hex()]
    (newer, older) = await run_json(held.run, "disputes", "--database", held.database)
    assert (newer["session"], older["session"]) == ("S4", "S2")


async def test_key_of_the_payer_disputes_and_cannot_give_up(held: Held) -> None:
    async with RpcClient(held.url) as rpc:
        named = calls.set_signer(PAYER.address, STRANGER.address, 1)
        await Sender(ChainClient(rpc), PAYER).send(LANE.contract, named.data)
    (name,) = (await held.open("--session", "S2", key=STRANGER))["leaves"]
    with pytest.raises(ConfigurationError, match=r"only the payer .* by the vault's own key"):
        await held.end("give-up", name, key=STRANGER)


async def test_only_who_may_ends_a_dispute_and_only_in_time(held: Held) -> None:
    (name,) = (await held.open("--session", "S2"))["leaves"]
    sent = [await transactions(held.url, key) for key in (PAYER, PAYEE, STRANGER, ARBITER)]
    for act, how, key, says in (
        ("rule", ("--all-to", "payer"), STRANGER, "is not the arbiter of this lane: 0x"),
        ("rule", ("--all-to", "payer"), PAYER, "is not the arbiter of this lane: 0x"),
        ("rule", ("--to-payer", "1.000001"), ARBITER, "1 EUR are frozen, not 1.000001"),
        ("concede", (), PAYER, "only the payee"),
        ("concede", (), ARBITER, "only the payee"),
        ("give-up", (), PAYEE, "only the payer"),
        ("release", (), STRANGER, "the arbiter has time until 20"),
    ):
        with pytest.raises(ConfigurationError, match=says):
            await held.end(act, name, *how, key=key)
    with pytest.raises(AmountInvalid, match="is no amount"):
        await held.end("rule", name, "--to-payer=-1", key=ARBITER)
    for said in ([], ["--to-payer", "1", "--all-to", "payer"]):
        with pytest.raises(AssertionError, match="one of them"):
            await held.end("rule", name, *said, key=ARBITER)
    assert [await transactions(held.url, key) for key in (PAYER, PAYEE, STRANGER, ARBITER)] == sent

    await pass_time(held.url, 8 * HOUR)
    (row,) = await run_json(held.run, "disputes")
    assert row["state"] == "OVERDUE"
    with pytest.raises(ConfigurationError, match="the arbiter's time ended at 20"):
        await held.end("rule", name, "--all-to", "payer", key=ARBITER)
    assert (await held.end("release", name, key=STRANGER))["to_payee"] == "1"
    with pytest.raises(ConfigurationError, match=r"is resolved: 0 EUR went to the payer, 1 to the payee"):
        await held.end("concede", name, key=PAYEE)


async def test_leaf_that_names_no_dispute_is_told(held: Held) -> None:
    for name, says in (
        ("0x12", "is no leaf"),
        ("zzzzzzzzzz", "is no leaf"),
        ("0x" + "1" * 65, "is no leaf"),
        ("0x12345678", "no dispute has a leaf that begins with 0x12345678"),
    ):
        with pytest.raises(ConfigurationError, match=says):
            await held.run("dispute", "show", name)


async def test_nothing_is_disputed_where_nothing_is_held_back(run: Run, url: str, tmp_path: Path) -> None:
    database = await stored(f"sqlite:///{tmp_path / 'settlement.db'}", log())
    there = Held(run, url, database, log())
    assert await run("disputes") == "There are no open disputes.\n"
    assert await run("disputes", "--all") == "There are no disputes.\n"
    with pytest.raises(ConfigurationError, match="held back on none of these lanes"):
        await there.open("--session", "S1")
