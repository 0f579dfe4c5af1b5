"""The two sides of settlement inside a party's process: the payer (eMSP) and the payee (CPO).

In come what the back end tells (a session, a CDR, a token at a charge point), messages of the module
``ocn-settlement`` and the state of the chain; out go vouchers, requests, commands to charge points and
claims. Each step is decided by :mod:`ocn.settlement.core`, stored, and only then acted on. The room knows
ports alone: no SQL, no JSON-RPC, no tariff.
"""
