"""Evidence: that a file existed at a time, and who said so. Implements CMEVI and CMBC.

The standard (CM-CS-221221-Evidence) asks for:

    Evidence(id, hash, metadata)     put a file's hash on record; event evidence(id, hash, metadata)
    EvidenceBatch(evidences)         several at once: all of them or none
    ExistsOfId(id), ExistsOfHash(hash)    whether there is one
    FindById(id), FindByHash(hash)        what there is

The file stays where it is. Whoever has it can hash it again and compare; whoever has not learns nothing from the record.

Attacks it meets. Taking somebody's id, or claiming the same file again later as one's own: an id and a hash are on record once, and the
first stays. Back-dating: the time is the block's, and no sender chooses it. Forging who said it: organisation and member are those of
the signature, not parameters, and `through` names the contract that stood between, if one did. A text instead of a hash, so that
personal data would stand on the chain for ever: 32 bytes, no others, and metadata is bounded.

Simplifications: the hash of a small or well-known file can be guessed; whoever fears that hashes the file with a random salt. That the
first to say it is the author is not proven: a clerk can be faster than the inventor.
"""

STANDARDS = ("CMEVI", "CMBC")

HASH_BYTES = 32
MOST_METADATA = 1_000
MOST_AT_ONCE = 50


@record
class Item:
    """What EvidenceBatch takes of each."""

    id: str
    hash: bytes
    metadata: str


@record
class Found:
    """What is on record."""

    id: str
    hash: bytes
    metadata: str
    org: str
    holder: str
    through: str
    tx_id: str
    height: int
    time_ms: int


@query
def Standards() -> list[str]:
    return list(STANDARDS)


@query
def SupportStandard(standardName: str) -> bool:
    return standardName in STANDARDS


def Evidence(id: str, hash: bytes, metadata: str) -> None:
    _store(id, hash, metadata)


def EvidenceBatch(evidences: list[Item]) -> None:
    assert 1 <= len(evidences) <= MOST_AT_ONCE, f"a batch has 1 to {MOST_AT_ONCE} pieces of evidence"
    for item in evidences:
        _store(item.id, item.hash, item.metadata)


@query
def ExistsOfId(id: str) -> bool:
    return ("id", id) in state


@query
def ExistsOfHash(hash: bytes) -> bool:
    return ("hash", hash) in state


@query
def FindById(id: str) -> Found | None:
    return state.get(("id", id))


@query
def FindByHash(hash: bytes) -> Found | None:
    id = state.get(("hash", hash))
    return None if id is None else state["id", id]


def _store(id: str, hash: bytes, metadata: str) -> None:
    assert 1 <= len(id) <= 100, "an id has 1 to 100 characters"
    assert len(hash) == HASH_BYTES, f"a hash has {HASH_BYTES} bytes"
    assert len(metadata) <= MOST_METADATA, f"metadata has at most {MOST_METADATA} characters"
    assert ("id", id) not in state, f"the id {id} is taken"
    assert ("hash", hash) not in state, "this hash is on record already"
    state["id", id] = Found(id, hash, metadata, sender.org, sender.address, _get_through(), tx.id, block.height, block.timestamp_ms)
    state["hash", hash] = id
    emit("evidence", id, hash, metadata)


def _get_through() -> str:
    return "" if caller is None else caller
