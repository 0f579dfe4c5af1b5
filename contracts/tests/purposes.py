"""The nine purposes of a typed signature, as data that can be signed and sent."""

from dataclasses import dataclass
from typing import Any

from contracts.tests.contract import Contract
from contracts.tests.network import CPO, EMSP, OPERATOR, RELAY, Network
from contracts.tests.people import Person, Vrs

from ocn.chain.artifacts import load

STAMP = {"nonce": "uint256", "deadline": "uint256"}


@dataclass(frozen=True)
class Purpose:
    """A typed call that can be carried out once everybody is listed.

    ``fields`` are the struct's members before nonce and deadline: the same, in the same order, as the
    function's arguments before deadline and signature. The first one names who has to sign.
    """

    contract: str
    struct: str
    fields: dict[str, str]
    signer: Person
    values: tuple[Any, ...]

    @property
    def function(self) -> str:
        return self.struct[0].lower() + self.struct[1:]

    @property
    def mismatch(self) -> str:
        return f"Signer and provided {next(iter(self.fields))} address different."

    def on(self, network: Network) -> Contract:
        return network.registry if self.contract == "Registry" else network.permissions

    def sign(self, network: Network, signer: Person | None = None, **changed: Any) -> Vrs:
        """``changed`` are members of the message or, with a leading ``_``, of the domain."""
        message = dict(zip(self.fields, self.values, strict=True)) | {"nonce": 0, "deadline": network.evm.now}
        message |= {name: changed[name] for name in changed if not name.startswith("_")}
        domain = network.domain_data(self.on(network))
        domain |= {name[1:]: changed[name] for name in changed if name.startswith("_")}
        return (signer or self.signer).sign_typed(domain, self.struct, self.fields | STAMP, message)

    def send(self, network: Network, vrs: Vrs, deadline: int | None = None) -> Any:
        until = network.evm.now if deadline is None else deadline
        return self.on(network).send(RELAY.address, f"{self.function}BySig", *self.values, until, *vrs)

    def send_directly(self, network: Network) -> Any:
        """The same act, sent by who may do it."""
        inputs = load("Registry" if self.contract == "Registry" else "Permissions").function(self.function)[
            "inputs"
        ]
        values = self.values[len(self.values) - len(inputs) :]
        return self.on(network).send(self.signer.address, self.function, *values)


PURPOSES = [
    Purpose(
        *("Registry", "SetNode", {"operator": "address", "domain": "string"}),
        *(OPERATOR, (OPERATOR.address, "http://ü.example")),
    ),
    Purpose("Registry", "DeleteNode", {"operator": "address"}, OPERATOR, (OPERATOR.address,)),
    Purpose(
        "Registry",
        "SetParty",
        {
            "party": "address",
            "countryCode": "bytes2",
            "partyId": "bytes3",
            "roles": "uint8[]",
            "operator": "address",
        },
        CPO,
        (CPO.address, b"NL", b"CPX", (0, 6), OPERATOR.address),
    ),
    Purpose(
        *("Registry", "SetPartyModules"),
        {"party": "address", "modulesSender": "uint8[]", "modulesReceiver": "uint8[]"},
        *(CPO, (CPO.address, (1, 2), ())),
    ),
    Purpose("Registry", "DeleteParty", {"party": "address"}, CPO, (CPO.address,)),
    Purpose(
        *("Permissions", "SetService"),
        {"provider": "address", "name": "string", "url": "string", "permissions": "uint256[]"},
        *(EMSP, (EMSP.address, "näme", "", (0, 16))),
    ),
    Purpose("Permissions", "DeleteService", {"provider": "address"}, CPO, (CPO.address,)),
    Purpose(
        *("Permissions", "CreateAgreement", {"user": "address", "provider": "address"}),
        *(EMSP, (EMSP.address, CPO.address)),
    ),
    Purpose(
        *("Permissions", "RevokeAgreement", {"user": "address", "provider": "address"}),
        *(CPO, (CPO.address, CPO.address)),
    ),
]
