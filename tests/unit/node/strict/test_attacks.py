"""Every cell of the table in docs/explanation/signatures-and-attacks.md, carried out between two nodes."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ocn.node.links import NODE_DOOR
from ocn.node.node_headers import NODE_SIGNATURE, SIGNED_BY_ANSWERING_NODES, SIGNED_BY_NODES
from ocn.signing import (
    NodeRequest,
    NodeResponse,
    PrivateKey,
    claimed_node,
    encode,
    new_nonce,
    parse_json,
    request_values,
    response_values,
    sign,
    sign_node_message,
)

if TYPE_CHECKING:
    from tests.unit.node.conftest import Answer, Network, Party, Request
    from tests.unit.node.strict.conftest import Strictly
else:
    Answer = Network = Party = Request = Strictly = Any

MODES = ("none", "compatible", "complete", "strict")
PAGE = Path(__file__).parents[4] / "docs/explanation/signatures-and-attacks.md"
SESSION = "/ocpi/receiver/2.2.1/sessions/DE/MSP/1"
BODY = b'{"id":"12","name":"3","kwh":10.5}'


def _table() -> dict[str, tuple[str, ...]]:
    marked = PAGE.read_text().partition("<!-- attacks: begin -->")[2].partition("<!-- attacks: end -->")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in marked.strip().splitlines()]
    assert rows[0] == ["attack", *MODES]
    return {row[0]: tuple(row[1:]) for row in rows[2:]}


@dataclass
class Field:
    """Two nodes, a party at each, and one way to sign; node one is the attacker's where it takes a node."""

    network: Network
    strictly: Strictly
    mode: str

    @classmethod
    async def prepared(cls, network: Network, strictly: Strictly, mode: str) -> "Field":
        if mode == "complete":
            world = network.msp.world
            network.two = await world.node("two", key=network.two.key, signing={"complete": True})
            network.cpx = await world.join(network.two, "NL", "CPX", "CPO")
        demand = {"none": "none", "strict": "strict"}.get(mode, "compatible")
        for party in (network.msp, network.cpx):
            if party is network.cpx and mode == "complete":
                party.node = network.two
            view = await party.node.call("GET", f"/admin/parties/{_codes(party)}", _ADMIN)
            change = json.dumps({"signature_demand": demand}).encode()
            changed = await party.node.call("PATCH", f"/admin/platforms/{view.json['id']}", _ADMIN, change)
            assert changed.json["signature_demand"] == demand
        return cls(network, strictly, mode)

    def signed(
        self, target: str = SESSION, body: bytes = BODY, key: PrivateKey | None = None
    ) -> dict[str, str]:
        """The headers of a request of the eMSP, signed as the mode says."""
        msp, cpx = self.network.msp, self.network.cpx
        headers = {name.lower(): value for name, value in msp.headers(cpx).items()}
        if self.mode == "strict":
            parts = self.strictly.parts(msp, cpx, "PUT", target, body)
            headers["ocn-strict-signature"] = self.strictly.text(parts, msp, key)
        elif self.mode != "none":
            headers |= self.notary(headers, body, key or msp.key)
        return headers

    def notary(self, headers: dict[str, str], body: bytes, key: PrivateKey) -> dict[str, str]:
        return {"ocn-signature": encode(sign(request_values(headers, [], parse_json(body)), key))}

    async def ask(self) -> Answer:
        return await self.network.one.call("PUT", SESSION, self.signed(), BODY)

    def as_node(self, request: "Request | _Forged", *, nonce: str | None = None) -> Any:
        """Sign a request from node to node with the key of node one, whoever changed it."""
        two = self.network.two
        headers = {name.lower(): value for name, value in request.headers.items()}
        message = NodeRequest(
            to=two.key.address,
            method=request.method,
            target=request.url.removeprefix(two.url + NODE_DOOR),
            headers={name: headers.get(name, "") for name in SIGNED_BY_NODES},
            body=request.body,
        )
        time_ms = self.network.msp.world.clock.now_ms()
        headers[NODE_SIGNATURE] = sign_node_message(
            self.network.one.key, message, nonce=nonce or new_nonce(), time_ms=time_ms
        )
        return replace(request, headers=headers)

    async def on_the_way(self, change: Callable[[Request], Request]) -> None:
        """Let the eMSP send its request, and node one change it before it goes to node two."""

        def tampered(request: Request) -> Any:
            nonce = claimed_node(request.headers["OCN-Node-Signature"]).nonce
            return self.as_node(change(request), nonce=nonce)

        self.network.msp.world.tampering = tampered
        await self.ask()

    async def made_up(self, headers: dict[str, str], body: bytes = BODY) -> None:
        """Let node one send a request of its own making to node two."""
        two = self.network.two
        target = SESSION.replace("/ocpi", NODE_DOOR, 1)
        request = self.as_node(_Forged("PUT", two.url + target, headers, body))
        await two.call(request.method, target, request.headers, request.body)

    def arrived(self) -> list[Request]:
        return self.network.cpx.backend.received


@dataclass
class _Forged:
    """A request between nodes; the twin of the one in the world's own conftest."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes


async def altered_body(field: Field) -> bool:
    await field.on_the_way(lambda request: replace(request, body=request.body.replace(b"10.5", b"99.5")))
    return any(b"99.5" in request.body for request in field.arrived())


async def added_member(field: Field) -> bool:
    await field.on_the_way(lambda request: replace(request, body=request.body[:-1] + b',"more":1}'))
    return any(b"more" in request.body for request in field.arrived())


async def shifted_value(field: Field) -> bool:
    shifted = BODY.replace(b'"12"', b'"1"').replace(b'"3"', b'"23"')
    await field.on_the_way(lambda request: replace(request, body=shifted))
    return any(request.body == shifted for request in field.arrived())


async def swapped_path(field: Field) -> bool:
    await field.on_the_way(lambda request: replace(request, url=request.url.replace("/MSP/1", "/MSP/2")))
    return any(request.url.endswith("/2") for request in field.arrived())


async def replay(field: Field) -> bool:
    kept: list[Request] = []

    def keep(request: Request) -> Request:
        kept.append(request)
        return request

    await field.on_the_way(keep)
    assert len(field.arrived()) == 1
    again = field.as_node(kept[0])
    two = field.network.two
    await two.call(again.method, again.url.removeprefix(two.url), again.headers, again.body)
    return len(field.arrived()) == 2


async def stolen_token(field: Field) -> bool:
    msp, cpx = field.network.msp, field.network.cpx
    await field.network.one.call("PUT", SESSION, msp.headers(cpx), BODY)
    return bool(field.arrived())


async def lying_node(field: Field) -> bool:
    await field.made_up(field.signed(key=field.network.one.key))
    return bool(field.arrived())


async def stripped_signature(field: Field) -> bool:
    headers = {name: value for name, value in field.signed().items() if "signature" not in name}
    await field.made_up(headers)
    return bool(field.arrived())


async def downgrade(field: Field) -> bool:
    headers = {name: value for name, value in field.signed().items() if "signature" not in name}
    if field.mode != "none":
        headers |= field.notary(headers, BODY, field.network.one.key)
    await field.made_up(headers)
    return bool(field.arrived())


async def redirected_message(field: Field) -> bool:
    """What was written to one CPO of node two is delivered to another, as if by its own address."""
    world = field.network.msp.world
    other = await world.join(field.network.two, "NL", "CPY", "CPO")
    if field.mode != "none":
        view = await other.node.call("GET", f"/admin/parties/{_codes(other)}", _ADMIN)
        demand = "strict" if field.mode == "strict" else "compatible"
        change = json.dumps({"signature_demand": demand}).encode()
        await other.node.call("PATCH", f"/admin/platforms/{view.json['id']}", _ADMIN, change)

    def redirected(request: Request) -> Request:
        return replace(request, headers={**request.headers, "OCPI-to-party-id": "CPY"})

    await field.on_the_way(redirected)
    return bool(other.backend.received)


async def answer_to_another_question(field: Field) -> bool:
    """Node two keeps an answer and gives it once more, to another question, signed by itself."""
    network = field.network
    kept: list[Answer] = []
    cpx, msp, two = network.cpx, network.msp, network.two
    _let_sign_answers(field)
    honest = two.call

    async def lying(method: str, target: str, headers: Any = (), body: bytes = b"") -> Answer:
        answer = await honest(method, target, headers, body)
        if not kept:
            kept.append(answer)
            return answer
        old, asked = kept[0], claimed_node({k.lower(): v for k, v in headers.items()}[NODE_SIGNATURE])
        message = NodeResponse(
            to=asked.address,
            request_nonce=asked.nonce,
            status=old.status,
            headers={name: old.header(name) or "" for name in SIGNED_BY_ANSWERING_NODES},
            body=old.body,
        )
        time_ms = msp.world.clock.now_ms()
        proof = sign_node_message(two.key, message, nonce=new_nonce(), time_ms=time_ms)
        others = tuple((k, v) for k, v in old.headers if k != NODE_SIGNATURE)
        return replace(old, headers=(*others, (NODE_SIGNATURE, proof)))

    setattr(two, "call", lying)  # noqa: B010  # in place of a method
    first = await network.one.call("PUT", SESSION, field.signed(), BODY)
    assert first.json["status_code"] == 1000, first.body
    other = SESSION.replace("/1", "/2")
    second = await network.one.call("PUT", other, field.signed(other), BODY)
    assert len(cpx.backend.received) == 2
    return bool(second.json["status_code"] == 1000)


def _let_sign_answers(field: Field) -> None:
    cpx = field.network.cpx
    if field.mode == "strict":
        field.strictly.sign_answers(cpx)
    elif field.mode != "none":

        def signed(_request: Request, answer: Answer) -> Answer:
            envelope: Any = parse_json(answer.body)
            text = encode(sign(response_values({}, envelope), cpx.key))
            return replace(answer, body=json.dumps({**answer.json, "ocn_signature": text}).encode())

        cpx.backend.signing = signed


def _codes(party: Party) -> str:
    return f"{party.id.country_code}/{party.id.party_id}"


_ADMIN = {"Authorization": "Token admin"}
ATTACKS: dict[str, Callable[[Field], Awaitable[bool]]] = {
    attack.__name__.replace("_", " "): attack
    for attack in (
        altered_body,
        added_member,
        shifted_value,
        swapped_path,
        replay,
        stolen_token,
        lying_node,
        stripped_signature,
        downgrade,
        redirected_message,
        answer_to_another_question,
    )
}


def test_every_attack_of_the_page_is_carried_out_here_and_every_one_here_is_on_the_page() -> None:
    assert list(_table()) == list(ATTACKS)
    assert {cell for row in _table().values() for cell in row} == {"passes", "stopped"}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", ATTACKS)
async def test_attack_ends_as_the_page_says(
    network: Network, strictly: Strictly, name: str, mode: str
) -> None:
    field = await Field.prepared(network, strictly, mode)

    passed = await ATTACKS[name](field)

    assert ("passes" if passed else "stopped") == _table()[name][MODES.index(mode)]


@pytest.mark.parametrize("mode", MODES)
async def test_honest_message_passes_in_every_mode(network: Network, strictly: Strictly, mode: str) -> None:
    field = await Field.prepared(network, strictly, mode)
    _let_sign_answers(field)

    answer = await field.ask()

    assert answer.json["status_code"] == 1000, answer.body
    assert len(field.arrived()) == 1
