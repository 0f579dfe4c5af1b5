"""Who issued a token, as it says, and what nonsense in it comes to."""

import pytest

from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import read_datetime
from ocn.ocpi.token_issuer import issuer_key


def test_issuer_named_in_any_case_is_the_partys_key() -> None:
    assert issuer_key({"country_code": "nl", "party_id": "Msp", "uid": "1"}) == PartyId("NL", "MSP").key


@pytest.mark.parametrize("token", [None, "NLMSP", [], {}, {"uid": "1", "contract_id": "NL-MSP-1"}])
def test_issuer_not_named_is_none(token: object) -> None:
    assert issuer_key(token) is None


@pytest.mark.parametrize(
    ("country_code", "party_id"),
    [("NL", None), (None, "MSP"), ("", ""), ("N", "LMSP"), (5, "MSP"), ("NL", "MSPX"), ("N\n", "MSP")],
)
def test_issuer_that_is_no_party_is_nobody(country_code: object, party_id: object) -> None:
    found = issuer_key({"country_code": country_code, "party_id": party_id})

    assert found == ""
    assert found != PartyId("NL", "MSP").key


@pytest.mark.parametrize("value", [None, 5, "", "soon", "2026-01-01T00:00:00+01:00", "2" * 100_000])
def test_datetime_that_is_none_is_read_as_none(value: object) -> None:
    assert read_datetime(value) is None
