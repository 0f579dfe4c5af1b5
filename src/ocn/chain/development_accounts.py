"""The twenty funded accounts of every embedded chain.

These private keys are PUBLIC. They come from the well-known development mnemonic below (path
``m/44'/60'/0'/0/n``), which thousands of development chains share, and they stand here as a table because
deriving them needs seconds and a key-derivation library. Whoever sends anything of value to one of these
addresses on a real network loses it at once. They are what makes the existing registry client work without
configuration: the contracts it expects on a local chain are those deployed by account 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

DEVELOPMENT_MNEMONIC: Final = "candy maple cake sugar pudding cream honey rich smooth crumble sweet treat"
DEVELOPMENT_BALANCE: Final = 100 * 10**18
"""What each account owns in the genesis block, in wei."""


@dataclass(frozen=True, slots=True)
class DevelopmentAccount:
    """An account whose private key everybody knows."""

    address: str
    """EIP-55 spelling."""
    key: str
    """32 bytes of hex with ``0x``; public on purpose."""

    @property
    def address_bytes(self) -> bytes:
        """The twenty bytes of the address."""
        return bytes.fromhex(self.address[2:])

    @property
    def key_bytes(self) -> bytes:
        """The thirty-two bytes of the key."""
        return bytes.fromhex(self.key[2:])


DEVELOPMENT_ACCOUNTS: Final[tuple[DevelopmentAccount, ...]] = tuple(
    DevelopmentAccount(f"0x{address}", f"0x{key}")
    for address, key in (
        (
            "627306090abaB3A6e1400e9345bC60c78a8BEf57",
            "c87509a1c067bbde78beb793e6fa76530b6382a4c0241e5e4a9ec0a0f44dc0d3",
        ),
        (
            "f17f52151EbEF6C7334FAD080c5704D77216b732",
            "ae6ae8e5ccbfb04590405997ee2d52d2b330726137b875053c36d94e974d162f",
        ),
        (
            "C5fdf4076b8F3A5357c5E395ab970B5B54098Fef",
            "0dbbe8e4ae425a6d2687f1a7e3ba17bc98c673636790f1b8ad91193c05875ef1",
        ),
        (
            "821aEa9a577a9b44299B9c15c88cf3087F3b5544",
            "c88b703fb08cbea894b6aeff5a544fb92e78a18e19814cd85da83b71f772aa6c",
        ),
        (
            "0d1d4e623D10F9FBA5Db95830F7d3839406C6AF2",
            "388c684f0ba1ef5017716adb5d21a053ea8e90277d0868337519f97bede61418",
        ),
        (
            "2932b7A2355D6fecc4b5c0B6BD44cC31df247a2e",
            "659cbb0e2411a44db63778987b1e22153c086a95eb6b18bdf89de078917abc63",
        ),
        (
            "2191eF87E392377ec08E7c08Eb105Ef5448eCED5",
            "82d052c865f5763aad42add438569276c00d3d88a2d062d36b2bae914d58b8c8",
        ),
        (
            "0F4F2Ac550A1b4e2280d04c21cEa7EBD822934b5",
            "aa3680d5d48a8283413f7a108367c7299ca73f553735860a87b08f39395618b7",
        ),
        (
            "6330A553Fc93768F612722BB8c2eC78aC90B3bbc",
            "0f62d96d6675f32685bbdb8ac13cda7c23436f63efbb9d07700d8669ff12b7c4",
        ),
        (
            "5AEDA56215b167893e80B4fE645BA6d5Bab767DE",
            "8d5366123cb560bb606379f90a0bfd4769eecc0557f1b362dcae9012b548b1e5",
        ),
        (
            "E44c4cf797505AF1527B11e4F4c6f95531b4Be24",
            "dbb9d19637018267268dfc2cc7aec07e7217c1a2d6733e1184a0909273bf078b",
        ),
        (
            "69e1CB5cFcA8A311586e3406ed0301C06fb839a2",
            "aa2c70c4b85a09be514292d04b27bbb0cc3f86d306d58fe87743d10a095ada07",
        ),
        (
            "F014343BDFFbED8660A9d8721deC985126f189F3",
            "3087d8decc5f951f19a442397cf1eba1e2b064e68650c346502780b56454c6e2",
        ),
        (
            "0E79EDbD6A727CfeE09A2b1d0A59F7752d5bf7C9",
            "6125c8d4330941944cc6cc3e775e8620c479a5901ad627e6e734c6a6f7377428",
        ),
        (
            "9bC1169Ca09555bf2721A5C9eC6D69c8073bfeB4",
            "1c3e5453c0f9aa74a8eb0216310b2b013f017813a648fce364bf41dbc0b37647",
        ),
        (
            "a23eAEf02F9E0338EEcDa8Fdd0A73aDD781b2A86",
            "ea9fe9fd2f1761fc6f1f0f23eb4d4141d7b05f2b95a1b7a9912cd97bddd9036c",
        ),
        (
            "c449a27B106BE1120Bd1Fd62F8166A2F61588eb9",
            "fde045729ba416689965fc4f6d3f5c8de6f40112d2664ab2212208a17842c5c9",
        ),
        (
            "F24AE9CE9B62d83059BD849b9F36d3f4792F5081",
            "d714e4a16a539315abb2d86401e4ceae3cf901849769345e3ab64ee46d998b64",
        ),
        (
            "c44B027a94913FB515B19F04CAf515e74AE24FD6",
            "737f5c61de545d32059ce6d5bc72f7d34b9963310adde62ef0f26621266b65dc",
        ),
        (
            "cb0236B37Ff19001633E38808bd124b60B1fE1ba",
            "49b2e2b48cfc25fda1d1cbdb2197b83902142c6da502dcf1871c628ea524f11b",
        ),
    )
)

BY_ADDRESS: Final[Mapping[bytes, DevelopmentAccount]] = MappingProxyType(
    {account.address_bytes: account for account in DEVELOPMENT_ACCOUNTS}
)
