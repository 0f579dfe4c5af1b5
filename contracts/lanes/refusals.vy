# pragma version 0.4.3
# pragma evm-version london
"""
@title One place to refuse
@license Apache-2.0
@notice Every assert with a text carries the code that says it, some 95 bytes. A contract has 24,576 for all
        of it; here that code stands once. Where gas counts (claims) there is an assert of its own.
"""

@internal
@pure
def _unless(fine: bool, text: String[32]):
    assert fine, text
