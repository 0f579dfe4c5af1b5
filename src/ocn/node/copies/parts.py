"""The pieces of this room that hold together: one store, one memory of agreements, one bell."""

from dataclasses import dataclass, field

from ocn.node.copies.agreements import Agreements
from ocn.node.copies.copying import CopyingForwarding
from ocn.node.copies.courier import Courier, CourierSettings
from ocn.node.copies.dispatching import Dispatching
from ocn.node.copies.making import Making
from ocn.node.copies.ports import CopyStore, ServiceDirectory
from ocn.node.copies.sending import Sending
from ocn.node.copies.strict import StrictCopies
from ocn.node.copies.waking import Waking
from ocn.node.delivery import Delivery
from ocn.node.members import Members
from ocn.node.ports import Clock
from ocn.ocpi.party_id import PartyId


@dataclass(frozen=True, slots=True)
class CopyParts:
    """What copies for services need beyond the rest of a node."""

    store: CopyStore
    services: ServiceDirectory
    agreements: Agreements
    waking: Waking = field(default_factory=Waking)

    @classmethod
    def of(cls, store: CopyStore, services: ServiceDirectory) -> "CopyParts":
        """Follow what the directory says from now on."""
        return cls(store, services, Agreements(services))

    def copying(self, inner: Delivery, making: Making, responses_to: frozenset[PartyId]) -> CopyingForwarding:
        """Return forwarding that leaves copies behind."""
        return CopyingForwarding(
            inner,
            agreements=self.agreements,
            making=making,
            store=self.store,
            waking=self.waking,
            responses_to=responses_to,
        )

    def dispatching(
        self,
        way: Delivery,
        *,
        address: str,
        members: Members,
        settings: CourierSettings,
        clock: Clock,
        strict: StrictCopies,
    ) -> Dispatching:
        """Return what sends the copies by the way to one receiver; to be run beside the node."""
        sending = Sending(
            way, address=address, members=members, directory=self.services, clock=clock, strict=strict
        )
        return Dispatching(
            store=self.store,
            waking=self.waking,
            new_courier=lambda service: Courier(
                service,
                store=self.store,
                sending=sending,
                agreements=self.agreements,
                settings=settings,
                clock=clock,
            ),
            poll_s=settings.poll_s,
        )
