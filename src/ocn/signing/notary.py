"""The party signature of the Open Charging Network: sign, verify, rewrite.

Compatible both ways with the existing notary libraries. It covers neither method nor path nor time, and a
verified signature says nothing about who was entitled to sign: that is the registry's business.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from ocn.signing.addresses import same_address
from ocn.signing.envelope import Envelope, Rewrite
from ocn.signing.errors import SignatureInvalid, Unsignable
from ocn.signing.hashes import keccak256, personal_digest
from ocn.signing.json_values import JsonValue
from ocn.signing.keys import SIGNATURE_LENGTH, PrivateKey, recover_address
from ocn.signing.message import Scalar, compose, pick, walk
from ocn.signing.number_text import NumberForm
from ocn.signing.paths import restored, steps_of
from ocn.signing.plans import lowered, plan_of, taken
from ocn.signing.values import SignedValues

MODIFIED = "Request has been modified"
MISMATCHED = "Signatories do not match"


@dataclass(frozen=True, slots=True)
class Verified:
    """What a valid signature proves."""

    signatories: tuple[str, ...]
    """EIP-55 addresses, oldest first: the author, then every node that rewrote values."""
    number_form: NumberForm
    """How the latest signatory spells numbers."""

    @property
    def author(self) -> str:
        """Who signed first."""
        return self.signatories[0]

    @property
    def latest(self) -> str:
        """Who signed the values as they are now."""
        return self.signatories[-1]


def sign(values: SignedValues, key: PrivateKey) -> Envelope:
    """Sign values, numbers in JavaScript's spelling; the same values and key give the same envelope.

    Raises:
        Unsignable: no verifier could check the result: a member's name has a capital, an apostrophe or a
            backslash, a value is not JSON, a text is not Unicode. Such a body can be signed as one string.
    """
    return _sign(values, key, ())


def rewrite(
    envelope: Envelope, old_values: Mapping[str, JsonValue], new_values: SignedValues, key: PrivateKey
) -> Envelope:
    """Sign changed values anew, keeping the earlier signature checkable.

    ``old_values`` maps the path of every changed value to what it was; None for one that was added. A
    signed value cannot be removed: the earlier signature could not be rebuilt.

    Raises:
        Unsignable: as :func:`sign`.
        SignatureInvalid: one of the paths is malformed.
    """
    for path in old_values:
        steps_of(path)
    stashed = Rewrite(dict(old_values), envelope.hash, envelope.rsv, envelope.signatory)
    return _sign(new_values, key, (*envelope.rewrites, stashed))


def verify(envelope: Envelope, values: SignedValues) -> Verified:
    """Check the signature, and every one that it replaced, over the values as they were presented.

    What it does not show: members added to the values (see :func:`require_complete`), and the
    removal of the oldest rewrites.

    Raises:
        SignatureInvalid: the reason has the wording of the existing library.
    """
    root = values.root()
    fields = lowered(envelope.fields)
    form = _form_of(root, fields, envelope.hash)
    if form is None:
        raise SignatureInvalid(MODIFIED)
    signatories = [_signatory(envelope, MISMATCHED)]
    for index, earlier in enumerate(reversed(envelope.rewrites)):
        root = restored(root, earlier.rewritten_fields)
        if _form_of(root, fields, earlier.hash) is None:
            raise SignatureInvalid(f"Rewrite {index}: Rewritten request hash does not match")
        signatories.append(_signatory(earlier, f"Rewrite {index}: Rewritten signatory incorrect"))
    return Verified(tuple(reversed(signatories)), form)


def verify_text(envelope: Envelope, head: SignedValues, body_text: bytes) -> Verified | None:
    """Check a signature over values without a body and the signed text of a body of a known shape.

    None says nothing about the signature: :func:`verify` must decide. That is so for rewritten ones too.

    Raises:
        SignatureInvalid: the text is what was signed, but not by whom it says.
    """
    if envelope.rewrites:
        return None
    plan = plan_of(_of_head(lowered(envelope.fields)))
    scalars = taken(plan, head.root()) if plan is not None else None
    if scalars is None:
        return None
    message = compose(scalars, NumberForm.JAVASCRIPT).encode() + body_text
    if "0x" + keccak256(message).hex() != envelope.hash:
        return None
    return Verified((_signatory(envelope, MISMATCHED),), NumberForm.JAVASCRIPT)


@lru_cache(maxsize=512)
def _of_head(fields: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(field for field in fields if not field.startswith("$['body']"))


def require_complete(envelope: Envelope, values: SignedValues) -> None:
    """Refuse values that hold more than what was signed; order does not matter.

    Raises:
        SignatureInvalid: something was added, or given a value after signing.
    """
    presented, _ = walk(values.root())
    if sorted(presented) != sorted(field.lower() for field in envelope.fields):
        raise SignatureInvalid("Request has been modified: it holds values that were not signed")


def _sign(values: SignedValues, key: PrivateKey, rewrites: tuple[Rewrite, ...]) -> Envelope:
    fields, scalars = walk(values.root())
    for field in fields:
        if field != field.lower() or "\\" in field:
            raise Unsignable(f"{field[:80]} has a capital or backslash in a name: no verifier would find it")
    try:
        text_hash = _hash_text(compose(scalars, NumberForm.JAVASCRIPT))
    except UnicodeEncodeError as error:
        raise Unsignable("A text that is not Unicode (half a surrogate pair) cannot be signed") from error
    signature = key.sign_digest(personal_digest(text_hash.encode()))
    return Envelope(tuple(fields), text_hash, "0x" + signature.hex(), key.address, rewrites)


def _hash_text(message: str) -> str:
    return "0x" + keccak256(message.encode()).hex()


def _form_of(root: dict[str, JsonValue], fields: tuple[str, ...], text_hash: str) -> NumberForm | None:
    """Find the spelling of numbers in which the named values have this hash."""
    scalars = _named(root, fields)
    if scalars is None:
        return None
    tried = None
    for form in NumberForm:
        message = compose(scalars, form)
        if message == tried:
            continue
        tried = message
        try:
            if _hash_text(message) == text_hash:
                return form
        except UnicodeEncodeError:
            return None
    return None


def _named(root: dict[str, JsonValue], fields: tuple[str, ...]) -> list[Scalar] | None:
    """Return the named values; see :func:`ocn.signing.message.pick`.

    As a rule they are all there and stand in document order, and then a compiled plan takes them in a fifth
    of the time that looking each of them up takes.
    """
    plan = plan_of(fields)
    scalars = taken(plan, root) if plan is not None else None
    return pick(root, fields) if scalars is None else scalars


def _signatory(signed: Envelope | Rewrite, mismatch: str) -> str:
    """Recover who signed ``signed.hash``, and hold it against who claims to have."""
    try:
        signature = bytes.fromhex(signed.rsv[2:]) if signed.rsv.startswith("0x") else b""
    except ValueError:
        signature = b""
    if len(signature) != SIGNATURE_LENGTH or len(signed.rsv) != 2 + 2 * SIGNATURE_LENGTH:
        raise SignatureInvalid("Malformed signature: rsv must be 0x and 130 hex digits")
    signer = recover_address(personal_digest(signed.hash.encode()), signature)
    if not same_address(signer, signed.signatory):
        raise SignatureInvalid(mismatch)
    return signer
