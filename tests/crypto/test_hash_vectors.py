"""Every implementation of every hash function against published vectors: NIST's (CAVP), OSCCA's, the RIPEMD authors'.

Keccak-256 has no file of its own. Its sponge takes SHA3-256's vectors when it pads as SHA-3 does, and known answers as it is.
"""

import functools
import re

import pytest

from minichain.crypto import hashing
from minichain.crypto.keccak import SHA3_256

vectors = pytest.importorskip("cryptography_vectors", reason="the package cryptography-vectors is not installed")

READABLE = {name: hashing.get_hash(name, readable=True).new for name in hashing.HASH_NAMES} | {"sha3_256": SHA3_256.new}
FASTEST = {name: hashing.get_hash(name).new for name in hashing.HASH_NAMES}

FILES = [
    ("sha256", "SHA2/SHA256ShortMsg.rsp", 65),
    ("sha256", "SHA2/SHA256LongMsg.rsp", 64),
    ("sm3", "SM3/oscca.txt", 6),
    ("ripemd160", "ripemd160/ripevectors.txt", 8),
    ("sha3_256", "SHA3/SHA3_256ShortMsg.rsp", 137),
    ("sha3_256", "SHA3/SHA3_256LongMsg.rsp", 100),
]

KECCAK256_ANSWERS = {
    b"": "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",  # the code hash of an Ethereum account without code
    b"\x80": "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421",  # the root of Ethereum's empty trie
    b"abc": "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45",
    b"Transfer(address,address,uint256)": "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef",  # ERC-20's event
}


@functools.cache
def read_file(path):
    with vectors.open_vector_file(f"hashes/{path}", "r") as file:
        return file.read()


def read_messages(path):
    """Yield (message, digest in hexadecimal) for each case of a file of messages."""
    for bits, message, digest in re.findall(r"Len = (\d+)\nMsg = (\w+)\nMD = (\w+)", read_file(path)):
        yield bytes.fromhex(message)[: int(bits) // 8], digest


def get_implementations():
    for name, path, count in FILES:
        yield pytest.param(READABLE[name], path, count, id=f"{path}-readable")
        if name in FASTEST:
            yield pytest.param(FASTEST[name], path, count, id=f"{path}-fastest")


@pytest.mark.parametrize(("new", "path", "count"), list(get_implementations()))
def test_published_messages(new, path, count):
    cases = list(read_messages(path))
    assert len(cases) == count
    assert [message.hex() for message, digest in cases if new(message).hexdigest() != digest] == []


@pytest.mark.parametrize("new", [READABLE["keccak256"], FASTEST["keccak256"]], ids=["readable", "fastest"])
def test_keccak256_known_answers(new):
    assert {message: new(message).hexdigest() for message in KECCAK256_ANSWERS} == KECCAK256_ANSWERS


def compute_sha2_chain(new, seed):
    """Return the digest after 1,000 hashes, each over the three before it (SHAVS, 6.4)."""
    a = b = c = seed
    for _ in range(1000):
        a, b, c = b, c, new(a + b + c).digest()
    return c


def compute_sha3_chain(new, seed):
    """Return the digest after 1,000 hashes, each over the one before it (SHA3VS, 6.2.3)."""
    for _ in range(1000):
        seed = new(seed).digest()
    return seed


MONTE_CARLO = [
    pytest.param(READABLE["sha256"], compute_sha2_chain, "SHA2/SHA256Monte.rsp", id="sha256-readable"),
    pytest.param(READABLE["sha3_256"], compute_sha3_chain, "SHA3/SHA3_256Monte.rsp", id="sha3_256-readable"),
]


def check_monte_carlo(new, compute_chain, path, rounds):
    """Compare the first rounds of 1,000 hashes, each of which starts from the result of the round before."""
    digest = bytes.fromhex(re.search(r"Seed = (\w+)", read_file(path))[1])
    expected = re.findall(r"MD = (\w+)", read_file(path))
    assert len(expected) == 100
    for count in range(rounds):
        digest = compute_chain(new, digest)
        assert digest.hex() == expected[count], f"COUNT = {count}"


@pytest.mark.parametrize(("new", "compute_chain", "path"), MONTE_CARLO)
def test_monte_carlo_begins_right(new, compute_chain, path):
    """One round of 100: a readable implementation takes half a second for each."""
    check_monte_carlo(new, compute_chain, path, rounds=1)


@pytest.mark.long
@pytest.mark.parametrize(("new", "compute_chain", "path"), MONTE_CARLO)
def test_monte_carlo(new, compute_chain, path):
    check_monte_carlo(new, compute_chain, path, rounds=100)


def test_monte_carlo_fastest():
    check_monte_carlo(FASTEST["sha256"], compute_sha2_chain, "SHA2/SHA256Monte.rsp", rounds=100)
