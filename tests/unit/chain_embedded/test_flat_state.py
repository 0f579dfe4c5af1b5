"""The account database against a model that copies everything at every checkpoint."""

import copy
from collections.abc import Iterable
from typing import Any, cast

from eth.abc import AtomicDatabaseAPI
from eth.constants import EMPTY_SHA3
from eth.typing import JournalDBCheckpoint
from eth_hash.auto import keccak
from eth_typing import Address
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ocn.chain.embedded.flat_keys import EMPTY, Account, account_key, code_key, slot_key
from ocn.chain.embedded.flat_state import FlatAccountDB

ADDRESSES = [Address(bytes([number]) * 20) for number in (1, 2, 3)]
SLOTS = [0, 1, 2**256 - 1]
addresses, slots = st.sampled_from(ADDRESSES), st.sampled_from(SLOTS)


class DictView:
    """A committed state."""

    def __init__(self, values: dict[bytes, bytes]) -> None:
        self.values = values

    def get(self, key: bytes) -> bytes | None:
        return self.values.get(key)

    def keys_with_prefix(self, prefix: bytes) -> Iterable[bytes]:
        return [key for key in self.values if key.startswith(prefix)]


class AgainstModel(RuleBasedStateMachine):
    """Every operation on both; every checkpoint of the model is a deep copy."""

    @initialize(
        balances=st.dictionaries(addresses, st.integers(0, 3), max_size=3),
        storage=st.dictionaries(st.tuples(addresses, slots), st.integers(1, 3)),
    )
    def start(self, balances: dict[Address, int], storage: dict[tuple[Address, int], int]) -> None:
        self.model: dict[str, dict[Any, Any]] = {
            "accounts": {address: (0, balance, b"") for address, balance in balances.items()},
            "slots": dict(storage),
            "warm": {},
        }
        self.original = copy.deepcopy(self.model)
        values = {account_key(a): Account(0, b, EMPTY_SHA3).encode() for a, b in balances.items()}
        values |= {slot_key(a, slot): bytes([value]) for (a, slot), value in storage.items()}
        self.view = DictView(values)
        self.db = FlatAccountDB(cast("AtomicDatabaseAPI", self.view))
        self.frames: list[tuple[JournalDBCheckpoint, dict[str, dict[Any, Any]]]] = []

    @rule(address=addresses, slot=slots, value=st.integers(0, 3))
    def write_slot(self, address: Address, slot: int, value: int) -> None:
        self.db.set_storage(address, slot, value)
        self.model["slots"][address, slot] = value

    @rule(address=addresses)
    def wipe_storage(self, address: Address) -> None:
        self.db.delete_storage(address)
        self.model["slots"] = {key: value for key, value in self.model["slots"].items() if key[0] != address}

    @rule(address=addresses, balance=st.integers(0, 3))
    def write_balance(self, address: Address, balance: int) -> None:
        self.db.set_balance(address, balance)
        nonce, _, code = self.model["accounts"].get(address, (0, 0, b""))
        self.model["accounts"][address] = (nonce, balance, code)

    @rule(address=addresses)
    def bump_nonce(self, address: Address) -> None:
        self.db.increment_nonce(address)
        nonce, balance, code = self.model["accounts"].get(address, (0, 0, b""))
        self.model["accounts"][address] = (nonce + 1, balance, code)

    @rule(address=addresses, code=st.sampled_from([b"\x01", b"\x02\x03"]))
    def write_code(self, address: Address, code: bytes) -> None:
        self.db.set_code(address, code)
        nonce, balance, _ = self.model["accounts"].get(address, (0, 0, b""))
        self.model["accounts"][address] = (nonce, balance, code)

    @rule(address=addresses)
    def touch(self, address: Address) -> None:
        self.db.touch_account(address)
        self.model["accounts"].setdefault(address, (0, 0, b""))

    @rule(address=addresses)
    def delete(self, address: Address) -> None:
        self.db.delete_account(address)
        self.model["accounts"].pop(address, None)
        self.model["slots"] = {key: value for key, value in self.model["slots"].items() if key[0] != address}

    @rule(address=addresses, slot=slots)
    def warm(self, address: Address, slot: int) -> None:
        self.db.mark_storage_warm(address, slot)
        self.db.mark_address_warm(address)
        self.model["warm"][address, slot] = self.model["warm"][address] = True

    @rule()
    def enter_frame(self) -> None:
        self.frames.append((self.db.record(), copy.deepcopy(self.model)))

    @precondition(lambda self: self.frames)
    @rule()
    def frame_fails(self) -> None:
        checkpoint, self.model = self.frames.pop()
        self.db.discard(checkpoint)

    @precondition(lambda self: self.frames)
    @rule()
    def frame_succeeds(self) -> None:
        checkpoint, _ = self.frames.pop()
        self.db.commit(checkpoint)

    @invariant()
    def reads_agree(self) -> None:
        for address in ADDRESSES:
            account = self.model["accounts"].get(address)
            nonce, balance, code = account or (0, 0, b"")
            assert self.db.account_exists(address) == (account is not None)
            assert (self.db.get_nonce(address), self.db.get_balance(address)) == (nonce, balance)
            assert self.db.get_code(address) == code
            assert self.db.get_code_hash(address) == keccak(code)
            assert self.db.account_is_empty(address) == ((nonce, balance, code) == (0, 0, b""))
            assert self.db.is_address_warm(address) == (address in self.model["warm"])
            for slot in SLOTS:
                assert self.db.get_storage(address, slot) == self.model["slots"].get((address, slot), 0)
                assert self.db.is_storage_warm(address, slot) == ((address, slot) in self.model["warm"])

    @invariant()
    def changes_lead_from_the_view_to_the_model(self) -> None:
        after = dict(self.view.values)
        for key, value in self.db.changes().items():
            assert after.get(key) != value
            if value is None:
                del after[key]
            else:
                after[key] = value
        expected: dict[bytes, bytes] = {}
        for address, (nonce, balance, code) in self.model["accounts"].items():
            expected[account_key(address)] = Account(nonce, balance, keccak(code)).encode()
        for (address, slot), value in self.model["slots"].items():
            if value:
                expected[slot_key(address, slot)] = bytes([value])
        assert {key: value for key, value in after.items() if key[:1] != b"c"} == expected
        for address in ADDRESSES:
            code = self.model["accounts"].get(address, (0, 0, b""))[2]
            assert not code or after[code_key(keccak(code))] == code


TestAgainstModel = AgainstModel.TestCase
TestAgainstModel.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_original_value_after_a_write_is_the_views() -> None:
    view = DictView({slot_key(ADDRESSES[0], 1): b"\x07"})
    db = FlatAccountDB(cast("AtomicDatabaseAPI", view))
    db.set_storage(ADDRESSES[0], 1, 9)
    assert db.get_storage(ADDRESSES[0], 1, from_journal=False) == 7
    assert db.get_storage(ADDRESSES[0], 1) == 9


def test_account_round_trip_keeps_every_field() -> None:
    account = Account(2**64 - 1, 2**256 - 1, keccak(b"code"))
    assert Account.decode(account.encode()) == account
    assert Account.decode(EMPTY.encode()) == EMPTY
