"""A chain in one line, for those who write contracts: the ledger alone, whose blocks are sealed at once, without a consensus engine.

    chain = make_kit_chain("bank", "maker", "supplier")
    bank, maker, supplier = chain.organisations
    chain.install("evidence", source)
    chain.invoke(maker, "evidence", "Evidence", id="plan", hash=bytes(32), metadata="")
    chain.query(bank, "evidence", "FindById", id="plan").org
    chain.advance(days=30)

All that happens is what happens on any chain: transactions are signed, judged by the policies, executed, proven and committed. Only time
is the author's (`advance`), and keys are no secrets (`organisations`). An organisation stands for its client; name its `admin` where an
administrator has to sign.

`invoke` raises RefusedError if the call fails, so that a test which forgets to look does not pass; `seal` puts several calls into one block
and tells what each came to. They are run as if on several cores: the order in the block may differ from the one given.

Simplifications: what a proposer, voters and a network add, `minichain.consensus` and `minichain.network` are about.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from minichain.contracts.engines import PYTHON, find_engine
from minichain.contracts.kit.coverage import Coverage, LineCoverage
from minichain.contracts.kit.gas_report import MethodGas, compute_gas_report
from minichain.contracts.kit.organisations import Actor, Organisation, make_access, make_actor, make_organisation
from minichain.contracts.kit.proofs import ReceiptProof, StateProof, prove_result, prove_state
from minichain.contracts.kit.results import Invocation, RefusedError, Result, SealedBlock, make_announced
from minichain.contracts.kit.voting import cast_vote, request_change
from minichain.contracts.python.engine import load_program
from minichain.contracts.system.contract_manage import CODE_BYTES, CODE_NAME, CODE_RUNTIME, CODE_VERSION
from minichain.contracts.system.find import FindInstalled
from minichain.contracts.values import decode_typed, decode_value, encode_key, encode_parameters
from minichain.crypto.suites import get_suite
from minichain.identity.roles import Role
from minichain.ledger.chain import Chain
from minichain.ledger.configuration import Limits
from minichain.ledger.execution import BlockContext, Call, Code, FindEngine, Outcome
from minichain.ledger.genesis import make_genesis
from minichain.ledger.proposal import make_block
from minichain.ledger.query import run_query
from minichain.ledger.runners import InProcessRunner, Runner
from minichain.ledger.signatures import sign_transaction
from minichain.ledger.state import StateReader
from minichain.ledger.store import MemoryStore
from minichain.ledger.system_names import CONTRACT_MANAGE
from minichain.ledger.transaction import Payload, Transaction, TxType

START_MS: Final = 1_767_225_600_000
"""When a kit's chain begins: 2026-01-01, 00:00 UTC."""
BLOCK_MS: Final = 1_000
"""How much later each block is than the one before."""

Sender = Organisation | Actor


def make_kit_chain(
    *names: str, suite: str = "international", chain_id: str = "kit", make_runner: Callable[[FindEngine], Runner] | None = None
) -> "KitChain":
    """Return a new chain of these organisations. `make_runner` may bring real cores, such as `WorkerPool`."""
    organisations = tuple(make_organisation(name, get_suite(suite)) for name in names)
    return KitChain(organisations, suite, chain_id, make_runner)


class KitChain:
    """The chain, its clock, and what was deployed on it."""

    def __init__(
        self, organisations: tuple[Organisation, ...], suite: str, chain_id: str, make_runner: Callable[[FindEngine], Runner] | None
    ) -> None:
        self.organisations = organisations
        self.suite = get_suite(suite)
        self.chain_id = chain_id
        self.now_ms = START_MS
        self.results: list[Result] = []
        """What every call came to, in order."""
        self._node = make_actor(organisations[0].name, Role.CONSENSUS, self.suite)
        self._sources: dict[str, str] = {}
        self._sent = 0
        self._coverage = Coverage()
        # Other processes could not tell which lines they run.
        find = find_engine if make_runner else FindInstalled({PYTHON: self._coverage.load})
        genesis = make_genesis(chain_id, Limits(suite=suite), make_access(organisations, (self._node,), self.suite), START_MS)
        self.ledger = Chain(MemoryStore(), genesis, find, runner=(make_runner or InProcessRunner)(find))

    # Time

    def advance(self, *, days: int = 0, hours: int = 0, seconds: int = 0) -> None:
        """Let time pass. It never goes back: no block may be older than the one before it."""
        passed = ((days * 24 + hours) * 3600 + seconds) * 1000
        if passed < 0:
            raise RefusedError("time goes forward only; `query` with a height looks at the past")
        self.now_ms += passed

    # Contracts

    def install(self, name: str, source: str, /, *, signers: Sequence[Actor] = (), version: str = "1", **parameters: Any) -> Result:
        """Install a contract, whose `init` takes the parameters. By default administrators of most organisations sign."""
        return self._deploy("INIT_CONTRACT", name, source, version, signers, parameters)

    def upgrade(self, name: str, source: str, /, *, signers: Sequence[Actor] = (), version: str, **parameters: Any) -> Result:
        """Give a contract new code; its state stays, and `upgrade` of the new code takes the parameters."""
        return self._deploy("UPGRADE_CONTRACT", name, source, version, signers, parameters)

    def _deploy(self, method: str, name: str, source: str, version: str, signers: Sequence[Actor], parameters: dict[str, Any]) -> Result:
        own = {CODE_NAME: name, CODE_VERSION: version, CODE_RUNTIME: PYTHON, CODE_BYTES: source.encode()}
        result = self.govern(CONTRACT_MANAGE, method, signers=signers, **own, **parameters)
        self._sources[name] = source
        return result

    def govern(self, contract: str, method: str, /, *, signers: Sequence[Actor] = (), **parameters: Any) -> Result:
        """Call a method that many must sign; the first signer sends it. By default administrators of most organisations sign."""
        signers = signers or [each.admin for each in self.organisations[: len(self.organisations) // 2 + 1]]
        call = Invocation(signers[0], contract, method, encode_parameters(parameters), endorsers=tuple(signers))
        return self._expect(self.seal(call).results[0])

    def request(self, sender: Actor, contract: str, method: str, /, **parameters: Any) -> str:
        """Ask the others to vote on a change. Return the request's id."""
        return request_change(self, sender, contract, method, parameters)

    def vote(self, voter: Actor, request: str, /, *, is_agreed: bool = True) -> str:
        """Vote on a change. Return how it stands now: OPEN, ADOPTED (and done) or REFUSED."""
        return cast_vote(self, voter, request, is_agreed=is_agreed)

    # Calling

    def ask(self, sender: Sender, contract: str, method: str, /, *, gas: int = 0, **parameters: Any) -> Invocation:
        """Return a call for `seal`; nothing happens yet."""
        return Invocation(get_actor(sender), contract, method, encode_parameters(parameters), gas=gas)

    def invoke(self, sender: Sender, contract: str, method: str, /, **parameters: Any) -> Result:
        """Call a method in a block of its own; raise RefusedError if that fails."""
        return self._expect(self.seal(self.ask(sender, contract, method, **parameters)).results[0])

    def _expect(self, result: Result) -> Result:
        """Return a result if it is a success."""
        if not result.is_success:
            raise RefusedError(f"{result.invocation} ended with {result.code.name}: {result.message}", result.code, result)
        return result

    def seal(self, *invocations: Invocation) -> SealedBlock:
        """Put calls into one block, and return it. Raise RefusedError if one may stand in none, because its signers may not ask for it."""
        transactions = [self._sign(invocation) for invocation in invocations]
        self.now_ms = max(self.now_ms, self.ledger.head.timestamp_ms) + BLOCK_MS
        proposal = make_block(self.ledger, transactions, self.now_ms, self._node.signer)
        for _, error in proposal.refused:
            raise RefusedError(str(error))
        if proposal.block.header.transaction_count != len(transactions):
            raise RefusedError("they do not fit into one block: what changes the chain itself stands alone")
        self.ledger.apply_block(proposal.block)
        sealed = self._read_block(transactions, invocations)
        self.results += sealed.results
        return sealed

    def _sign(self, invocation: Invocation) -> Transaction:
        """Return the transaction for a call. Its id is counted, and not drawn: the same script gives the same chain."""
        self._sent += 1
        tx_id = self.suite.hash(f"{self.chain_id} {self._sent}".encode()).hex()
        payload = Payload(
            self.chain_id,
            TxType.INVOKE,
            tx_id,
            self.now_ms,
            0,
            invocation.contract,
            invocation.method,
            invocation.parameters,
            0,
            invocation.gas,
        )
        return sign_transaction(payload, invocation.sender.signer, self.suite, [each.signer for each in invocation.endorsers])

    def _read_block(self, transactions: Sequence[Transaction], invocations: Sequence[Invocation]) -> SealedBlock:
        """Return the last block with what its calls came to."""
        committed = self.ledger.store.get_committed(self.ledger.height)
        places = {receipt.tx_id: index for index, receipt in enumerate(committed.receipts)}
        results = []
        for transaction, invocation in zip(transactions, invocations, strict=True):
            index = places[transaction.tx_id]
            receipt = committed.receipts[index]
            value = self._decode(invocation.contract, invocation.method, receipt.result) if receipt.is_success else None
            events = tuple(make_announced(event) for event in receipt.events)
            results.append(
                Result(
                    invocation, value, Code(receipt.code), receipt.message, events, receipt.gas_used, committed.block.height, index, receipt
                )
            )
        return SealedBlock(committed.block, committed.hash, tuple(results))

    def _decode(self, contract: str, method: str, result: bytes) -> Any:
        """Return what a method gave back, in plain values if its source is known."""
        source = self._sources.get(contract)
        return result if source is None else decode_typed(result, load_program(source).methods[method].result)

    # Looking

    def query(self, sender: Sender, contract: str, method: str, /, *, height: int | None = None, **parameters: Any) -> Any:
        """Ask a method that only reads, now or as of an earlier block; raise RefusedError if that fails."""
        store = self.ledger.store
        at = self.ledger.height if height is None else height
        state: StateReader = store.state if height is None else store.state.get_snapshot(height)
        header = store.get_header(at)
        identity = self.ledger.configuration.access.identify(get_actor(sender).member, header.timestamp_ms)
        block = BlockContext(self.chain_id, at, header.timestamp_ms if height is not None else self.now_ms)
        call = Call(
            contract, method, encode_parameters(parameters), identity, "0" * 64, block, self.ledger.configuration.limits.default_gas
        )
        outcome: Outcome = run_query(call, state, self.ledger.find_engine)
        if not outcome.is_success:
            raise RefusedError(f"{contract}.{method} ended with {Code(outcome.code).name}: {outcome.message}", Code(outcome.code))
        return self._decode(contract, method, outcome.result)

    def get_state(self, contract: str, key: Any) -> Any:
        """Return what `state[key]` of a contract is, None if it is not there: for a look from outside."""
        entry = self.ledger.store.state.get(contract, encode_key(key))
        return None if entry is None else decode_value(entry.value)

    def list_state(self, contract: str) -> list[Any]:
        """Return all values of a contract's state, in the order of their keys."""
        return [decode_value(entry.value) for _, entry in self.ledger.store.state.iterate(contract)]

    def report_gas(self) -> list[MethodGas]:
        """Return what the calls of each method cost so far, the dearest first."""
        return compute_gas_report(self.results)

    def report_coverage(self, contract: str) -> LineCoverage:
        """Return which lines of a contract, as it was last deployed, were run; there is no telling what other processes have run."""
        source = self._sources.get(contract)
        if source is None:
            raise RefusedError(f"no contract {contract!r} was deployed here")
        return self._coverage.measure(contract, source)

    # Proving

    def prove_state(self, contract: str, key: Any) -> StateProof:
        """Return the proof of what `state[key]` of a contract is, for a stranger who trusts the last block's hash."""
        return prove_state(self.ledger, contract, key)

    def prove_result(self, result: Result) -> ReceiptProof:
        """Return the proof of what a call came to, for a stranger who trusts the hash of its block."""
        return prove_result(self.ledger, result.height, result.index)

    def get_block_hash(self, height: int | None = None) -> bytes:
        """Return the hash of a block, the last by default: all that a stranger needs to trust."""
        return self.ledger.store.get_hash(self.ledger.height if height is None else height)


def get_actor(sender: Sender) -> Actor:
    """Return who signs: of an organisation, its client."""
    return sender.client if isinstance(sender, Organisation) else sender
