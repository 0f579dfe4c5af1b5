import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocn.errors import ConfigurationError
from ocn.node.storage import AesGcmSealing

SECRET = bytes(range(32))
SEALED_WITH_FIRST_VERSION = bytes.fromhex(
    "019860ff850c91bd546008960f11ee35af3e8d585d5d20d53410193706d9ba094a651a689df3f42da615faea038b"
)


@given(st.text())
def test_seal_any_text_is_unsealed_equal_under_the_same_secret(text: str) -> None:
    assert AesGcmSealing(SECRET).unseal(AesGcmSealing(SECRET).seal(text)) == text


def test_seal_same_text_twice_looks_different() -> None:
    sealing = AesGcmSealing(SECRET)
    assert sealing.seal("token") != sealing.seal("token")


def test_unseal_what_an_earlier_release_sealed_still_works() -> None:
    assert AesGcmSealing(SECRET).unseal(SEALED_WITH_FIRST_VERSION) == "token-b of DE CPO"


def test_unseal_under_another_secret_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="another secret"):
        AesGcmSealing(b"\xff" * 32).unseal(AesGcmSealing(SECRET).seal("token"))


@given(st.integers(min_value=0), st.integers(1, 255))
def test_unseal_any_changed_byte_is_refused(place: int, change: int) -> None:
    sealed = bytearray(AesGcmSealing(SECRET).seal("token"))
    sealed[place % len(sealed)] ^= change
    with pytest.raises(ConfigurationError):
        AesGcmSealing(SECRET).unseal(bytes(sealed))


@given(st.binary(max_size=64))
def test_unseal_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(ConfigurationError):
        AesGcmSealing(SECRET).unseal(data)


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_secret_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ConfigurationError, match="32 bytes") as caught:
        AesGcmSealing(b"\x07" * length)
    assert "\x07" not in str(caught.value)


def test_sealing_shows_nothing() -> None:
    assert "object at" in repr(AesGcmSealing(SECRET))
