"""Records of OCMF: what is read, what is refused, and whose signature holds."""

import json
from base64 import b64encode
from contextlib import suppress
from decimal import Decimal

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.settlement.metering.records import BEGIN, END, METER, payload, public, signed

from ocn.settlement.metering.keys import MeterKey, MeterKeyUnreadable
from ocn.settlement.metering.ocmf import RecordUnreadable, read_record

KEBA_KEY = (
    "3059301306072A8648CE3D020106082A8648CE3D030107034200043AEEB45C392357820A58FDFB0857BD77ADA31585C61C43"
    "0531DFA53B440AFBFDD95AC887C658EA55260F808F55CA948DF235C2108A0D6DC7D4AB1A5E1A7955BE"
)
KEBA_RECORD = (
    'OCMF|{"FV":"1.0","GI":"KEBA_KCP30","GS":"17619300","GV":"2.8.5","PG":"T32","IS":false,"IL":"NONE",'
    '"IF":["RFID_NONE","OCPP_NONE","ISO15118_NONE","PLMN_NONE"],"IT":"NONE","ID":"","RD":['
    '{"TM":"2019-08-13T10:03:15,000+0000 I","TX":"B","EF":"","ST":"G","RV":0.2596,"RI":"1-b:1.8.0",'
    '"RU":"kWh"},{"TM":"2019-08-13T10:03:36,000+0000 R","TX":"E","EF":"","ST":"G","RV":0.2597,'
    '"RI":"1-b:1.8.0","RU":"kWh"}]}|{"SD":"304502200E2F107C987A300AC1695CA89EA149A8CDFA16188AF0A33EE64B67'
    '964AA943F9022100889A72B6D65364BEA8562E7F6A0253157ACFF84FE4929A93B5964D23C4265699"}'
)
"""What a real station signed: from the tests of the Transparency Software of S.A.F.E. e.V. (Apache-2.0)."""

METHODS = [
    ("ECDSA-secp192r1-SHA256", ec.SECP192R1()),
    ("ECDSA-secp256k1-SHA256", ec.SECP256K1()),
    ("ECDSA-secp256r1-SHA256", ec.SECP256R1()),
    ("ECDSA-secp384r1-SHA256", ec.SECP384R1()),
    ("ECDSA-brainpool256r1-SHA256", ec.BrainpoolP256R1()),
    ("ECDSA-brainpoolP384r1-SHA256", ec.BrainpoolP384R1()),
]


def test_record_of_a_real_station_is_read_and_its_signature_holds() -> None:
    record = read_record(KEBA_RECORD)
    begin, end = record.readings
    assert MeterKey.read(KEBA_KEY).has_signed(record.signed, record.signature)
    assert (begin.kwh, end.kwh, end.unit_kwh) == (Decimal("0.2596"), Decimal("0.2597"), Decimal("0.0001"))
    assert (begin.is_begin, end.is_end, record.page, record.source) == (True, True, 32, ("17619300", ""))


def test_record_of_a_real_station_with_one_digit_changed_is_not_signed() -> None:
    record = read_record(KEBA_RECORD.replace("0.2597", "0.3597"))
    assert not MeterKey.read(KEBA_KEY).has_signed(record.signed, record.signature)


@pytest.mark.parametrize(("method", "curve"), METHODS, ids=[method for method, _ in METHODS])
def test_every_method_with_a_curve_that_is_at_hand_is_verified(method: str, curve: ec.EllipticCurve) -> None:
    key = ec.derive_private_key(20261128, curve)
    record = read_record(signed(payload(), key, SA=method))
    meter = MeterKey.read(public(key))
    assert meter.fits(record.method)
    assert meter.has_signed(record.signed, record.signature)
    assert not meter.has_signed(record.signed + b" ", record.signature)


def test_signature_may_be_base64_or_r_and_s_alone() -> None:
    text = payload()
    in_hex = json.loads(signed(text).rpartition("|")[2])["SD"]
    r, s = decode_dss_signature(bytes.fromhex(in_hex))
    alone = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    meter = MeterKey.read(b64encode(bytes.fromhex(public())).decode())
    for given_as in (b64encode(bytes.fromhex(in_hex)).decode(), alone.hex()):
        record = read_record(f'OCMF|{text}|{{"SE":"base64","SD":"{given_as}"}}')
        assert meter.has_signed(record.signed, record.signature)


@pytest.mark.parametrize("wrapped", [str, lambda text: b64encode(text.encode()).decode()])
def test_record_is_read_plain_in_base64_and_over_several_lines(wrapped: object) -> None:
    text = json.dumps(json.loads(payload()), indent=2)
    assert callable(wrapped)
    record = read_record(wrapped(signed(text)) + "\r\n")
    assert record.signed == text.encode()
    assert MeterKey.read(public()).has_signed(record.signed, record.signature)


def test_what_a_reading_leaves_out_is_as_in_the_one_before() -> None:
    watt_hours = {**BEGIN, "RV": 100, "RU": "Wh"}
    begin, end = read_record(signed(payload(watt_hours, {**END, "RV": 4100}))).readings
    assert (begin.kwh, end.kwh, end.unit_kwh) == (Decimal("0.1"), Decimal("4.1"), Decimal("0.001"))
    assert (end.register, end.state) == (begin.register, begin.state)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "begin with OCMF"),
        ("EDL|{}|{}", "begin with OCMF"),
        ("OCMF|{}", "three parts"),
        ("OCMF|{|{}", "payload"),
        ("OCMF|{}|[]", "signature"),
        (f"OCMF|{payload()}|{{}}", "without a signature"),
        (f'OCMF|{payload()}|{{"SD":"not hex!"}}', "without a signature"),
        ('OCMF|{"RD":[]}|{"SD":"00"}', "readings"),
        ('OCMF|{"RD":[7]}|{"SD":"00"}', "no object"),
        (signed(payload({**BEGIN, "RU": "kvarh"})), "kWh or Wh"),
        (signed(payload({**BEGIN, "RV": "100"})), "no number"),
        (signed(payload({**BEGIN, "RV": True})), "no number"),
        (signed(payload({**BEGIN, "RV": -1})), "no number"),
        (signed(payload({**BEGIN, "TM": "yesterday"})), "time"),
        (signed(payload({**BEGIN, "TM": "2026-13-11T10:00:30,000+0000 S"})), "time"),
        (signed(payload(BEGIN).replace("100.25", "1e999999")), "no number"),
        (signed(payload(BEGIN).replace("100.25", "1e-999999")), "no number"),
        ("OCMF|" + "[" * 19_000, "three parts"),
        ("OCMF|" + '{"a":' * 3_000 + "|{}", "payload"),
        ("x" * 20_001, "more than 20,000"),
    ],
)
def test_text_that_is_no_record_is_refused_with_a_reason(text: str, said: str) -> None:
    with pytest.raises(RecordUnreadable, match=said):
        read_record(text)


@given(st.text(max_size=300) | st.text(max_size=300).map(lambda text: f"OCMF|{text}|{text}"))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(RecordUnreadable):
        assert read_record(text).readings


@given(st.integers(min_value=0), st.integers(min_value=0, max_value=255))
def test_record_with_any_byte_changed_is_not_signed(place: int, byte: int) -> None:
    record = read_record(KEBA_RECORD)
    changed = bytearray(record.signed)
    changed[place % len(changed)] = byte
    same = bytes(changed) == record.signed
    assert MeterKey.read(KEBA_KEY).has_signed(bytes(changed), record.signature) is same


@pytest.mark.parametrize(
    "text",
    ["", "00", "not a key", KEBA_KEY[:-2], "A" * 3_000, public(ec.derive_private_key(7, ec.SECP521R1()))],
    ids=["empty", "short", "words", "cut", "long", "other curve"],
)
def test_key_that_cannot_be_used_is_refused(text: str) -> None:
    with pytest.raises(MeterKeyUnreadable):
        MeterKey.read(text)


def test_key_is_not_shown() -> None:
    assert "0x" not in repr(MeterKey.read(public(METER)))
