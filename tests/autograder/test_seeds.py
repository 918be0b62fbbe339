"""Seeds: HMAC of learner and lab under the programme's secret, on the test side alone."""

import hashlib
import hmac

import pytest

from autograder.errors import PathError
from autograder.grade import Grader
from autograder.labs.source import load_lab
from autograder.read import read_submission
from autograder.seeds import compute_seed, read_secret
from tests.autograder.labs_for_tests import LAB_PY, hand_in, write_lab


def test_seed_is_the_hmac_and_zero_without_a_secret():
    expected = int.from_bytes(hmac.new(b"key", b"ada\x0002-merkle", hashlib.sha256).digest(), "big")
    assert compute_seed(b"key", "ada", "02-merkle") == expected
    assert compute_seed(None, "ada", "02-merkle") == 0
    assert len({compute_seed(b"key", learner, lab) for learner in ("ada", "bo") for lab in ("1", "2")}) == 4


def test_the_secret_comes_from_a_file_or_the_environment(tmp_path, monkeypatch):
    assert read_secret() is None
    monkeypatch.setenv("MINICHAIN_SEED_SECRET", "spoken")
    assert read_secret() == b"spoken"
    (tmp_path / "secret").write_text("written\n")
    monkeypatch.setenv("MINICHAIN_SEED_FILE", str(tmp_path / "secret"))
    assert read_secret() == b"written"


@pytest.mark.parametrize(("name", "words"), [("missing", "cannot be read"), ("empty", "is empty")])
def test_a_secret_that_is_not_there_is_no_seed_of_zero(tmp_path, monkeypatch, name, words):
    (tmp_path / "empty").touch()
    monkeypatch.setenv("MINICHAIN_SEED_FILE", str(tmp_path / name))
    with pytest.raises(PathError, match=words):
        read_secret()


def test_the_tests_see_the_seed_and_the_learner_sees_zero(tmp_path):
    seed = compute_seed(b"key", "ada", "00-sums")
    lab = load_lab(write_lab(tmp_path / "labs", py=LAB_PY.replace("assert mul(3, 4) == 12", f"assert SEED == {seed} and mul(3, 4) == 0")))
    answers = {"add": "SEED = 7\ndef add(a, b):\n    return a + b", "mul": "first = SEED\nSEED = 1\ndef mul(a, b):\n    return first - 7"}
    folder = hand_in(tmp_path, lab, "ada", answers).parent
    with Grader(lab) as grader:
        result = grader.grade(read_submission(folder, lab, "ada"), seed)
    assert [cell.status for cell in result.cells] == ["passed", "passed", "failed"]
    assert str(seed) not in repr(result)
