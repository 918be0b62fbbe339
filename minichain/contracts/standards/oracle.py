"""Oracle: how a fact from outside gets into a contract. Request, signed reply, callback, timeout (ChainMaker's oracle service). Has CMBC.

A contract cannot look outside: nodes would see different things, and disagree. So it asks, and goes on when an answer comes:

    waiting --Answer--> answered       the callback took the answer
                  \\--> refused         the callback failed: the answer is on record, and nobody is stuck
    waiting --Timeout--> expired       nobody answered in time, and the callback was told

    AddSource(source, key), RemoveSource(source)      an administrator says whose signature counts (a public key in DER)
    Request(source, question, callback, wait_ms)      a contract asks; event request(id, source, question, deadline_ms)
    Answer(id, answer, signature)                     anybody brings what the source has signed; event reply(id, status)
    Timeout(id)                                       anybody, once the time is up
    Find(id)

The contract that asks has a method with the name in `callback` and the parameters `id: str, status: str, answer: bytes`. It must check
that `caller` is the oracle, and that it knows the id.

Attacks it meets. A forged reply: the signature must be the source's, by the key that it had when it was asked. A duplicate: answered,
refused and expired are final. A late one: from the deadline on only Timeout counts, by the block's time. A reply to something else, to
an earlier question or on another chain: what is signed holds chain, oracle, id, question and answer. A callback that fails or burns
its gas: it cannot undo that there was an answer, so it cannot be brought twice. Somebody else who brings the reply first, with so
little gas that the callback fails: then it has not been brought, and comes again with more. A request that is answered within the call
that makes it, before the asker has finished: a contract in the middle of a call cannot be entered.

Simplifications: one source answers; what matters is asked of several, and the middle of their answers counts. Nobody pays the source.
"""

STANDARDS = ("CMBC",)

WAITING = "waiting"
ANSWERED = "answered"
REFUSED = "refused"
EXPIRED = "expired"

OUT_OF_GAS = 2

MOST_QUESTION = 1_000
MOST_ANSWER = 10_000
LONGEST_WAIT_MS = 30 * 24 * 60 * 60 * 1_000


@record
class Asked:
    id: str
    asker: str
    callback: str
    source: str
    key: bytes
    question: str
    deadline_ms: int
    status: str
    answer: bytes


def init(admin: str) -> None:
    assert admin != "", "an organisation looks after the sources"
    state["admin"] = admin


@query
def Standards() -> list[str]:
    return list(STANDARDS)


@query
def SupportStandard(standardName: str) -> bool:
    return standardName in STANDARDS


# Sources


def AddSource(source: str, key: bytes) -> None:
    _require_admin()
    assert 1 <= len(source) <= 100 and 1 <= len(key) <= 1_000, "a source has a name of 1 to 100 characters, and a key"
    assert ("source", source) not in state, f"the source {source} is there; its key is changed by removing it first"
    state["source", source] = key
    emit("addSource", source, key)


def RemoveSource(source: str) -> None:
    _require_admin()
    assert ("source", source) in state, f"there is no source {source}"
    del state["source", source]
    emit("removeSource", source)


# Asking


def Request(source: str, question: str, callback: str, wait_ms: int) -> str:
    assert caller is not None, "a contract asks, because a contract is called back"
    assert ("source", source) in state, f"there is no source {source}"
    assert len(question) <= MOST_QUESTION, f"a question has at most {MOST_QUESTION} characters"
    assert 1 <= wait_ms <= LONGEST_WAIT_MS, f"one waits 1 to {LONGEST_WAIT_MS} milliseconds"
    id = sha256(f"{tx.id} {caller} {callback} {source} {question}".encode()).hex()
    assert ("asked", id) not in state, "this was asked already in the same transaction"
    deadline_ms = block.timestamp_ms + wait_ms
    state["asked", id] = Asked(id, caller, callback, source, state["source", source], question, deadline_ms, WAITING, b"")
    emit("request", id, source, question, deadline_ms)
    return id


# Answering


def Answer(id: str, answer: bytes, signature: bytes) -> str:
    asked = _get_waiting(id)
    assert block.timestamp_ms < asked.deadline_ms, f"the time was up at {asked.deadline_ms}"
    assert len(answer) <= MOST_ANSWER, f"an answer has at most {MOST_ANSWER} bytes"
    assert verify(asked.key, _spell(asked, answer), signature), "the signature is not the source's for this answer to this request"
    return _end(asked, ANSWERED, answer)


def Timeout(id: str) -> str:
    asked = _get_waiting(id)
    assert block.timestamp_ms >= asked.deadline_ms, f"there is time until {asked.deadline_ms}"
    return _end(asked, EXPIRED, b"")


@query
def Find(id: str) -> Asked | None:
    return state.get(("asked", id))


@query
def Spell(id: str, answer: bytes) -> bytes:
    """Return what the source signs."""
    return _spell(_get_waiting(id), answer)


def _spell(asked: Asked, answer: bytes) -> bytes:
    # Each part is hashed before they are joined: nothing can be moved from the question into the answer.
    parts = (block.chain_id.encode(), contract.encode(), asked.id.encode(), asked.question.encode(), answer)
    return b"".join([sha256(part) for part in parts])


def _end(asked: Asked, status: str, answer: bytes) -> str:
    # Final before anybody else runs: whatever the callback does, there is no second answer.
    _put(asked, status, answer)
    reply = try_call(asked.asker, asked.callback, id=asked.id, status=status, answer=answer)
    if reply.code != 0 and status == ANSWERED:
        assert reply.code != OUT_OF_GAS, "the callback ran out of gas: bring the reply again, with more"
        status = REFUSED
        _put(asked, status, answer)
    emit("reply", asked.id, status)
    return status


def _put(asked: Asked, status: str, answer: bytes) -> None:
    state["asked", asked.id] = Asked(
        asked.id, asked.asker, asked.callback, asked.source, asked.key, asked.question, asked.deadline_ms, status, answer
    )


def _get_waiting(id: str) -> Asked:
    assert ("asked", id) in state, f"nothing was asked with the id {id}"
    asked = state["asked", id]
    assert asked.status == WAITING, f"the request {id} is {asked.status}, which is final"
    return asked


def _require_admin() -> None:
    assert caller is None, "an administrator calls this directly, and not through another contract"
    assert sender.org == state["admin"] and sender.role == "admin", "only an administrator of the organisation in charge may do this"
