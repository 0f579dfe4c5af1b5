"""Who demands which signature: this node of everybody, a platform of those who deal with it."""

from ocn.node.model import Platform, SignatureDemand
from ocn.node.stages import Authenticated

MISSING_STRICT = "Missing OCN Strict Signature"
"""Part of the wording of every refusal for want of a strict signature."""


_NONE = SignatureDemand.NONE


class SignatureDemands:
    """Adds up the demands of the node and of a platform. Every one of them has to be met."""

    def __init__(self, of_node: SignatureDemand, *, notary: bool = False) -> None:
        """``notary`` demands the notary's signature besides, whatever ``of_node`` is."""
        self._of_node = {of_node, SignatureDemand.COMPATIBLE} if notary else {of_node}
        self._node_demands = self._of_node != {_NONE}

    def unmet(self, platform: Platform | None, *, notary: bool, strict: bool) -> str | None:
        """Say which signature is missing, in the words peers look for; None when there is nothing to object.

        ``platform`` is that of whoever gets the message; ``notary`` and ``strict`` which valid signatures
        it carries.
        """
        if not (self._node_demands or (platform is not None and _demands(platform))):
            return None
        demands = self._of_node
        if platform is not None:
            demands = demands | {platform.signature_demand}
            if platform.requires_signatures:
                demands |= {SignatureDemand.COMPATIBLE}
        if SignatureDemand.STRICT in demands and not strict:
            return MISSING_STRICT
        if SignatureDemand.COMPATIBLE in demands and not notary:
            return "Missing OCN Signature"
        if SignatureDemand.EITHER in demands and not (strict or notary):
            return "Missing OCN Signature"
        return None

    def unmet_by(self, platform: Platform | None, authenticated: Authenticated) -> str | None:
        """The same of a request, and of what its own platform has declared: that it always signs strictly."""
        strict = authenticated.strict is not None
        sender = authenticated.platform
        if sender is not None and sender.signs_strictly and not strict:
            return f"{MISSING_STRICT}: this platform has declared that it always signs strictly"
        return self.unmet(platform, notary=authenticated.signature is not None, strict=strict)


def _demands(platform: Platform) -> bool:
    return platform.requires_signatures or platform.signature_demand is not _NONE
