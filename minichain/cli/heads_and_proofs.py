"""How a tree head and a proof are written down, and read back from a stranger.

A head is one word, `5:8a3f…`, the size and the root: short enough to be printed in a newspaper, where everybody can see that it is the same
for all. A proof is a JSON object with the fields of `InclusionProof` or `ConsistencyProof` and hashes in hexadecimal. It does not name the
hash function: the one who verifies must know which they trust, and not be told by the one who proves.
"""

import json
from dataclasses import asdict, fields

from minichain.cli.files import CommandError
from minichain.crypto.merkle import ConsistencyProof, InclusionProof, TreeHead

Proof = InclusionProof | ConsistencyProof


def format_head(head: TreeHead) -> str:
    """Return a head as one word.

    >>> format_head(TreeHead(2, bytes.fromhex("beef")))
    '2:beef'
    """
    return f"{head.size}:{head.root.hex()}"


def parse_head(text: str, digest_size: int) -> TreeHead:
    """Return the head that is written as SIZE:ROOT; the root has `digest_size` bytes."""
    size, colon, root = text.partition(":")
    if not colon or not size.isdecimal() or not size.isascii():
        raise CommandError(f"{text!r} is no tree head; it reads SIZE:ROOT, as `minichain merkle root` prints it")
    return TreeHead(parse_size(size), parse_digest(root, digest_size, f"the root in the head {text!r}"))


def parse_size(text: str) -> int:
    """Return a number of entries; Python refuses to read numbers of thousands of digits, and so do we."""
    try:
        return int(text)
    except ValueError:
        raise CommandError(f"a tree of a size with {len(text)} digits is larger than any") from None


def parse_digest(text: str, digest_size: int, what: str) -> bytes:
    """Return the bytes of a digest in hexadecimal; `what` is for the message."""
    try:
        digest = bytes.fromhex(text)
    except ValueError:
        raise CommandError(f"{what} is not hexadecimal") from None
    if len(digest) != digest_size:
        raise CommandError(f"{what} has {len(digest)} bytes; a digest of this hash function has {digest_size}")
    return digest


def format_proof(proof: Proof) -> str:
    """Return a proof as JSON."""
    return json.dumps({**asdict(proof), "path": [node.hex() for node in proof.path]}, indent=2)


def parse_proof(text: bytes, name: str, digest_size: int) -> Proof:
    """Return the proof that a stranger wrote down: exactly the fields of one kind, each of its type. `name` is for messages."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise CommandError(f"{name} is not JSON; a proof is what `minichain merkle prove` or `consistency` printed") from None
    for kind in (InclusionProof, ConsistencyProof):
        names = {field.name for field in fields(kind)}
        if isinstance(content, dict) and content.keys() == names:
            path = content.pop("path")
            for field, value in content.items():
                if type(value) is not int:
                    raise CommandError(f"{name}: {field} is {value!r}, not a number")
            if not isinstance(path, list) or not all(isinstance(node, str) for node in path):
                raise CommandError(f"{name}: path is not a list of hashes in hexadecimal")
            nodes = tuple(parse_digest(node, digest_size, f"{name}: path[{number}]") for number, node in enumerate(path))
            return kind(**content, path=nodes)
    expected = " or ".join(", ".join(field.name for field in fields(kind)) for kind in (InclusionProof, ConsistencyProof))
    raise CommandError(f"{name} is no proof: its fields must be {expected}")
