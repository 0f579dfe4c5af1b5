"""The specification's example files tariffs are read without a finding, CDRs cost what they say."""

import os
from fractions import Fraction
from pathlib import Path

import pytest

from ocn.tariffs import Part, decode, price, record
from ocn.tariffs.reading.record import tariff_alone

EXAMPLES = Path(os.environ.get("OCN_OCPI_EXAMPLES", Path(__file__).parents[4] / "shared" / "ocpi-examples"))
pytestmark = pytest.mark.skipif(
    not EXAMPLES.is_dir(), reason=f"no OCPI examples at {EXAMPLES}; set OCN_OCPI_EXAMPLES"
)
VERSIONS = ("2.2", "2.2.1", "2.3.0")


def files(version: str, pattern: str) -> list[Path]:
    return sorted((EXAMPLES / version).glob(pattern))


@pytest.mark.parametrize("version", VERSIONS)
def test_every_tariff_is_read_without_a_finding(version: str) -> None:
    names = files(version, "tariff*.json")
    assert len(names) >= 20
    for name in names:
        tariff, reading = tariff_alone(decode(name.read_bytes()))
        assert not reading.findings, name
        assert tariff.version == ("2.3.0" if version == "2.3.0" else "2.2.1"), name


@pytest.mark.parametrize("version", VERSIONS)
def test_every_cdr_costs_what_it_claims(version: str) -> None:
    (name,) = files(version, "cdr_example.json")
    cdr = decode(name.read_bytes())
    assert isinstance(cdr, dict)
    priced = price(cdr, [])
    claims = priced.record.session.claimed.costs
    assert claims.keys() == {"total_cost", "total_time_cost"}
    for claim, found in (
        (claims["total_cost"], priced.total),
        (claims["total_time_cost"], priced.parts[Part.TIME]),
    ):
        assert (found.excl, found.incl) == (claim.excl, claim.incl)
        assert (found.excl, found.incl) == (Fraction(4), Fraction("4.4"))


@pytest.mark.parametrize("version", VERSIONS)
def test_every_session_is_read(version: str) -> None:
    names = files(version, "session_example*.json")
    assert names
    for name in names:
        session = decode(name.read_bytes())
        assert isinstance(session, dict)
        read = record(session, [])
        assert read.session.kind == "session"
        assert read.session.claimed.energy is not None
