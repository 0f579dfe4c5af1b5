"""``ocn settlement`` in process, against Lanes and the test tokens on the embedded chain."""

import json
from pathlib import Path

import pytest
from tests.integration.cli_settlement.commands import PAYER, Run, run_json, transactions

from ocn.chain.client import ChainClient
from ocn.chain.deploy import local_settlement
from ocn.chain.embedded import DEVELOPMENT_ACCOUNTS, Devnet, deploy_settlement_contracts, serving
from ocn.chain.errors import ChainError, ChainUnavailable, WalletError
from ocn.chain.networks import BUILT_IN
from ocn.chain.rpc import RpcClient
from ocn.chain.transactions import Sender
from ocn.chain.wallet import encrypted, write_keystore
from ocn.errors import ConfigurationError
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.vouchers import sign_voucher
from ocn.settlement.errors import AmountInvalid, TermsInvalid
from ocn.settlement.lanes import calls
from ocn.signing.keys import PrivateKey

PAYEE, OTHER = (PrivateKey(account.key_bytes) for account in DEVELOPMENT_ACCOUNTS[2:4])
LOCAL = BUILT_IN["local"]
EUR = LOCAL.tokens["EUR"]


async def test_money_goes_in_to_a_counterparty_and_out_again(run: Run, url: str) -> None:
    await run("mint", "1000", "-t", "EUR")
    made = await run_json(run, "deposit", "250.5", "--token", "EUR")
    assert (made["party"], made["token"], made["free"]) == (PAYER.address, "EUR", "250.5")
    assert [set(one) for one in made["transactions"]] == [{"hash", "blockNumber", "gasUsed"}] * 2
    again = await run_json(run, "deposit", "1", "--token", "eur", "--for", OTHER.address)
    assert (again["party"], again["free"]) == (OTHER.address, "1")

    made = await run_json(run, "reserve", "100", "--token", EUR, "--payee", PAYEE.address)
    assert (made["reserved"], made["free"], made["leaving"]) == ("100", "150.5", "0")
    made = await run_json(run, "release", "40.000001", "--token", "EUR", "--payee", PAYEE.address)
    assert (made["reserved"], made["leaving"]) == ("100", "40.000001")
    assert made["leaves_at"].startswith("20")
    with pytest.raises(ConfigurationError, match=r"40\.000001 EUR leave the reserve at 20.*not before"):
        await run("release", "--token", "EUR", "--payee", PAYEE.address)
    async with RpcClient(url) as rpc:
        await rpc.call("evm_increaseTime", 61)
        await rpc.call("evm_mine")
    made = await run_json(run, "release", "--token", "EUR", "--payee", PAYEE.address)
    assert (made["reserved"], made["free"], made["leaving"]) == ("59.999999", "190.500001", "0")

    made = await run_json(run, "withdraw", "190.500001", "--token", "EUR", "--to", OTHER.address)
    assert (made["to"], made["free"]) == (OTHER.address, "0")
    (balance,) = await run_json(run, "balance", "--party", PAYER.address, "-t", "EUR", key=None)
    assert balance == {
        "token": "EUR",
        "wallet": "748.5",
        "free": "0",
        "reserved": "59.999999",
        "leaving": "0",
        "reserved_for_it": "0",
        "address": EUR,
    }


async def test_exposure_shows_both_directions_and_what_can_be_claimed(run: Run, url: str) -> None:
    await run("mint", "100", "-t", "CHF")
    await run("deposit", "70", "-t", "CHF")
    await run("reserve", "50", "-t", "CHF", "--payee", PAYEE.address)
    assert await run_json(run, "exposure", "--party", OTHER.address) == []
    assert await run("exposure", "--party", OTHER.address) == "There are no such lanes.\n"
    lane = Lane(LOCAL.chain_id, str(LOCAL.lanes), LOCAL.tokens["CHF"], PAYER.address, PAYEE.address)
    async with RpcClient(url) as rpc:
        sender = Sender(ChainClient(rpc), OTHER)
        await sender.send(lane.contract, calls.claim([sign_voucher(PAYER, lane, 10**18, bytes(32))]))
        by_payee = Sender(ChainClient(rpc), PAYEE)
        await by_payee.send(lane.contract, calls.enable_setoff(lane).data)
    (line,) = await run_json(run, "exposure", "--party", PAYER.address, key=None)
    assert line == {
        "direction": "pays",
        "counterparty": PAYEE.address,
        "token": "CHF",
        "claimable": "69",
        "reserved": "49",
        "free": "20",
        "claimed": "1",
        "leaving": "0",
        "leaves_at": None,
        "held_back": "0",
        "setoff": True,
    }
    (line,) = await run_json(run, "exposure", "--party", PAYEE.address, "--counterparty", PAYER.address)
    assert (line["direction"], line["counterparty"], line["claimable"]) == ("is paid", PAYER.address, "69")
    assert await run_json(run, "exposure", "--party", PAYEE.address, "--counterparty", OTHER.address) == []
    assert await run_json(run, "exposure", "--party", PAYEE.address, "-t", "EUR") == []
    table = await run("exposure", "--party", PAYEE.address)
    assert PAYER.address in table
    assert "yes" in table
    assert "None" not in table
    (balance,) = await run_json(run, "balance", "--party", PAYEE.address, "-t", "CHF", key=None)
    assert (balance["reserved_for_it"], balance["free"]) == ("49", "1")


async def test_release_can_be_taken_back(run: Run) -> None:
    await run("mint", "10", "-t", "EUR")
    await run("deposit", "10", "-t", "EUR")
    await run("reserve", "5", "-t", "EUR", "--payee", PAYEE.address)
    await run("release", "5", "-t", "EUR", "--payee", PAYEE.address)
    made = await run_json(run, "release", "--cancel", "-t", "EUR", "--payee", PAYEE.address)
    assert (made["leaving"], made["leaves_at"]) == ("0", None)
    with pytest.raises(ConfigurationError, match=r"no release of EUR .* was announced"):
        await run("release", "-t", "EUR", "--payee", PAYEE.address)


@pytest.mark.parametrize("command", ["deposit", "withdraw", "reserve", "release"])
@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("1.2345678", "has more decimals than the token, which has 6"),
        ("1e3", "is no amount"),
        ("nan", "is no amount"),
        ("1,5", "is no amount"),
        ("0", "the amount is zero"),
        ("9" * 40, "more than a lane can count"),
    ],
)
async def test_amount_that_is_none_sends_nothing(
    run: Run, url: str, command: str, amount: str, said: str
) -> None:
    payee = ["--payee", PAYEE.address] if command in ("reserve", "release") else []
    with pytest.raises(AmountInvalid, match=said):
        await run(command, amount, "--token", "EUR", *payee)
    assert await transactions(url) == 0


async def test_more_than_there_is_is_told_with_what_there_is(run: Run, url: str) -> None:
    await run("mint", "10", "-t", "EUR")
    with pytest.raises(AmountInvalid, match=r"10 EUR are in the wallet 0x\w+, not 10\.5"):
        await run("deposit", "10.5", "-t", "EUR")
    await run("deposit", "8", "-t", "EUR")
    sent = await transactions(url)
    for command in (["withdraw", "9"], ["reserve", "9", "--payee", PAYEE.address]):
        with pytest.raises(AmountInvalid, match=r"8 EUR are free in the vault 0x\w+, not 9"):
            await run(*command, "-t", "EUR")
    with pytest.raises(ConfigurationError, match="0 EUR are reserved for 0x"):
        await run("release", "9", "-t", "EUR", "--payee", PAYEE.address)
    assert await transactions(url) == sent


async def test_token_that_is_unknown_or_none_is_told(run: Run) -> None:
    with pytest.raises(ConfigurationError, match="no token GBP is known on local") as caught:
        await run("deposit", "1", "-t", "GBP")
    assert "EUR, CHF" in (caught.value.hint or "")
    with pytest.raises(ChainError, match="there is no token at"):
        await run("deposit", "1", "-t", PAYEE.address)
    with pytest.raises(ConfigurationError, match="Invalid address"):
        await run("deposit", "1", "-t", "0x1234")


async def test_wrong_chain_contract_or_network_is_told_before_anything_is_sent(run: Run, url: str) -> None:
    with pytest.raises(ConfigurationError, match="no contract for settlement is known on volta"):
        await run("deposit", "1", "-t", "EUR", "--network", "volta")
    with pytest.raises(ConfigurationError, match="there is no contract at"):
        await run("deposit", "1", "-t", "EUR", "--lanes", PAYEE.address)
    async with await Devnet.open(None, chain_id=10) as devnet, serving(devnet, "127.0.0.1", 0) as other:
        with pytest.raises(ConfigurationError, match="is chain 10, and the network local is chain 9"):
            await run("deposit", "1", "-t", "EUR", at=other)
    with pytest.raises(ChainUnavailable, match="cannot reach the chain"):
        await run("balance", "--party", PAYER.address, at="http://127.0.0.1:9")


async def test_money_is_made_on_a_local_network_only(run: Run, tmp_path: Path) -> None:
    async with await Devnet.open(None, chain_id=10) as devnet, serving(devnet, "127.0.0.1", 0) as other:
        await deploy_settlement_contracts(devnet, local_settlement())
        file = tmp_path / "network.json"
        file.write_text(json.dumps({"provider": {"network_id": 10}}))
        with pytest.raises(ConfigurationError, match="on a local network only"):
            await run("mint", "1", "-t", "EUR", "--network-file", str(file), at=other)


async def test_key_may_be_in_a_keystore_and_is_asked_for(run: Run, tmp_path: Path) -> None:
    write_keystore(tmp_path / "vault.json", encrypted(PAYER, "secret", iterations=2))
    (tmp_path / "password").write_text("secret\n")
    keystore = ["--keystore", str(tmp_path / "vault.json"), "--password-file", str(tmp_path / "password")]
    made = await run_json(run, "mint", "1", "-t", "EUR", *keystore, key=None)
    assert (made["wallet"], made["balance"]) == (PAYER.address, "1")
    with pytest.raises(WalletError, match="No signer provided"):
        await run("mint", "1", "-t", "EUR", key=None)


async def test_index_file_is_read_further_the_next_time(run: Run, tmp_path: Path) -> None:
    file = ["--index-file", str(tmp_path / "lanes.sqlite")]
    await run("mint", "10", "-t", "EUR")
    for free in ("4", "8"):
        await run("deposit", "4", "-t", "EUR")
        (balance,) = await run_json(run, "balance", "--party", PAYER.address, "-t", "EUR", *file)
        assert balance["free"] == free
    assert (tmp_path / "lanes.sqlite").exists()


async def test_set_off_is_promised_and_ends_with_notice(run: Run, url: str) -> None:
    at = ("set-off", "--token", "EUR", "--peer", PAYEE.address)
    with pytest.raises(ConfigurationError, match="is not kept for it"):
        await run(*at, "--leave")
    made = await run_json(run, *at)
    assert (made["peer"], made["setoff"], made["leaves_at"]) == (PAYEE.address, True, None)
    assert len(made["transactions"]) == 1
    assert (await run_json(run, *at))["transactions"] == []
    assert (await run_json(run, *at, "--leave"))["leaves_at"].startswith("20")
    with pytest.raises(ConfigurationError, match=r"ends at 20.*not before"):
        await run(*at, "--leave")
    assert (await run_json(run, *at))["leaves_at"] is None
    await run(*at, "--leave")
    async with RpcClient(url) as rpc:
        await rpc.call("evm_increaseTime", 61)
        await rpc.call("evm_mine")
    made = await run_json(run, *at, "--leave")
    assert (made["setoff"], made["leaves_at"]) == (False, None)


async def test_holding_back_is_agreed_by_what_one_side_prints_and_the_other_sends(run: Run) -> None:
    lane = ("--token", "EUR", "--payer", PAYER.address, "--payee", PAYEE.address)
    held = ("hold-back", "24", *lane, "--arbiter", OTHER.address)
    text = (await run(*held)).removesuffix("\n")
    printed, told = json.loads(text), json.loads((await run_json(run, *held))["signed"])
    for each in (printed, told):  # which differ with the second in which they were signed
        assert each.pop("deadline")
        assert each.pop("signature")
    assert printed == told
    for vault in (PAYER, PAYEE):
        with pytest.raises(AssertionError, match="must be a third party"):
            await run("hold-back", "24", *lane, "--arbiter", vault.address)
    for wrong in (("hold-back", "48", *lane, "--arbiter", OTHER.address), ("hold-back", "0", *lane)):
        with pytest.raises(ConfigurationError, match="the other side signed 86400 s"):
            await run(*wrong, "--signed", text, key=PAYEE)
    with pytest.raises(TermsInvalid, match="not by the vault"):
        await run(*held, "--signed", text)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        await run(*held, "--signed", "{}", key=PAYEE)
    with pytest.raises(ConfigurationError, match="neither the payer nor the payee"):
        await run(*held, key=OTHER)
    made = await run_json(run, *held, "--signed", text, key=PAYEE)
    assert (made["window_s"], made["arbiter"]) == (86_400, OTHER.address)
    with pytest.raises(ChainError):
        await run(*held, "--signed", text, key=PAYEE)
    ended = (await run_json(run, "hold-back", "0", *lane, key=PAYEE))["signed"]
    made = await run_json(run, "hold-back", "0", *lane, "--signed", ended)
    assert (made["window_s"], made["arbiter"]) == (0, "")
