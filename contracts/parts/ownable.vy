# pragma version 0.4.3
# pragma evm-version london
"""
@title One owner, with the texts and events clients know
@license Apache-2.0
"""

event OwnershipTransferred:
    previousOwner: indexed(address)
    newOwner: indexed(address)


owner: public(address)


@deploy
def __init__():
    self._move_to(msg.sender)


@external
@view
def isOwner() -> bool:
    return msg.sender == self.owner


@external
def transferOwnership(newOwner: address):
    self._only_owner()
    assert newOwner != empty(address), "Ownable: new owner is the zero address"
    self._move_to(newOwner)


@external
def renounceOwnership():
    self._only_owner()
    self._move_to(empty(address))


@internal
@view
def _only_owner():
    assert msg.sender == self.owner, "Ownable: caller is not the owner"


@internal
def _move_to(new_owner: address):
    log OwnershipTransferred(previousOwner=self.owner, newOwner=new_owner)
    self.owner = new_owner
