"""The oracle: an answer counts if the source signed it for this request, in time, and once."""

import pytest

from minichain.contracts.kit import get_proven_value
from minichain.contracts.kit.organisations import make_actor
from minichain.contracts.python.host import get_contract_context
from minichain.identity.roles import Role
from minichain.ledger.execution import Code
from tests.contracts.members import make_chain_with, refused

ASKER = '''
"""Asks what the temperature is, and keeps the answer."""

def ask(question: str, wait_ms: int) -> str:
    id = call("oracle", "Request", str, source="weather", question=question, callback="take", wait_ms=wait_ms)
    state["mine", id] = True
    return id

def take(id: str, status: str, answer: bytes) -> None:
    assert caller == "oracle", "only the oracle brings answers"
    assert ("mine", id) in state, "not asked by this contract"
    assert answer != b"poison", "this answer makes no sense"
    state["answer", id] = (status, answer)

@query
def get(id: str) -> tuple[str, bytes]:
    return state["answer", id]
'''
WAIT_MS = 60_000


class Scene:
    """A chain with an oracle, an asker, and a source whose key is known to nobody else."""

    def __init__(self):
        self.chain, self.bank, self.maker, self.supplier = make_chain_with("oracle", admin="bank")
        self.chain.install("asker", ASKER)
        self.source = make_actor("weather", Role.CLIENT, self.chain.suite)
        self.chain.invoke(self.bank.admin, "oracle", "AddSource", source="weather", key=self.source.member.info)

    def ask(self, question="how warm is it?", wait_ms=WAIT_MS):
        return self.chain.invoke(self.maker, "asker", "ask", question=question, wait_ms=wait_ms).value

    def sign(self, id, answer, key=None, contract="oracle", chain_id="kit"):
        message = self.chain.query(self.bank, "oracle", "Spell", id=id, answer=answer)
        return self.chain.suite.signature.sign(key or self.source.key, message, context=get_contract_context(contract, chain_id))

    def answer(self, id, answer, signature=None):
        """Anybody brings the answer: here, the supplier."""
        given = self.sign(id, answer) if signature is None else signature
        return self.chain.invoke(self.supplier, "oracle", "Answer", id=id, answer=answer, signature=given)

    def find(self, id):
        return self.chain.query(self.bank, "oracle", "Find", id=id)


@pytest.fixture
def scene():
    return Scene()


def test_an_answer_reaches_the_contract_that_asked(scene):
    request = scene.chain.invoke(scene.maker, "asker", "ask", question="how warm is it?", wait_ms=WAIT_MS)
    asked = next(event for event in request.events if event.topic == "request")
    assert asked.values[:3] == (request.value, "weather", "how warm is it?")
    result = scene.answer(request.value, b"21")
    assert result.value == "answered"
    assert scene.chain.query(scene.bank, "asker", "get", id=request.value) == ("answered", b"21")
    assert [(event.contract, event.topic, event.values) for event in result.events] == [("oracle", "reply", (request.value, "answered"))]
    proof = scene.chain.prove_state("asker", ("answer", request.value))
    assert get_proven_value(proof, scene.chain.get_block_hash(), scene.chain.suite) == ("answered", b"21")


def test_a_forged_answer_is_refused(scene):
    id, other = scene.ask(), scene.ask("how wet is it?")
    good = scene.sign(id, b"21")
    forgeries = [
        scene.sign(id, b"21", key=scene.supplier.client.key),  # somebody else's key
        scene.sign(id, b"20"),  # another answer
        scene.sign(other, b"21"),  # another request
        scene.sign(id, b"21", contract="asker"),  # for another contract
        scene.sign(id, b"21", chain_id="other"),  # for another chain
        good[:-1] + bytes([good[-1] ^ 1]),
        b"",
    ]
    for forged in forgeries:
        with refused("the signature is not the source's"):
            scene.answer(id, b"21", forged)
    assert scene.find(id).status == "waiting"
    assert scene.answer(id, b"21", good).value == "answered"


def test_a_second_answer_is_refused_the_same_or_another(scene):
    id = scene.ask()
    signatures = {answer: scene.sign(id, answer) for answer in (b"21", b"22")}
    scene.answer(id, b"21", signatures[b"21"])
    for answer, signature in signatures.items():
        with refused("is answered, which is final"):
            scene.answer(id, answer, signature)
    with refused("is answered, which is final"):
        scene.chain.invoke(scene.supplier, "oracle", "Timeout", id=id)
    assert scene.chain.query(scene.bank, "asker", "get", id=id) == ("answered", b"21")


def test_two_answers_in_one_block_are_one(scene):
    id = scene.ask()
    calls = [
        scene.chain.ask(org, "oracle", "Answer", id=id, answer=answer, signature=scene.sign(id, answer))
        for org, answer in ((scene.maker, b"21"), (scene.supplier, b"22"))
    ]
    assert sorted(result.is_success for result in scene.chain.seal(*calls).results) == [False, True]


def test_from_the_deadline_on_only_the_timeout_counts(scene):
    id = scene.ask()
    deadline = scene.find(id).deadline_ms
    with refused("there is time until"):
        scene.chain.invoke(scene.supplier, "oracle", "Timeout", id=id)
    scene.chain.now_ms = deadline - 1000  # the next block is sealed at the deadline
    with refused("the time was up"):
        scene.answer(id, b"21")
    assert scene.chain.invoke(scene.supplier, "oracle", "Timeout", id=id).value == "expired"
    assert scene.chain.query(scene.bank, "asker", "get", id=id) == ("expired", b"")
    with pytest.raises(Exception, match="is expired, which is final"):
        scene.answer(id, b"21")


def test_an_answer_a_millisecond_before_the_deadline_is_in_time(scene):
    id = scene.ask()
    scene.chain.now_ms = scene.find(id).deadline_ms - 1001
    assert scene.answer(id, b"21").value == "answered"


def test_a_callback_that_fails_ends_the_request_all_the_same(scene):
    id = scene.ask()
    assert scene.answer(id, b"poison").value == "refused"
    assert (scene.find(id).status, scene.find(id).answer) == ("refused", b"poison")
    assert scene.chain.get_state("asker", ("answer", id)) is None
    with pytest.raises(Exception, match="is refused, which is final"):
        scene.answer(id, b"21")


def test_nobody_but_the_oracle_brings_answers_and_nobody_but_a_contract_asks(scene):
    id = scene.ask()
    with refused("only the oracle brings answers"):
        scene.chain.invoke(scene.supplier, "asker", "take", id=id, status="answered", answer=b"40")
    question = {"source": "weather", "question": "?", "callback": "take", "wait_ms": 1}
    with refused("a contract asks"):
        scene.chain.invoke(scene.maker, "oracle", "Request", **question)


@pytest.mark.parametrize(
    ("question", "wait_ms", "words"), [("?" * 1001, 1, "a question has"), ("?", 0, "one waits"), ("?", 2**40, "one waits")]
)
def test_a_request_has_bounds(scene, question, wait_ms, words):
    with refused(words):
        scene.ask(question, wait_ms)


def test_only_the_administrator_says_whose_signature_counts(scene):
    for sender in (scene.bank.client, scene.maker.admin):
        with refused("only an administrator"):
            scene.chain.invoke(sender, "oracle", "AddSource", source="other", key=b"key")
    with refused("the source weather is there"):
        scene.chain.invoke(scene.bank.admin, "oracle", "AddSource", source="weather", key=b"key")


def test_a_source_that_is_removed_answers_what_it_was_asked_and_no_more(scene):
    id = scene.ask()
    scene.chain.invoke(scene.bank.admin, "oracle", "RemoveSource", source="weather")
    with refused("there is no source weather"):
        scene.ask("and now?")
    assert scene.answer(id, b"21").value == "answered"


def test_an_unknown_request_is_refused(scene):
    with refused("nothing was asked"):
        scene.chain.invoke(scene.supplier, "oracle", "Answer", id="00", answer=b"", signature=b"")


def test_an_answer_brought_with_too_little_gas_can_be_brought_again(scene):
    """Whoever wants the callback to fail brings the answer first, with just enough gas for the oracle."""
    id = scene.ask()
    signature = scene.sign(id, b"21")
    codes = set()
    for gas in range(10_500, 16_000, 100):
        call = scene.chain.ask(scene.supplier, "oracle", "Answer", id=id, answer=b"21", signature=signature, gas=gas)
        (result,) = scene.chain.seal(call).results
        codes.add(result.code)
        assert scene.find(id).status == ("answered" if result.is_success else "waiting")
        if result.is_success:
            break
    assert codes == {Code.OUT_OF_GAS, Code.FAILED, Code.OK} or codes == {Code.OUT_OF_GAS, Code.OK}
