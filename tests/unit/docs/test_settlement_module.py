"""The messages on the page of the settlement module are what the code reads, and their signatures hold."""

import json
from pathlib import Path
from typing import Any

import pytest

from ocn.ocpi.party_id import PartyId
from ocn.party.json_text import decode_json
from ocn.settlement.core.asks import read_ask
from ocn.settlement.core.evidence import Head
from ocn.settlement.core.opening import continued
from ocn.settlement.core.reasons import Reason
from ocn.settlement.protocol.hold_back import read_hold_back
from ocn.settlement.protocol.messages import read_answer, read_items, read_signed_terms, read_state
from ocn.settlement.protocol.vouchers import read_opened

Blocks = list[tuple[Path, str, str]]
CPO, EMSP = PartyId("DE", "CPO"), PartyId("NL", "MSP")


@pytest.fixture(scope="module")
def blocks(code_blocks: Blocks) -> list[Any]:
    return [
        decode_json(text.encode())
        for page, kind, text in code_blocks
        if (page.name, kind) == ("settlement-module.md", "json")
    ]


def with_member(blocks: list[Any], name: str) -> Any:
    (found,) = [block for block in blocks if name in block]
    return found


def test_terms_of_the_page_are_signed_by_both(blocks: list[Any]) -> None:
    signed = read_signed_terms(with_member(blocks, "terms"))
    signed.require_signature_of(CPO)
    signed.require_signature_of(EMSP)
    signed.require_vault_of(CPO)
    signed.require_vault_of(EMSP)


def test_agreement_on_holding_back_of_the_page_is_signed_by_the_payers_vault(blocks: list[Any]) -> None:
    lane = read_signed_terms(with_member(blocks, "terms")).terms.lane
    agreed, signature = read_hold_back(with_member(blocks, "window_s"), lane)
    agreed.require_signed_by(lane.payer, signature)


def test_voucher_of_the_page_continues_its_lane(blocks: list[Any]) -> None:
    signed = read_signed_terms(with_member(blocks, "terms"))
    (voucher,) = read_opened([with_member(blocks, "leaves")], EMSP, CPO)
    before = Head(voucher.number - 1, voucher.cumulative - 200_000, voucher.previous)
    entry = continued(signed.terms.lane, before, voucher, [signed.terms.payer.signer])
    state = read_state(with_member(blocks, "there"))
    assert state.lane == signed.terms.lane
    assert state.there is not None
    assert state.there.head == entry.head


def test_request_and_refusal_of_the_page_are_read(blocks: list[Any]) -> None:
    request = with_member(blocks, "items")
    state = read_state(request["state"])
    (item,) = read_items(request)
    assert read_ask(item, CPO).total == 200_000
    refusal = with_member(blocks, "reason")
    answer = {"state": request["state"], "judged": True, "vouchers": [], "refused": [refusal]}
    (refused,) = read_answer(answer, EMSP, CPO).refused
    assert json.loads(refused.evidence)["verdict"] == "mismatch"
    assert state.there is None


def test_every_reason_is_on_the_page(root: Path) -> None:
    page = (root / "docs/reference/settlement-module.md").read_text("utf-8")
    assert not [reason.value for reason in Reason if reason.value not in page]
