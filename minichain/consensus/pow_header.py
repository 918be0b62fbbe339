"""The header of proof of work, by Bitcoin's rules: what is hashed, how low the hash must be, and how that follows the time.

Source: Nakamoto 2008, "Bitcoin: a peer-to-peer electronic cash system", sections 4 and 11; the rules as Bitcoin Core has them, which are
Bitcoin's only specification (pow.cpp, chain.h, validation.cpp). A header is 80 bytes, numbers are little-endian:

    version 4 · hash of the previous header 32 · Merkle root 32 · time 4 · bits 4 · nonce 4

Its hash is SHA-256 applied twice, read as a little-endian number, and must not exceed the target that `bits` spells. Whoever changes a
header has to find another nonce, and so have all who built on it: the work is what holds history together.

Simplifications: a time far in the future (over two hours) is refused by Bitcoin's nodes, which have a clock; here nobody has one. The
newer rules about versions (BIP 34, 65, 66) and deployments (BIP 9) are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from minichain.consensus.errors import ConsensusError
from minichain.crypto.hashing import sha256

HEADER_SIZE: Final = 80
HASH_SIZE: Final = 32
MEDIAN_OF: Final = 11
"""A header's time must be later than the median of so many before it."""
LARGEST: Final = 2**256 - 1


class WorkError(ConsensusError):
    """A header breaks a rule of proof of work."""


@dataclass(frozen=True)
class Rules:
    """The constants of a network. Times are in seconds."""

    easiest_bits: int = 0x1D00FFFF
    """The largest target, with which the chain begins."""
    spacing_s: int = 600
    """How far apart blocks should be."""
    window: int = 2016
    """After so many blocks the target is set anew."""


BITCOIN: Final = Rules()


@dataclass(frozen=True)
class WorkHeader:
    """A header. Hashes are in the order in which they are computed; explorers show them backwards."""

    version: int
    previous_hash: bytes
    merkle_root: bytes
    time_s: int
    bits: int
    nonce: int


def encode_header(header: WorkHeader) -> bytes:
    """Return the 80 bytes that are hashed. Raises WorkError for a number that has no room in its field."""
    numbers = (header.version, header.time_s, header.bits, header.nonce)
    if not all(0 <= number < 2**32 for number in numbers) or len(header.previous_hash + header.merkle_root) != 2 * HASH_SIZE:
        raise WorkError(f"a header has numbers below 2^32 and hashes of {HASH_SIZE} bytes; this one is {header}")
    version, time, bits, nonce = (number.to_bytes(4, "little") for number in numbers)
    return version + header.previous_hash + header.merkle_root + time + bits + nonce


def decode_header(data: bytes) -> WorkHeader:
    """Return the header that 80 bytes spell. Raises WorkError for another length."""
    if len(data) != HEADER_SIZE:
        raise WorkError(f"a header is {HEADER_SIZE} bytes long, not {len(data)}")
    version, time, bits, nonce = (int.from_bytes(data[start : start + 4], "little") for start in (0, 68, 72, 76))
    return WorkHeader(version, data[4:36], data[36:68], time, bits, nonce)


def compute_double_hash(data: bytes) -> bytes:
    """Return SHA-256 of SHA-256: Bitcoin's hash of headers and transactions."""
    return sha256(sha256(data))


def compute_work_hash(header: WorkHeader) -> bytes:
    """Return the hash by which the next header names this one."""
    return compute_double_hash(encode_header(header))


# The target: a floating-point number in 32 bits, one byte exponent and three bytes mantissa


def decode_target(bits: int) -> int:
    """Return the target that `bits` spells. Raises WorkError for one that is zero, negative or larger than any hash.

    >>> hex(decode_target(0x1B0404CB))
    '0x404cb000000000000000000000000000000000000000000000000'
    """
    exponent, mantissa = bits >> 24, bits & 0x7FFFFF
    target = mantissa << 8 * (exponent - 3) if exponent >= 3 else mantissa >> 8 * (3 - exponent)
    # Bit 23 is a sign, because the format comes from OpenSSL's arbitrary numbers.
    if bits & 0x800000 or not 0 < target <= LARGEST:
        raise WorkError(f"the bits {bits:#010x} spell no target from 1 to 2^256 - 1")
    return target


def encode_target(target: int) -> int:
    """Return the bits of a target; what has no room in the mantissa is cut off, so the target becomes a little harder.

    >>> hex(encode_target(decode_target(0x1B0404CB)))
    '0x1b0404cb'
    """
    size = (target.bit_length() + 7) // 8
    mantissa = target >> 8 * (size - 3) if size >= 3 else target << 8 * (3 - size)
    if mantissa & 0x800000:  # it would be read as a sign
        mantissa, size = mantissa >> 8, size + 1
    return size << 24 | mantissa


def compute_work(bits: int) -> int:
    """Return how many hashes one has to try on average to meet the target: what branches are compared by."""
    return 2**256 // (decode_target(bits) + 1)


def is_low_enough(header_hash: bytes, bits: int) -> bool:
    """Return whether a hash meets the target."""
    return int.from_bytes(header_hash, "little") <= decode_target(bits)


# How the target follows the time


def compute_next_bits(rules: Rules, height: int, last: WorkHeader, first: WorkHeader) -> int:
    """Return the bits that the header at `height` must have, after `last`; `first` is the one `rules.window` blocks before it.

    Between two adjustments nothing changes. At one, the target is multiplied by the time that the window took over the time that it
    should have taken, but by no more than 4 and no less than 1/4. The window is counted from its first block to its last, one spacing
    less than it has blocks: Bitcoin's first off-by-one, and now a rule.
    """
    if height % rules.window:
        return last.bits
    wanted_s = rules.window * rules.spacing_s
    took_s = min(max(last.time_s - first.time_s, wanted_s // 4), wanted_s * 4)
    return encode_target(min(decode_target(last.bits) * took_s // wanted_s, decode_target(rules.easiest_bits)))


def compute_median_time(headers: Sequence[WorkHeader]) -> int:
    """Return the median of the times of some headers, the last 11: one miner's wrong clock does not move it far."""
    times = sorted(header.time_s for header in headers)
    return times[len(times) // 2]


# A chain of headers


def validate_header(rules: Rules, headers: Sequence[WorkHeader], height: int) -> None:
    """Raise WorkError, naming the rule, unless `headers[height]` may follow those before it. The first one is known, not validated."""
    header, last = headers[height], headers[height - 1]
    if header.previous_hash != compute_work_hash(last):
        raise WorkError(f"height {height} follows {header.previous_hash[::-1].hex()}, which is not the hash of height {height - 1}")
    validate_work(header, height, compute_next_bits(rules, height, last, headers[max(0, height - rules.window)]))
    median_s = compute_median_time(headers[max(0, height - MEDIAN_OF) : height])
    if header.time_s <= median_s:
        raise WorkError(f"height {height} has the time {header.time_s}, not later than {median_s}, the median of those before it")


def validate_work(header: WorkHeader, height: int, bits: int) -> None:
    """Raise WorkError unless a header has these bits and a hash that meets their target."""
    if header.bits != bits:
        raise WorkError(f"height {height} has the bits {header.bits:#010x}; after its predecessors they must be {bits:#010x}")
    header_hash = compute_work_hash(header)
    if not is_low_enough(header_hash, bits):
        raise WorkError(f"height {height} has the hash {header_hash[::-1].hex()}, higher than the target of its bits {bits:#010x}")


def validate_headers(rules: Rules, headers: Sequence[WorkHeader]) -> int:
    """Validate a chain of headers from its first on, and return the work of all of them. Raises WorkError, naming the rule."""
    for height in range(1, len(headers)):
        validate_header(rules, headers, height)
    return sum(compute_work(header.bits) for header in headers)
