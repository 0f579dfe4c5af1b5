"""Signatures of parties and of nodes: who said this, and is it still what they said.

In come JSON values, bytes, keys and the clock's reading; out go signature texts, proofs of who signed,
or :class:`SignatureInvalid`. The room is pure: it opens nothing, asks no registry whether a signatory was
entitled to sign, and knows no OCPI object, only JSON values and names of headers.

``keys``            private keys, recovery of addresses
``json_values``     JSON read without loss: numbers as text, repeated members refused
``values``          which values of a request or response a party signs
``notary``          the party signature: sign, verify, rewrite
``wire``            its compressed text form
``node_signature``  what one node signs for the next over the bytes it sends
``replay_window``   nonces seen lately
"""
