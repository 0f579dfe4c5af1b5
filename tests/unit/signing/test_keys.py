"""Keys and recovery: the same contract for both curve libraries, and between them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocn.signing import PrivateKey, SignatureInvalid, personal_digest, recover_address, same_address
from ocn.signing.curve import Curve
from ocn.signing.curve_pure import PureCurve
from ocn.signing.hashes import keccak256

CURVES: list[Curve] = [PureCurve()]
try:
    from ocn.signing.curve_native import NativeCurve

    CURVES.append(NativeCurve())
except ImportError:  # no wheel for this Python: then the pure curve is the one in use
    pass

GROUP_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
NODE_KEY = bytes.fromhex("ae6ae8e5ccbfb04590405997ee2d52d2b330726137b875053c36d94e974d162f")
NODE_ADDRESS = "0xf17f52151EbEF6C7334FAD080c5704D77216b732"
ORDER_INFO = (
    '{"party_id":"MSP","country_code":"DE","role":"EMSP","status":"CONNECTED",'
    '"last_updated":"2020-10-16T09:00:00.000Z"}'
)
ORDER_INFO_SIGNATURE = (
    "7adf04db1286287ea104e3d1f869d16cb5e3a5698c7068597f1259cb6d6138445888f2f508fd7d3fded939720999e9b45"
    "300ccc4a978f5c8edf42f8865bb4ad51c"
)

each_curve = pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)


@each_curve
def test_published_wallet_signature_is_reproduced_and_recovered(curve: Curve) -> None:
    key = PrivateKey(NODE_KEY, curve)
    digest = personal_digest(ORDER_INFO.encode())

    assert key.address == NODE_ADDRESS
    assert key.sign_digest(digest).hex() == ORDER_INFO_SIGNATURE
    assert recover_address(digest, bytes.fromhex(ORDER_INFO_SIGNATURE), curve) == NODE_ADDRESS


@each_curve
@settings(max_examples=10, deadline=None)
@given(secret=st.integers(1, GROUP_ORDER - 1), digest=st.binary(min_size=32, max_size=32))
def test_signature_of_any_digest_recovers_to_its_key(curve: Curve, secret: int, digest: bytes) -> None:
    key = PrivateKey(secret.to_bytes(32, "big"), curve)
    signature = key.sign_digest(digest)

    assert recover_address(digest, signature, curve) == key.address
    assert int.from_bytes(signature[32:64], "big") <= GROUP_ORDER // 2
    assert signature == PrivateKey(key.secret, CURVES[0]).sign_digest(digest)


@each_curve
def test_signature_with_parity_as_v_or_with_high_s_is_accepted(curve: Curve) -> None:
    key = PrivateKey(NODE_KEY, curve)
    digest = bytes(32)
    signature = key.sign_digest(digest)
    high_s = (GROUP_ORDER - int.from_bytes(signature[32:64], "big")).to_bytes(32, "big")

    assert recover_address(digest, signature[:64] + bytes((signature[64] - 27,)), curve) == key.address
    assert (
        recover_address(digest, signature[:32] + high_s + bytes((55 - signature[64],)), curve) == key.address
    )


@each_curve
@pytest.mark.parametrize(
    "signature",
    [
        b"",
        bytes(64),
        bytes(65),
        bytes(66),
        b"\xff" * 65,
        b"\xff" * 64 + b"\x1b",
        b"\x01" * 64 + b"\x02",
        b"\x01" * 64 + b"\x1d",
        bytes(32) + b"\x01" * 32 + b"\x1b",
        b"\x01" * 32 + bytes(32) + b"\x1b",
        (5).to_bytes(32, "big") + b"\x01" * 32 + b"\x1b",  # 5 is no x of a point
    ],
)
def test_impossible_signature_is_refused_as_invalid(curve: Curve, signature: bytes) -> None:
    with pytest.raises(SignatureInvalid):
        recover_address(bytes(32), signature, curve)


@each_curve
@settings(max_examples=30, deadline=None)
@given(st.binary(min_size=65, max_size=65))
def test_arbitrary_bytes_recover_to_an_address_or_are_refused(curve: Curve, signature: bytes) -> None:
    for tail in (b"\x1b", b"\x1c", signature[64:]):
        try:
            address = recover_address(b"\x07" * 32, signature[:64] + tail, curve)
        except SignatureInvalid:
            continue
        assert len(address) == 42


@each_curve
@pytest.mark.parametrize("secret", [bytes(32), GROUP_ORDER.to_bytes(32, "big"), b"\xff" * 32, b"\x01" * 31])
def test_secret_out_of_range_is_refused_without_being_shown(curve: Curve, secret: bytes) -> None:
    with pytest.raises(ValueError, match="private key") as caught:
        PrivateKey(secret, curve)

    assert secret.hex() not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize("text", [NODE_KEY.hex(), "0x" + NODE_KEY.hex(), f" 0x{NODE_KEY.hex().upper()}\n"])
def test_key_in_hex_is_read_with_or_without_prefix(text: str) -> None:
    assert PrivateKey.from_hex(text).address == NODE_ADDRESS


@pytest.mark.parametrize(
    "text", ["", "0x", "12", "zz" * 32, NODE_KEY.hex() + "00", " ".join(["ab"] * 21) + "a"]
)
def test_text_that_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="64 hex digits"):
        PrivateKey.from_hex(text)


def test_key_shows_its_address_and_not_its_secret() -> None:
    key = PrivateKey(NODE_KEY)

    assert repr(key) == f"PrivateKey({NODE_ADDRESS})"
    assert NODE_KEY.hex() not in f"{key!s}{key!r}"


def test_keys_are_equal_by_their_address() -> None:
    assert PrivateKey(NODE_KEY) == PrivateKey.from_hex(NODE_KEY.hex())
    assert len({PrivateKey(NODE_KEY), PrivateKey(NODE_KEY), PrivateKey.generate()}) == 2


def test_digest_of_another_length_is_not_signed() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        PrivateKey(NODE_KEY).sign_digest(b"short")


def test_hash_is_the_one_of_ethereum() -> None:
    assert keccak256(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (NODE_ADDRESS, NODE_ADDRESS.lower(), True),
        (NODE_ADDRESS, NODE_ADDRESS[:-1] + "3", False),
        ("", "", False),
        ("0x", "0x", False),
    ],
)
def test_addresses_are_compared_without_regard_to_case(one: str, other: str, same: bool) -> None:
    assert same_address(one, other) is same
