"""Accounts on the command line: the key of one, or its address."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ocn.chain.errors import WalletError
from ocn.chain.wallet import key_from_file, key_from_hex, password_source
from ocn.errors import ConfigurationError
from ocn.signing.addresses import address_bytes, checksummed
from ocn.signing.errors import SignatureInvalid
from ocn.signing.keys import PrivateKey


@dataclass(frozen=True, slots=True)
class Keys:
    """Where one private key may be: what an option names, before what the environment has."""

    text: str | None = field(repr=False)
    keystore: Path | None
    password_file: Path | None
    environment: Mapping[str, str] = field(repr=False)
    who: str = "signer"

    def key(self) -> PrivateKey:
        """Return the key.

        Raises:
            WalletError: there is none, or it cannot be read.
        """
        if self.text is not None:
            return key_from_hex(self.text, f"--{self.who}")
        if self.keystore is not None:
            prompt = f"Password of {self.keystore}: "
            return key_from_file(
                self.keystore, password_source(self.password_file, self.environment, prompt=prompt)
            )
        variable = self.who.upper()
        if self.environment.get(variable):
            return key_from_hex(self.environment[variable], f"the variable {variable}")
        option = "--keystore" if self.who == "signer" else "--spender-keystore"
        raise WalletError(
            f"No {self.who} provided. Unable to send transaction.",
            hint=f"Set {variable}, or give --{self.who} or {option}.",
        )


def account(text: str) -> str:
    """Read an address argument, in EIP-55 case; a mixed-case one must have the right case.

    Raises:
        ConfigurationError: it is none.
    """
    written = text if text.startswith(("0x", "0X")) else f"0x{text}"
    try:
        address = checksummed(address_bytes(written))
    except SignatureInvalid:
        address = ""
    digits = written[2:]
    if not address or (digits not in (digits.lower(), digits.upper()) and address[2:] != digits):
        raise ConfigurationError(
            f'Invalid address. Expected Ethereum address, got "{text}".',
            hint="0x and 40 hex digits; in mixed case the case is a checksum.",
        )
    return address
