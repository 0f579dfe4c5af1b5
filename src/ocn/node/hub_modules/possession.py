"""Proof that who registers holds the keys that the registry lists: a strict signature over the credentials.

One for each party, in one ``OCN-Strict-Signature``, separated by commas. Signed are method, version, module
``credentials``, the body, the party as sender, and as path the whole address that was called: so what a
party proves to one node, that node cannot show to another. Every other part is empty.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ocn.node.ports import Clock
from ocn.node.strict import StrictSignatures
from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.party_id import PartyId
from ocn.signing import SignatureInvalid
from ocn.signing.strict import RequestParts, read_chain

_MOST = 100


@dataclass(frozen=True, slots=True)
class Presented:
    """A POST or PUT of credentials as it came, and what its strict header says; empty for none."""

    method: str
    version: str
    url: str
    body: bytes
    signatures: str = ""

    def parts(self, party: PartyId) -> RequestParts:
        """Return what a party signs of it."""
        return RequestParts(
            method=self.method,
            version=self.version,
            module="credentials",
            role="",
            path=self.url,
            query="",
            body=self.body,
            response_url="",
            sender=party.key,
            receiver="",
            correlation_id="",
        )


class Possession:
    """Checks such proofs. What a party has proved once it must prove whenever it renews."""

    def __init__(self, strict_signatures: StrictSignatures, *, required: bool, clock: Clock) -> None:
        self._strict_signatures = strict_signatures
        self._required = required
        self._clock = clock

    def proved(
        self, presented: Presented, parties: Iterable[PartyId], earlier: Iterable[PartyId] = ()
    ) -> Mapping[PartyId, datetime]:
        """Return which of the parties have proved their keys now; ``earlier`` are those who have before.

        Raises:
            InvalidParameters: a proof is missing where there must be one, or does not hold.
        """
        registering = frozenset(parties)
        try:
            shown = self._shown(presented, registering)
        except SignatureInvalid as error:
            raise InvalidParameters(f"Invalid strict signature of the credentials: {error}") from error
        wanted = registering if self._required else registering & frozenset(earlier)
        if missing := sorted(str(party) for party in wanted - shown):
            raise InvalidParameters(
                f"{', '.join(missing)}: prove with an OCN-Strict-Signature over the credentials that the key"
                " listed in the registry is yours"
            )
        now = self._clock.now()
        return dict.fromkeys(shown, now)

    def _shown(self, presented: Presented, parties: frozenset[PartyId]) -> frozenset[PartyId]:
        texts = [text.strip() for text in presented.signatures.split(",")] if presented.signatures else []
        if len(texts) > _MOST:
            raise SignatureInvalid(f"more than {_MOST} of them")
        shown: set[PartyId] = set()
        for text in texts:
            named = read_chain(text).origin.party
            party = next((party for party in parties if party.key == named), None)
            if party is None or party in shown:
                raise SignatureInvalid(f"{named} does not register here, or signed twice")
            proof = self._strict_signatures.verified(text, presented.parts(party), party)
            if proof.changes:
                raise SignatureInvalid("nobody on the way may change credentials")
            self._strict_signatures.admit_once(proof, "")
            shown.add(party)
        return frozenset(shown)
