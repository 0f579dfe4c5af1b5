"""Which chain, and where on it the contracts are: built-in networks, and files that change them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

from ocn.errors import ConfigurationError
from ocn.signing.addresses import address_bytes, checksummed
from ocn.signing.errors import SignatureInvalid


@dataclass(frozen=True, slots=True)
class Network:
    """An endpoint and the addresses of the contracts, whose history begins at ``first_block``.

    ``lanes`` settles charging sessions, None where that is not known; ``tokens`` are addresses by name.
    """

    name: str
    rpc_url: str
    chain_id: int
    registry: str
    permissions: str
    first_block: int = 0
    lanes: str | None = None
    tokens: Mapping[str, str] = field(default_factory=dict)


# Energy Web's addresses are those of the existing client, so both see the same network.
BUILT_IN: Final[Mapping[str, Network]] = {
    network.name: network
    for network in (
        Network(
            "local",
            "http://localhost:8544",
            9,
            "0x345cA3e014Aaf5dcA488057592ee47305D9B3e10",
            "0xf25186B5081Ff5cE73482AD761DB0eB0d25abfBF",
            lanes="0xc45Af6849Ba7e7117528CB831F2F06FB0c95B97A",
            tokens=MappingProxyType(
                {
                    "EUR": "0x742080C8b72f21b9082aE892C0fF8425F43fd1d4",
                    "CHF": "0x15f471b7694F3dEA93f3d9066C958F5CcE1Ad096",
                }
            ),
        ),
        Network(
            "volta",
            "https://volta-rpc.energyweb.org:443",
            73799,
            "0xd57595D5FA1F94725C426739C449b15D92758D55",
            "0xa72479612436D1f9df5FA975baFB9ae74529aB0E",
        ),
        Network(
            "prod",
            "https://rpc.energyweb.org:443",
            246,
            "0x184aeD70F2aaB0Cd1FC62261C1170560cBfd0776",
            "0x9a59513F0C9Aa56CB4D3f3bAe0513868907BB978",
        ),
    )
}


def built_in(name: str) -> Network:
    """Return a built-in network.

    Raises:
        ConfigurationError: there is none of that name.
    """
    try:
        return BUILT_IN[name]
    except KeyError:
        raise ConfigurationError(
            f'Option "{name}" not found in configured networks.',
            hint=f"Choose one of {', '.join(BUILT_IN)}, or give --network-file or --rpc.",
        ) from None


def with_file(network: Network, path: Path) -> Network:
    """Return the network with what a network file changes.

    The file is the existing client's: ``{"provider": {"protocol", "host", "port", "network_id"},
    "contracts": {"Registry": {"address"}, "Permissions": {"address"}}}``, every field optional; ours are
    ``first_block`` beside them, the contract ``Lanes``, and ``tokens``, addresses by name. Other fields (an
    ABI, gas) are of no use here and ignored.

    Raises:
        ConfigurationError: no such file, or not of that shape.
    """
    try:
        content = _object({"the file": json.loads(path.read_text(encoding="utf-8"))}, "the file")
        provider = _object(content, "provider")
        contracts = _object(content, "contracts")
        return replace(
            network,
            rpc_url=_merged_url(network.rpc_url, provider),
            chain_id=_number(provider, "network_id", network.chain_id),
            registry=_contract(contracts, "Registry", network.registry),
            permissions=_contract(contracts, "Permissions", network.permissions),
            first_block=_number(content, "first_block", network.first_block),
            lanes=_contract(contracts, "Lanes", network.lanes) if "Lanes" in contracts else network.lanes,
            tokens=_tokens(content, network.tokens),
        )
    except OSError as error:
        raise ConfigurationError(f"cannot read the network file {path}: {error.strerror}") from error
    except (TypeError, ValueError) as error:
        raise ConfigurationError(
            f"the network file {path} cannot be used: {error}",
            hint='Expected {"provider": {"host", "port"}, "contracts": {"Registry": {"address"}}}',
        ) from error


def contract_address(text: str, of: str) -> str:
    """Return an address in EIP-55 case.

    Raises:
        ConfigurationError: it is none; the message names the contract.
    """
    try:
        return checksummed(address_bytes(text))
    except SignatureInvalid as error:
        raise ConfigurationError(f"the address of {of} must be 0x and 40 hex digits, not {text!r}") from error


def _tokens(content: Mapping[str, Any], default: Mapping[str, str]) -> Mapping[str, str]:
    added = {name: contract_address(str(text), name) for name, text in _object(content, "tokens").items()}
    return MappingProxyType({**default, **added})


def _contract(contracts: Mapping[str, Any], name: str, default: str | None) -> str:
    return contract_address(str(_object(contracts, name).get("address", default)), name)


def _object(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = holder.get(name, {})
    if not isinstance(value, dict):
        raise TypeError(f"{name} must be an object in braces, not {json.dumps(value)[:40]}")
    return value


def _number(holder: Mapping[str, Any], name: str, default: int) -> int:
    value = holder.get(name, default)
    if isinstance(value, bool) or not str(value).isdecimal():
        raise ValueError(f"{name} must be a whole number, not {json.dumps(value)[:40]}")
    return int(value)


def _merged_url(url: str, provider: Mapping[str, Any]) -> str:
    parts = urlsplit(url)
    protocol = provider.get("protocol", parts.scheme)
    host = provider.get("host", parts.hostname)
    port = _number(provider, "port", parts.port or 0)
    return f"{protocol}://{host}:{port}" if port else f"{protocol}://{host}"
