# pragma version 0.4.3
# pragma evm-version london
"""
@title The settlement of 2019, for comparison (bench only)
@notice Our own small re-creation, from a description of how it worked: a pot per token and payer; the payer
        signs (CDR id, receiver, amount, token) for every CDR; anybody submits it; a payer pays a CDR id once.
        Kept as it was: no domain, no chain id, no deadline, no lock, no events. Left out because it costs
        nothing per CDR: the owner who could take everything.
"""

interface Token:
    def transfer(receiver: address, amount: uint256) -> bool: nonpayable
    def transferFrom(sender: address, receiver: address, amount: uint256) -> bool: nonpayable


# token -> payer -> money in its pot
tokenBalances: public(HashMap[address, HashMap[address, uint256]])
# payer -> CDR id -> paid
withdrawals: HashMap[address, HashMap[String[39], bool]]


@external
def transferInto(recipient: address, amount: uint256, token: address):
    extcall Token(token).transferFrom(msg.sender, self, amount)
    self.tokenBalances[token][recipient] += amount


@external
def transfer(
    cdrId: String[39], to: address, amount: uint256, token: address, v: uint8, r: bytes32, s: bytes32
):
    packed: Bytes[111] = concat(
        convert(cdrId, Bytes[39]),
        slice(convert(to, bytes32), 12, 20),
        convert(amount, bytes32),
        slice(convert(token, bytes32), 12, 20),
    )
    payer: address = ecrecover(
        keccak256(concat(b"\x19Ethereum Signed Message:\n32", keccak256(packed))), v, r, s
    )
    assert not self.withdrawals[payer][cdrId], "CDR was settled before."
    balance: uint256 = self.tokenBalances[token][payer]
    assert amount <= balance, "Not enough in the pot."
    self.tokenBalances[token][payer] = balance - amount
    self.withdrawals[payer][cdrId] = True
    extcall Token(token).transfer(to, amount)
