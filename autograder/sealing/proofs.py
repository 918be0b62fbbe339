"""A proof: one learner's own score, with what it takes to check it against a published seal, and nobody else's.

    {"format", "entry", "salt", "index", "path", "seals"}

`entry` is the text that was sealed, `path` the hashes from its leaf to the root of the first of `seals` (RFC 9162, section 2.1.3.1; each
hides a salted leaf or more); the other seals lead on to the published one. Whoever checks needs this file, the published seal, and
nothing of the records: `autograder audit --proof FILE --root SEAL`, or the twenty lines of Python in the guide.

Simplification: a proof says what was sealed then. That nothing replaced it since, only an audit of the records says.
"""

from typing import Any, Final

from autograder.errors import AuditError
from autograder.records.log import Leaf, SealLog, StoredSeal
from autograder.sealing.audit import validate_signer
from autograder.sealing.entries import SALT_SIZE, Record, compute_leaf, compute_leaf_digest, fold_digests, get_record
from autograder.sealing.seals import Seal, compute_link, format_seal, parse_seal, read_seal
from minichain.crypto.errors import CryptoError
from minichain.crypto.keys import PublicKey
from minichain.crypto.merkle import InclusionProof, TreeHead, prove_inclusion, validate_inclusion

FORMAT: Final = "minichain-autograder-proof-1"
LARGEST_PROOF: Final = 16 * 2**20
"""Bytes: room for twenty thousand seals on the way to the published one."""


def build_proofs(log: SealLog, learner: str, published: StoredSeal) -> list[dict[str, Any]]:
    """Return a proof for each score of a learner, as it was last sealed up to the published seal; ordered by lab."""
    until = read_seal(published).number
    last = [leaves[-1] for each in log.iterate_results(learner) if (leaves := [leaf for leaf in each.leaves if leaf.seal <= until])]
    seals = {stored.number: stored for stored in log.get_seals() if stored.number <= until}
    if seals.get(until) != published:
        raise AuditError(f"the published seal {until} is not among the seals of {log.name}; run the audit of the records first")
    proofs = [_build_proof(log, leaf, [seals[number] for number in range(leaf.seal, until + 1)]) for leaf in last]
    return sorted(proofs, key=lambda proof: [get_record(proof["entry"])[name] for name in ("lab", "arrived")])


def validate_proof(proof: Any, published: StoredSeal, signer: PublicKey | None = None) -> tuple[Record, Seal]:
    """Return what a proof proves and the seal that it was first under. Raises `AuditError` if it proves nothing."""
    trusted = read_seal(published)
    validate_signer(trusted, signer)
    try:
        if proof["format"] != FORMAT:
            raise ValueError(f"its format is {str(proof['format'])[:40]!r}")
        entry, salt, index = str(proof["entry"]), bytes.fromhex(proof["salt"]), proof["index"]
        path = tuple(map(bytes.fromhex, proof["path"]))
        chain = [parse_seal(each) for each in proof["seals"]]
        record = get_record(entry)
        if not chain or type(index) is not int or len(salt) != SALT_SIZE:
            raise ValueError("a part of it is missing or has another form")
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise AuditError(f"this is no proof of a score: {type(error).__name__}: {str(error)[:100]}") from None
    seals = [read_seal(each) for each in chain]
    if chain[-1] != published:
        raise AuditError(f"the proof leads to another seal {seals[-1].number} than the published one ({trusted.number})")
    for before, seal in zip(chain, seals[1:], strict=False):
        if seal.previous != compute_link(before) or seal.public_key != trusted.public_key:
            raise AuditError(f"the proof's seal {seal.number} does not follow the one before it")
    if seals[0].public_key != trusted.public_key:
        raise AuditError(f"the proof's seal {seals[0].number} is signed with another key than the published one")
    head = TreeHead(seals[0].records, bytes.fromhex(seals[0].root))
    try:
        validate_inclusion(compute_leaf(salt, entry), InclusionProof(index, head.size, path), head)
    except CryptoError as error:
        raise AuditError(f"this score is not under seal {seals[0].number}: {error}") from None
    return record, seals[0]


def _build_proof(log: SealLog, leaf: Leaf, seals: list[StoredSeal]) -> dict[str, Any]:
    digests = [compute_leaf_digest(each.salt, each.entry) for each in log.iterate_leaves(leaf.seal)]
    path = prove_inclusion(leaf.position, len(digests), lambda begin, end: fold_digests(digests[begin:end])).path
    return {
        "format": FORMAT,
        "entry": leaf.entry,
        "salt": leaf.salt.hex(),
        "index": leaf.position,
        "path": [digest.hex() for digest in path],
        "seals": [format_seal(stored) for stored in seals],
    }
