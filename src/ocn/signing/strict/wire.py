"""The text of ``OCN-Strict-Signature``: compact JSON in Base64 for URLs, without padding.

There is one spelling of every chain, and any other is refused: what is read is written again and compared. So
no byte of the header can be changed without changing what it says.
"""

import binascii
import re
from typing import Final

import msgspec

from ocn.signing.errors import SignatureInvalid
from ocn.signing.strict.chain import MOST_LINKS, Chain

MAX_TEXT: Final = 12 * 1024
_PARTY = re.compile(r"[\x21-\x7e]{5}")
_NONCE = re.compile(r"[0-9a-f]{32}")
_SIGNATURE = re.compile(r"[0-9a-f]{128}1[bc]")
_HALF_ORDER: Final = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0"
_LATEST_MS: Final = 10**15

_DECODER = msgspec.json.Decoder(Chain)
_ENCODER = msgspec.json.Encoder()
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_STANDARD = bytes.maketrans(b"-_", b"+/")


def write_chain(chain: Chain) -> str:
    """Write the header's value: about 420 characters, and 380 for each link."""
    packed = binascii.b2a_base64(_ENCODER.encode(chain), newline=False)
    return packed.translate(_URL_SAFE).rstrip(b"=").decode()


def read_chain(text: str) -> Chain:
    """Read a header; nothing in it has been verified yet.

    Raises:
        SignatureInvalid: malformed, spelled in another way than :func:`write_chain` does, or over a limit.
    """
    if len(text) > MAX_TEXT:
        raise SignatureInvalid(f"Malformed strict signature: longer than {MAX_TEXT} characters")
    try:
        packed = text.encode("ascii").translate(_STANDARD)
        chain = _DECODER.decode(binascii.a2b_base64(packed + b"=" * (-len(packed) % 4), strict_mode=True))
    except (ValueError, RecursionError) as error:  # msgspec and binascii raise kinds of ValueError
        raise SignatureInvalid("Malformed strict signature: not a chain in Base64") from error
    if len(chain.links) > MOST_LINKS:
        raise SignatureInvalid(f"Malformed strict signature: more than {MOST_LINKS} links")
    if write_chain(chain) != text:
        raise SignatureInvalid("Malformed strict signature: not in the one spelling it has")
    _check(chain)
    return chain


def _check(chain: Chain) -> None:
    origin = chain.origin
    if not _PARTY.fullmatch(origin.party) or origin.party != origin.party.upper():
        raise SignatureInvalid("Malformed strict signature: party")
    if not _NONCE.fullmatch(origin.nonce):
        raise SignatureInvalid("Malformed strict signature: nonce")
    times = [origin.created, origin.expires, *[link.created for link in chain.links]]
    if min(times) < 0 or max(times) > _LATEST_MS:
        raise SignatureInvalid("Malformed strict signature: time")
    for signature in (chain.signature, *[link.signature for link in chain.links]):
        if not _SIGNATURE.fullmatch(signature) or signature[64:128] > _HALF_ORDER:
            raise SignatureInvalid("Malformed strict signature: r, s and v with a low s, in lower-case hex")
