"""The CDRs of a CPO's finished sessions: charged once, and put right by a credit CDR and a new one."""

from dataclasses import dataclass

from ocn.ocpi.objects import Cdr
from ocn.simulation.billing.misbilling import Misbilling
from ocn.simulation.billing.records import credit_object
from ocn.simulation.clock import Clock
from ocn.simulation.cpo.running_session import RunningSession
from ocn.simulation.errors import NotBilled

_KEPT = 100


@dataclass(slots=True)
class _Billed:
    session: RunningSession
    last: Cdr
    charges: int = 1
    credited: bool = False


class Bills:
    """Writes CDRs and remembers the sessions of the last hundred.

    ``misbilling`` is how CDRs are written from now on; None, and right, unless somebody sets it. What a
    Session says that it costs is right in any case.
    """

    def __init__(self, clock: Clock) -> None:
        self.misbilling: Misbilling | None = None
        self._clock = clock
        self._billed: dict[str, _Billed] = {}

    def charge(self, session: RunningSession) -> Cdr:
        """Write the first CDR of a session; stops the session if it is not."""
        cdr = session.cdr(misbilling=self.misbilling)
        self._billed[session.facts.id] = _Billed(session, cdr)
        if len(self._billed) > _KEPT:
            del self._billed[next(iter(self._billed))]
        return cdr

    def credit(self, session_id: str) -> Cdr:
        """Write the credit CDR that takes the session's CDR back.

        Raises:
            NotBilled: there is no CDR, or it is taken back already.
        """
        billed = self._found(session_id)
        if billed.credited:
            raise NotBilled(f"CDR {billed.last['id']} is credited already", hint="Charge the session again.")
        billed.credited = True
        return credit_object(billed.last, self._clock.now())

    def charge_again(self, session_id: str) -> Cdr:
        """Write a new CDR of a session whose CDR is credited, as ``misbilling`` says.

        Raises:
            NotBilled: there is no CDR, or it is not taken back.
        """
        billed = self._found(session_id)
        if not billed.credited:
            raise NotBilled(
                f"CDR {billed.last['id']} stands: it would be paid twice", hint="Credit it first."
            )
        billed.charges += 1
        billed.credited = False
        billed.last = billed.session.cdr(number=billed.charges, misbilling=self.misbilling)
        return billed.last

    def _found(self, session_id: str) -> _Billed:
        billed = self._billed.get(session_id)
        if billed is None:
            raise NotBilled(f"session {session_id[:36]} has no CDR")
        return billed
