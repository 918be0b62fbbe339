"""Where published cases are read, and which implementations they are held against."""

import json
import os
import re
from pathlib import Path

import pytest

from minichain.crypto.signature_backends import CANDIDATES
from minichain.crypto.signing import get_scheme, make_scheme

VECTORS = Path(os.environ.get("MINICHAIN_VECTORS", Path(__file__).parents[3] / "shared" / "vectors"))
needs_vectors = pytest.mark.skipif(not VECTORS.is_dir(), reason=f"there are no vectors in {VECTORS}; MINICHAIN_VECTORS names their folder")


def read_wycheproof(name):
    """Return (group, case) for each case of a file of Project Wycheproof."""
    file = json.loads((VECTORS / "wycheproof" / f"{name}.json").read_text())
    cases = [(group, case) for group in file["testGroups"] for case in group["tests"]]
    assert len(cases) == file["numberOfTests"]
    return cases


def read_cryptography_vectors(path):
    """Return the text of a file of the package cryptography-vectors."""
    vectors = pytest.importorskip("cryptography_vectors", reason="the package cryptography-vectors is not installed")
    with vectors.open_vector_file(path, "r") as file:
        return file.read()


def read_records(text, section=r"[^\]]*"):
    """Yield (section, fields) for each record of NIST's text format, in the sections that match."""
    for title, body in re.findall(r"^\[([^\]\n]*)\]\s*\n(.*?)(?=^\[|\Z)", text, re.MULTILINE | re.DOTALL):
        if re.fullmatch(section, title):
            for block in re.split(r"\n\s*\n", body):
                fields = dict(re.findall(r"^(\w+) = (.*?)\s*$", block, re.MULTILINE))
                if fields:
                    yield title, fields


def get_implementations(*schemes):
    """Yield a parameter for every implementation of each scheme that is installed: our own, and each library."""
    for name in schemes:
        yield pytest.param(get_scheme(name, readable=True), id=f"{name}-readable")
        for load in CANDIDATES.get(name, ()):
            try:
                primitive = load()
            except ImportError:
                continue
            yield pytest.param(make_scheme(get_scheme(name).private_type, primitive), id=f"{name}-{primitive.backend}")


def each_implementation(*schemes):
    return pytest.mark.parametrize("scheme", list(get_implementations(*schemes)))
