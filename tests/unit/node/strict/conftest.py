"""A party's side of strict signatures, written out once more: it shares the format alone with the node."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ocn.ocpi.members import without_value
from ocn.signing import PrivateKey, SignatureInvalid, new_nonce
from ocn.signing.strict import (
    AnswerParts,
    RequestParts,
    StrictProof,
    read_chain,
    sign_strictly,
    verify_strictly,
)

if TYPE_CHECKING:
    from tests.unit.node.conftest import Answer, Backend, Party, Request
else:
    Answer = Backend = Party = Request = Any

_PLACE = re.compile(
    r"/(?:(?P<role>sender|receiver)/(?P<version>2[\d.]+)|custom/(?P<custom>sender|receiver))/(?P<module>[\w-]+)"
)
STRICT = "ocn-strict-signature"


def _cut(body: bytes) -> tuple[bytes, str]:
    found = re.search(rb'"response_url"\s*:\s*("([^"]*)")', body)
    if found is None:
        return body, ""
    return body[: found.start(1)] + body[found.end(1) :], found[2].decode()


class Strictly:
    """Signs and verifies as a party does."""

    def parts(
        self, party: Party, to: Party | None, method: str, target: str, body: bytes = b""
    ) -> RequestParts:
        """The parts of a request below the node's party door."""
        path, _, query = target.partition("?")
        place = _PLACE.search(path)
        assert place is not None
        cut, response_url = _cut(body)
        return RequestParts(
            method=method,
            version=place["version"] or "",
            module=place["module"],
            role=(place["role"] or place["custom"]).upper(),
            path=path[place.end() :],
            query=query,
            body=cut,
            response_url=response_url,
            sender=party.id.key,
            receiver=to.id.key if to is not None else "",
            correlation_id="corr-1",
        )

    def text(
        self, parts: RequestParts | AnswerParts, party: Party, key: PrivateKey | None = None, **times: int
    ) -> str:
        now = party.world.clock.now_ms()
        return sign_strictly(
            key or party.key,
            parts,
            created_ms=times.get("created_ms", now),
            lifetime_ms=times.get("lifetime_ms", 60_000),
            nonce=new_nonce(),
        )

    async def ask(
        self, party: Party, to: Party, method: str, target: str, body: bytes = b"", /, **changed: Any
    ) -> Answer:
        """Send a signed request; ``changed`` alters its parts before they are signed."""
        target = target.removeprefix(party.node.url)
        parts = replace(self.parts(party, to, method, target, body), **changed)
        return await party.call(to, method, target, body, ocn_strict_signature=self.text(parts, party))

    def sign_answers(self, party: Party, key: PrivateKey | None = None, **changed: Any) -> None:
        """Let a back end sign what it answers from now on."""

        def signed(request: Request, answer: Answer) -> Answer:
            parts = replace(self.answer_parts(request, answer), **changed)
            header = (STRICT, self.text(parts, party, key))
            return replace(answer, headers=(*answer.headers, header))

        party.backend.signing = signed

    def answer_parts(self, request: Request, answer: Answer) -> AnswerParts:
        asked = request.header(STRICT)
        routing = [request.header(f"ocpi-{name}") or "" for name in _ROUTING]
        return AnswerParts(
            request=read_chain(asked).signature if asked else "",
            status=answer.status,
            body=without_value(answer.body, "ocn_signature"),
            link=answer.header("link") or "",
            location=answer.header("location") or "",
            total_count=answer.header("x-total-count") or "",
            limit=answer.header("x-limit") or "",
            sender=routing[2] + routing[3],
            receiver=routing[0] + routing[1],
            correlation_id=request.header("x-correlation-id") or "",
        )

    def arrived(self, party: Party, request: Request) -> StrictProof:
        """Verify a request as its receiver's back end sees it."""
        text = request.header(STRICT)
        if not text:
            raise SignatureInvalid("none")
        url = request.url.removeprefix(party.backend.url)
        path, _, query = url.partition("?")
        _, role, module, *rest = path.split("/")
        cut, response_url = _cut(request.body)
        routing = [request.header(f"ocpi-{name}") or "" for name in _ROUTING]
        parts = RequestParts(
            method=request.method,
            version="" if module.startswith("nltnm") else party.backend.version,
            module=module,
            role=role.upper(),
            path="".join(f"/{segment}" for segment in rest),
            query=query,
            body=cut,
            response_url=response_url,
            sender=routing[0] + routing[1],
            receiver=routing[2] + routing[3],
            correlation_id=request.header("x-correlation-id") or "",
        )
        return verify_strictly(text, parts)

    def answered(self, answer: Answer, asked: str, party: Party, of: Party) -> StrictProof:
        """Verify an answer as the party that asked sees it."""
        text = answer.header(STRICT)
        if not text:
            raise SignatureInvalid("none")
        parts = AnswerParts(
            request=read_chain(asked).signature if asked else "",
            status=answer.status,
            body=without_value(answer.body, "ocn_signature"),
            link=answer.header("link") or "",
            location=answer.header("location") or "",
            total_count=answer.header("x-total-count") or "",
            limit=answer.header("x-limit") or "",
            sender=of.id.key,
            receiver=party.id.key,
            correlation_id="corr-1",
        )
        return verify_strictly(text, parts)


_ROUTING = ("from-country-code", "from-party-id", "to-country-code", "to-party-id")


@pytest.fixture
def strictly() -> Strictly:
    return Strictly()
