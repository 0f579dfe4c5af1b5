"""Strict party signatures: every part of a message, for one use, within a window of time.

In come the parts of one request or answer, keys and the clock's reading; out go header texts, proofs of who
said what and who changed what on the way, or :class:`SignatureInvalid`. A body is hashed, never parsed. The
package knows no registry: whether a key was entitled to sign is for its caller to ask.

``components``  the named parts of a message, and their digests
``chain``       the signature of the party and the links of the nodes, as values and as statements
``wire``        the header's text, of which there is one spelling only
``author``      sign as the party; add a link as a node
``verifier``    undo the links over the message as it came, recover every signer
``freshness``   the window of time, and the bound on what may be replayed
``copied``      the same of copies for services, which come late and more than once
"""

from ocn.signing.strict.author import Standing, extend, sign_strictly
from ocn.signing.strict.chain import Chain, Kind, Link, Origin, Reason
from ocn.signing.strict.components import AnswerParts, Digests, RequestParts
from ocn.signing.strict.copied import COPY_LATENESS_MS, require_copy
from ocn.signing.strict.freshness import Window, require_fresh
from ocn.signing.strict.verifier import ANY_REASON, Change, StrictProof, verify_strictly
from ocn.signing.strict.wire import read_chain, write_chain

__all__ = [
    "ANY_REASON",
    "COPY_LATENESS_MS",
    "AnswerParts",
    "Chain",
    "Change",
    "Digests",
    "Kind",
    "Link",
    "Origin",
    "Reason",
    "RequestParts",
    "Standing",
    "StrictProof",
    "Window",
    "extend",
    "read_chain",
    "require_copy",
    "require_fresh",
    "sign_strictly",
    "verify_strictly",
    "write_chain",
]
