"""What meters have signed, read and checked: OCMF, one of the formats of a CDR's ``signed_data``.

In come CDRs, and the keys of meters from somebody else than the CPO; out goes a sentence that says what is
wrong. ``signed_meters.py`` is the port :class:`ocn.settlement.ports.Meters`; ``ocmf.py`` reads records and
knows nothing of keys, ``keys.py`` alone knows the library of curves. Nothing here does I/O.
"""
