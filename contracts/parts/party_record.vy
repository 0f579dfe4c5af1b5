# pragma version 0.4.3
# pragma evm-version london
"""
@title One party in one storage word
@license Apache-2.0
@notice 16 bits country code, 24 bits party id, then three lists of 72 bits: roles, sender modules, receiver
        modules. A list is its length (8 bits) below up to sixteen values of four bits, the first one lowest.
        Roles and modules end at 6, so every list a caller may give fits.
"""

LIST_BITS: constant(uint256) = 72
LIST_MASK: constant(uint256) = 2**72 - 1
HIGHEST_VALUE: constant(uint8) = 6  # SCSP as a role, tokens as a module


@internal
@pure
def _check_values(values: DynArray[uint8, 16]):
    """
    @dev Fails without a reason, as the decoding of an unknown enum value does.
    """
    for v: uint8 in values:
        assert v <= HIGHEST_VALUE


@internal
@pure
def _key(country_code: bytes2, party_id: bytes3) -> uint256:
    return (convert(country_code, uint256) << 24) | convert(party_id, uint256)


@internal
@pure
def _key_of(record: uint256) -> uint256:
    return record >> (3 * LIST_BITS)


@internal
@pure
def _country_code(key: uint256) -> bytes2:
    return convert(convert(key >> 24, uint16), bytes2)


@internal
@pure
def _party_id(key: uint256) -> bytes3:
    return convert(convert(key & (2**24 - 1), uint24), bytes3)


@internal
@pure
def _pack(key: uint256, roles: uint256, modules_sender: uint256, modules_receiver: uint256) -> uint256:
    """
    @dev The three lists come packed, see `_pack_list`.
    """
    return (((key << LIST_BITS | roles) << LIST_BITS | modules_sender) << LIST_BITS) | modules_receiver


@internal
@pure
def _pack_list(values: DynArray[uint8, 16]) -> uint256:
    packed: uint256 = len(values)
    place: uint256 = 8
    for v: uint8 in values:
        packed |= convert(v, uint256) << place
        place += 4
    return packed


@internal
@pure
def _packed_roles(record: uint256) -> uint256:
    return (record >> (2 * LIST_BITS)) & LIST_MASK


@internal
@pure
def _roles(record: uint256) -> DynArray[uint8, 16]:
    return self._unpack_list(record >> (2 * LIST_BITS))


@internal
@pure
def _modules_sender(record: uint256) -> DynArray[uint8, 16]:
    return self._unpack_list(record >> LIST_BITS)


@internal
@pure
def _modules_receiver(record: uint256) -> DynArray[uint8, 16]:
    return self._unpack_list(record)


@internal
@pure
def _unpack_list(packed: uint256) -> DynArray[uint8, 16]:
    values: DynArray[uint8, 16] = []
    rest: uint256 = packed >> 8
    for _: uint256 in range(packed & 255, bound=16):
        values.append(convert(rest & 15, uint8))
        rest >>= 4
    return values
