"""The proofs of transparency-dev/merkle, good and bad: 98 of inclusion, 98 of consistency."""

import base64
import json
import os
from pathlib import Path

import pytest

from minichain.crypto import merkle
from minichain.crypto.errors import InvalidProofError

VECTORS = Path(os.environ.get("MINICHAIN_VECTORS", Path(__file__).parents[3] / "shared" / "vectors")) / "rfc6962"

if not VECTORS.is_dir():
    pytest.skip(f"there are no vectors in {VECTORS}; MINICHAIN_VECTORS names their folder", allow_module_level=True)

# The eight entries of the trees behind the good proofs, as in the tests of Certificate Transparency
ENTRIES = [
    bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]


def read_cases(kind):
    return [
        pytest.param(json.loads(file.read_text()), id=file.relative_to(VECTORS / kind).as_posix().removesuffix(".json"))
        for file in sorted((VECTORS / kind).rglob("*.json"))
    ]


INCLUSION, CONSISTENCY = read_cases("inclusion"), read_cases("consistency")


def decode(*texts):
    return tuple(base64.b64decode(text) for text in texts)


def test_all_are_here():
    assert (len(INCLUSION), len(CONSISTENCY)) == (98, 98)


@pytest.mark.parametrize("case", INCLUSION)
def test_inclusion(case):
    proof = merkle.InclusionProof(case["leafIdx"], case["treeSize"], decode(*case["proof"] or ()))
    leaf_hash, root = decode(case["leafHash"], case["root"])
    try:
        is_valid = merkle.compute_inclusion_root(leaf_hash, proof) == root
    except InvalidProofError:
        is_valid = False
    assert is_valid != case["wantErr"]


@pytest.mark.parametrize("case", CONSISTENCY)
def test_consistency(case):
    proof = merkle.ConsistencyProof(case["size1"], case["size2"], decode(*case["proof"] or ()))
    old_root, new_root = decode(case["root1"], case["root2"])
    is_valid = merkle.is_consistent(proof, merkle.TreeHead(case["size1"], old_root), merkle.TreeHead(case["size2"], new_root))
    assert is_valid != case["wantErr"]


@pytest.mark.parametrize("folder", range(5))
def test_we_prove_inclusion_in_the_same_words(folder):
    case = json.loads((VECTORS / "inclusion" / str(folder) / "happy-path.json").read_text())
    entries, index = ENTRIES[: case["treeSize"]], case["leafIdx"]
    proof = merkle.compute_inclusion_proof(entries, index)
    assert proof.path == decode(*case["proof"] or ())
    merkle.validate_inclusion(entries[index], proof, merkle.TreeHead(len(entries), *decode(case["root"])))


@pytest.mark.parametrize("folder", range(5))
def test_we_prove_consistency_in_the_same_words(folder):
    case = json.loads((VECTORS / "consistency" / str(folder) / "happy-path.json").read_text())
    entries = ENTRIES[: case["size2"]]
    assert merkle.compute_consistency_proof(entries, case["size1"]).path == decode(*case["proof"] or ())
    assert (merkle.compute_root(entries[: case["size1"]]), merkle.compute_root(entries)) == decode(case["root1"], case["root2"])
