"""Both contracts on a chain, and the people around them."""

from typing import Any

from contracts.tests.contract import Contract
from contracts.tests.evm import Evm
from contracts.tests.people import Person
from eth_abi.abi import encode

from ocn.chain.artifacts import load

ADMIN = Person("admin")
OPERATOR = Person("operator")
RIVAL = Person("rival operator")
CPO = Person("cpo")
EMSP = Person("emsp")
RELAY = Person("relay: pays for what others signed")

NODE = "http://node.example"
CPO_ROLE, EMSP_ROLE, SCSP_ROLE = 0, 1, 6


class Network:
    """The registry and the permissions of one network, nobody listed yet."""

    def __init__(self, evm: Evm, codes: tuple[bytes, bytes] | None = None) -> None:
        """``codes`` are other creation codes with the same interfaces, to compare with."""
        self.evm = evm
        registry, permissions = load("Registry"), load("Permissions")
        registry_code, permissions_code = codes or (registry.bytecode, permissions.bytecode)
        deployed = evm.send(ADMIN.address, None, registry_code)
        self.registry = Contract(evm, registry.abi, deployed.created)
        argument = encode(["address"], [deployed.created])
        deployed = evm.send(ADMIN.address, None, permissions_code + argument)
        self.permissions = Contract(evm, permissions.abi, deployed.created)

    def list_node(self, operator: Person = OPERATOR, domain: str = NODE) -> None:
        self.registry.send(operator.address, "setNode", domain)

    def list_party(
        self,
        party: Person = CPO,
        country_code: bytes = b"DE",
        party_id: bytes = b"CPO",
        roles: tuple[int, ...] = (CPO_ROLE,),
        operator: Person = OPERATOR,
    ) -> None:
        self.registry.send(party.address, "setParty", country_code, party_id, roles, operator.address)

    def list_all(self) -> None:
        """One node with a CPO and an eMSP; the CPO offers a service, nobody agreed to it yet."""
        self.list_node()
        self.list_party()
        self.list_party(EMSP, b"DE", b"MSP", (EMSP_ROLE,))
        self.permissions.send(CPO.address, "setService", "Copies", "http://copies.example", (0, 3))

    def domain_data(self, contract: Contract) -> dict[str, Any]:
        """The EIP-712 domain of a contract, put together without asking it."""
        name = "OCN Registry" if contract is self.registry else "OCN Permissions"
        return {
            "name": name,
            "version": "1",
            "chainId": self.evm.chain_id,
            "verifyingContract": contract.address,
        }
