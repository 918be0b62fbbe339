"""Contracts: the Python engine beside a plain interpreter, in turn in one run; then calls and deployments on a whole chain.

The peer walks the syntax tree (`plain_interpreter`), which is how one writes an interpreter first. Both count steps and stop at a limit.
A step is a node of the syntax tree that is executed; both run the same programs and come to the same results, so the same number of steps
is divided by each one's time. Ours also bounds numbers, checks types, pays for bytes and items, and decodes and encodes what goes in and
out. Ratios decide: the machine's speed cancels out.

On a whole chain, the sender of a call is identified and judged by the policy, the signature verified, the contract executed, and its block
has a DAG, roots of transactions, receipts and read-write sets, and the root of the state; a second node verifies all of it. The same with
the key-value engine says what of that is the contract. All on one core.

Run it by itself (`python -m tests.benchmarks.bench_contracts`) or through `make bench`.
"""

import time
from statistics import geometric_mean

from minichain.contracts.engines import find_engine_or_keyvalue
from minichain.contracts.kit import make_kit_chain
from minichain.contracts.kit.chain import BLOCK_MS, START_MS
from minichain.contracts.kit.organisations import make_actor
from minichain.contracts.python.engine import PythonEngine, compile_contract
from minichain.contracts.standards import get_source
from minichain.contracts.values import decode_result, encode_parameters
from minichain.identity.roles import Role
from minichain.ledger.chain import Chain
from minichain.ledger.execution import Call, execute_transaction
from minichain.ledger.keyvalue import encode_number
from minichain.ledger.proposal import make_block
from minichain.ledger.signatures import sign_transaction
from minichain.ledger.state import MemoryState
from minichain.ledger.store import MemoryStore
from minichain.ledger.transaction import Payload, TxType
from tests.benchmarks.plain_interpreter import PlainInterpreter
from tests.ledger.keyvalue_calls import BLOCK, SENDER

ROUNDS = 5
AT_LEAST = 3.0
"""So many times the steps of the plain interpreter we must do in a second, over all programs."""
CALLS, MEMBERS = 300, 20
LINES = 300
GAS = 1 << 40

PROGRAMS = {
    "arithmetic in a loop": (
        """
def main(n: int) -> int:
    total, i = 0, 0
    while i < n:
        total = (total * 31 + i * i) % 1000003
        if total % 7 == 0:
            total += 5
        i += 1
    return total
""",
        20_000,
    ),
    "a sieve of a list": (
        """
def main(n: int) -> int:
    is_prime = [True] * (n + 1)
    found = 0
    for i in range(2, n + 1):
        if is_prime[i]:
            found += 1
            for j in range(i * i, n + 1, i):
                is_prime[j] = False
    return found
""",
        30_000,
    ),
    "calls of functions": (
        """
def main(n: int) -> int:
    return _fibonacci(n)

def _fibonacci(n: int) -> int:
    if n < 2:
        return n
    return _fibonacci(n - 1) + _fibonacci(n - 2)
""",
        18,
    ),
    "texts and dicts": (
        """
def main(n: int) -> int:
    counts = {}
    for i in range(n):
        name = f"account {i * 7919 % 97}"
        if name in counts:
            counts[name] = counts[name] + i
        else:
            counts[name] = i
    best = 0
    for name, count in counts.items():
        best = max(best, count - len(name))
    return best
""",
        8_000,
    ),
    "sorting by hand": (
        """
def main(n: int) -> int:
    items = [i * 7919 % 1009 for i in range(n)]
    for i in range(1, n):
        item, j = items[i], i - 1
        while j >= 0 and items[j] > item:
            items[j + 1] = items[j]
            j -= 1
        items[j + 1] = item
    return items[0] + items[n // 2] * items[n - 1]
""",
        250,
    ),
}


# Steps


def run_ours(program, n):
    """Return what our engine comes to, and how many seconds it took."""
    call = Call("c", "main", encode_parameters({"n": n}), SENDER, "ab" * 32, BLOCK, GAS)
    engine, state = PythonEngine(program), MemoryState()
    start = time.perf_counter()
    record = execute_transaction(call, state, lambda name, view: engine)
    seconds = time.perf_counter() - start
    return decode_result(program, "main", record.outcome.result), seconds


def run_plain(source, n):
    """Return what the plain interpreter comes to, its seconds, and how many steps it took."""
    interpreter = PlainInterpreter(source, GAS)
    start = time.perf_counter()
    result = interpreter.run("main", [n])
    return result, time.perf_counter() - start, interpreter.steps


def run_steps() -> dict:
    """Return {program: (steps a second of ours, of the plain interpreter)}, the quickest of the rounds, in turn."""
    results = {}
    for name, (source, n) in PROGRAMS.items():
        program, ours, plain, steps = compile_contract(source), [], [], 0
        for _ in range(ROUNDS):
            our_result, seconds = run_ours(program, n)
            ours.append(seconds)
            plain_result, seconds, steps = run_plain(source, n)
            plain.append(seconds)
            if our_result != plain_result:
                raise SystemExit(f"{name}: {our_result} and {plain_result} differ, so their times mean nothing")
        results[name] = (steps / min(ours), steps / min(plain))
    return results


# Calls on a whole chain


def make_chain():
    """Return a chain of members with a fungible asset, of which each holds some, and what else is needed for blocks."""
    chain = make_kit_chain(*[f"member{number:02}" for number in range(MEMBERS)])
    issuer = chain.organisations[0]
    about = {"name": "points", "symbol": "P", "decimals": 0, "issuer": issuer.name, "metadata": ""}
    chain.install("fungible", get_source("fungible"), **about)
    for each in chain.organisations:
        chain.invoke(issuer.admin, "fungible", "Allow", account=each.address)
        chain.invoke(issuer.admin, "fungible", "Mint", account=each.address, amount=10**9)
    return chain


def copy_chain(chain):
    """Return another node of the chain, with all its blocks; the key-value engine is there too."""
    copy = Chain(MemoryStore(), chain.ledger.genesis, find_engine_or_keyvalue)
    for height in range(1, chain.ledger.height + 1):
        copy.apply_block(chain.ledger.store.get_committed(height).block)
    return copy


def make_calls(chain, kind, number):
    """Return signed calls: members hand over points, or add to a number of the key-value engine."""
    transactions = []
    for place in range(CALLS):
        sender = chain.organisations[place % MEMBERS].client
        receiver = chain.organisations[(place + 1 + number) % MEMBERS]
        if kind == "fungible":
            contract, method, parameters = "fungible", "Transfer", encode_parameters({"to": receiver.address, "amount": 1})
        else:
            contract, method, parameters = "kv", "add", (("amount", encode_number(1)), ("key", sender.address.encode()))
        tx_id = chain.suite.hash(f"{kind} {number} {place}".encode()).hex()
        payload = Payload(chain.chain_id, TxType.INVOKE, tx_id, START_MS, 0, contract, method, parameters)
        transactions.append(sign_transaction(payload, sender.signer, chain.suite))
    return transactions


def run_calls() -> dict:
    """Return {kind of contract: (calls a second when proposing, and when verifying)}, the quickest of the rounds, in turn."""
    chain = make_chain()
    proposer, verifier = copy_chain(chain), copy_chain(chain)
    signer = make_actor(chain.organisations[0].name, Role.CONSENSUS, chain.suite).signer
    seconds = {kind: ([], []) for kind in ("fungible", "kv")}
    for number in range(ROUNDS):
        for kind, (proposing, verifying) in seconds.items():
            transactions = make_calls(chain, kind, number)
            time_ms = proposer.head.timestamp_ms + BLOCK_MS
            start = time.perf_counter()
            proposal = make_block(proposer, transactions, time_ms, signer)
            proposing.append(time.perf_counter() - start)
            if proposal.refused or proposal.block.header.transaction_count != CALLS:
                raise SystemExit(f"the block is not what was measured: {proposal.refused[:1]}")
            start = time.perf_counter()
            verifier.apply_block(proposal.block)
            verifying.append(time.perf_counter() - start)
            proposer.apply_block(proposal.block)
            if not all(receipt.is_success for receipt in verifier.store.get_committed(verifier.height).receipts):
                raise SystemExit("calls failed, so their time means nothing")
    return {kind: (CALLS / min(proposing), CALLS / min(verifying)) for kind, (proposing, verifying) in seconds.items()}


# Deployments


def make_long_source(number) -> str:
    """Return a contract of 300 lines that nobody has seen: the standard for non-fungible assets, and more functions of its kind."""
    lines = get_source("nonfungible").splitlines()
    while len(lines) < LINES:
        lines += [
            "",
            "",
            f"def _check_{len(lines)}(account: str) -> None:",
            f'    assert ("allowed", account) in state, f"no {{account}} {number}"',
        ]
    return "\n".join([*lines[: LINES - 1], f"# {number}"]) + "\n"


def run_deployment() -> dict:
    """Return the quickest seconds for compiling a contract of 300 lines, and for a block that installs it, and its size."""
    compiling, installing, nodes, size, gas = [], [], 0, 0, 0
    for number in range(ROUNDS):
        source = make_long_source(number)
        if len(source.splitlines()) != LINES:
            raise SystemExit("the contract has not the length that is printed")
        start = time.perf_counter()
        program = compile_contract(source)
        compiling.append(time.perf_counter() - start)
        nodes, size = program.nodes, len(source)
        chain = make_kit_chain("bank", "maker", "supplier")
        source = make_long_source(ROUNDS + number)  # another one, because what was compiled is kept
        start = time.perf_counter()
        gas = chain.install("asset", source, issuer="bank").gas
        installing.append(time.perf_counter() - start)
    return {"compile": min(compiling), "install": min(installing), "nodes": nodes, "bytes": size, "gas": gas}


def main() -> None:
    """Print the tables; end with an error if we are too slow beside the plain interpreter."""
    print(f"Contract engine beside a plain interpreter (ast.NodeVisitor), steps a second on one core, quickest of {ROUNDS} in turn\n")
    print(f"  {'program':26}{'ours':>14}{'plain':>14}{'ratio':>9}")
    steps = run_steps()
    for name, (ours, plain) in steps.items():
        print(f"  {name:26}{ours:>14,.0f}{plain:>14,.0f}{ours / plain:>7.2f} x")
    ratio = geometric_mean([ours / plain for ours, plain in steps.values()])
    print(f"  {'all (geometric mean)':26}{geometric_mean([ours for ours, _ in steps.values()]):>14,.0f}{'':14}{ratio:>7.2f} x")
    print(f"\nCalls a second with signature, policy and state root, blocks of {CALLS}, on one core, quickest of {ROUNDS} in turn\n")
    print(f"  {'contract':38}{'to propose':>12}{'to verify':>12}")
    names = {"fungible": "fungible asset, Transfer (Python)", "kv": "key-value engine, add (host)"}
    for kind, (proposing, verifying) in run_calls().items():
        print(f"  {names[kind]:38}{proposing:>12,.0f}{verifying:>12,.0f}")
    result = run_deployment()
    print(f"\nDeployment of a contract of {LINES} lines ({result['bytes']:,} bytes, {result['nodes']:,} nodes), quickest of {ROUNDS}\n")
    print(f"  to check and compile{1000 * result['compile']:>10.1f} ms for {result['gas']:,} gas")
    print(f"  on a chain          {1000 * result['install']:>10.1f} ms, signed by two administrators, with its block and the state root")
    if ratio < AT_LEAST:
        raise SystemExit(f"the engine is {ratio:.2f} times as quick as the plain interpreter, and must be {AT_LEAST}")


if __name__ == "__main__":
    main()
