"""The whole number that stands for a reservation id towards OCPI 2.1.1, derived and never stored.

2.1.1 numbers reservations, later versions name them. A number is only ever sent from the node to the CPO:
2.1.1 has no CANCEL_RESERVATION and no answer that names a reservation, so nothing has to be found again
under it. Being derived, it is the same on every replica, after every restart, and when a reservation is
changed by a second RESERVE_NOW.
"""

import hashlib

_LONGEST_OWN = 9
_FIRST_DERIVED = 1_000_000_000
_LAST = 2**31 - 1


def reservation_number(reservation_id: str) -> int:
    """Return the number: the id itself where it is one, else one that 31 bits of a hash choose.

    Both kinds keep apart. Two ids of one CPO share a number once in ten thousand times when it has five
    hundred reservations open.
    """
    if len(reservation_id) <= _LONGEST_OWN and reservation_id.isascii() and reservation_id.isdigit():
        number = int(reservation_id)
        if str(number) == reservation_id:
            return number
    digest = hashlib.sha256(reservation_id.encode()).digest()
    return _FIRST_DERIVED + int.from_bytes(digest[:8]) % (_LAST - _FIRST_DERIVED + 1)
