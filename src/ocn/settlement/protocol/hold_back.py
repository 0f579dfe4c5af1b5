"""The agreement on holding payments back, as it travels."""

from collections.abc import Mapping
from typing import Any

from ocn.ocpi.errors import InvalidParameters
from ocn.party.json_text import JsonObject
from ocn.settlement.core.holding_back import HoldBack
from ocn.settlement.core.lane import Lane, known_address
from ocn.settlement.errors import TermsInvalid
from ocn.settlement.protocol.hex_text import octets, written
from ocn.settlement.protocol.messages import read_lane
from ocn.settlement.protocol.vouchers import whole


def hold_back_object(wanted: HoldBack, signature: bytes) -> JsonObject:
    """Write what the payer asks to be signed, with its own signature."""
    return {
        "lane": wanted.lane.key,
        "window_s": wanted.window_s,
        "arbiter": wanted.arbiter,
        "payer_number": wanted.payer_number,
        "payee_number": wanted.payee_number,
        "deadline": wanted.deadline,
        "signature": written(signature),
    }


def read_hold_back(value: Mapping[str, Any], lane: Lane) -> tuple[HoldBack, bytes]:
    """Read it, with the signature, which is not checked here.

    Raises:
        InvalidParameters: something else, or of another lane.
    """
    if read_lane(value.get("lane")) != lane:
        raise InvalidParameters("lane is not that of the terms")
    arbiter = value.get("arbiter")
    try:
        known = known_address(arbiter, "arbiter") if arbiter != "" else ""
    except TermsInvalid as error:
        raise InvalidParameters(error.message) from error
    numbers = [
        whole(value, name, "body") for name in ("window_s", "payer_number", "payee_number", "deadline")
    ]
    window_s, payer_number, payee_number, deadline = numbers
    wanted = HoldBack(lane, window_s, known, payer_number, payee_number, deadline)
    return wanted, octets(value.get("signature"), 64, "signature")


def hold_back_answer(signature: bytes) -> JsonObject:
    """Write the payee's signature."""
    return {"signature": written(signature)}


def read_hold_back_answer(value: Mapping[str, Any]) -> bytes:
    """Read it.

    Raises:
        InvalidParameters: something else.
    """
    return octets(value.get("signature"), 64, "signature")
