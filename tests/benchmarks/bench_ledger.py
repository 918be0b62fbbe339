"""The ledger: validating and applying blocks of transfers, beside py-evm and Ethereum's execution specification (EELS), in turn in one run.

All three do what a node does with a block from the network: check every signature (ours Ed25519, theirs ECDSA over secp256k1), move
money between 10,000 accounts in memory, and come to the root of the state. Ours also decodes the block, asks who the senders are and
what they may do, and computes the roots of transactions, receipts and read-write sets, and the DAG. Ratios decide: the machine's speed
cancels out. Then: the same on disk, with a disk that is waited for, and opening a chain of 100,000 blocks after a crash.

Run it by itself (`python -m tests.benchmarks.bench_ledger`) or through `make bench`.
"""

import importlib.util
import json
import os
import random
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from minichain.crypto.batch import SignedMessage, verify_batch
from minichain.crypto.key_encoding import encode_public_key
from minichain.crypto.suites import get_suite
from minichain.identity.access import AccessControl, TrustRoot
from minichain.identity.member import Member, MemberKind
from minichain.identity.roles import Mode
from minichain.ledger.block import Block
from minichain.ledger.chain import Chain
from minichain.ledger.configuration import Limits
from minichain.ledger.database import create_store
from minichain.ledger.encoding import decode
from minichain.ledger.genesis import make_genesis
from minichain.ledger.keyvalue import find_keyvalue_engine
from minichain.ledger.proposal import make_block
from minichain.ledger.signatures import sign_transaction
from minichain.ledger.sqlite_store import SqliteStore
from minichain.ledger.store import MemoryStore
from minichain.ledger.transaction import Payload, TxType, make_tx_id, sort_parameters

ACCOUNTS, TRANSFERS, ROUNDS = 10_000, 500, 4
LONG_CHAIN = 100_000
AT_LEAST_PY_EVM, AT_LEAST_EELS = 3.0, 5.0
"""We must apply so many times the transfers of each peer in a second."""

START_MS = 1_700_000_000_000


# Ours


class OurAccounts:
    """Signers of a public chain: whoever has a key may send."""

    def __init__(self, count):
        self.suite = get_suite("international")
        scheme = self.suite.signature
        self.keys = [scheme.private_type(number.to_bytes(32, "big")) for number in range(1, count + 1)]
        self.members = [Member("", MemberKind.PUBLIC_KEY, encode_public_key(scheme.compute_public_key(key))) for key in self.keys]
        access = AccessControl(Mode.PUBLIC_KEY, self.suite.name, (TrustRoot("", (self.members[0].info,)),))
        self.genesis = make_genesis("bench", Limits(), access, START_MS)

    def sign(self, number, method, **parameters):
        payload = Payload("bench", TxType.INVOKE, make_tx_id(), START_MS, 0, "kv", method, sort_parameters(parameters))
        return sign_transaction(payload, (self.members[number], self.keys[number]), self.suite)

    def make_chain(self, store, executor=None):
        return Chain(store, self.genesis, find_keyvalue_engine, executor=executor)

    def make_block(self, chain, transactions):
        proposal = make_block(chain, transactions, chain.head.timestamp_ms + 1, (self.members[0], self.keys[0]))
        assert not proposal.refused
        return proposal.block.encoded


def name_account(number):
    return b"account %d" % number


def make_amount(amount):
    return amount.to_bytes(8, "big")


def make_deposits(accounts, chain):
    """Give every account money, in blocks that `chain` takes; return them encoded."""
    blocks = []
    for start in range(0, ACCOUNTS, 1000):
        numbers = range(start, min(start + 1000, ACCOUNTS))
        puts = [accounts.sign(0, "put", key=name_account(number), value=make_amount(10**9)) for number in numbers]
        blocks.append(accounts.make_block(chain, puts))
        chain.apply_block(decode(Block, blocks[-1]))
    return blocks


def make_transfers(accounts, chain, pairs_of_blocks):
    """Return the encoded blocks of transfers that follow on `chain`, which is left behind them."""
    blocks = []
    for pairs in pairs_of_blocks:
        moves = [
            accounts.sign(origin, "move", **{"from": name_account(origin), "to": name_account(target), "amount": make_amount(1)})
            for origin, target in pairs
        ]
        blocks.append(accounts.make_block(chain, moves))
        chain.apply_block(decode(Block, blocks[-1]))
        assert all(receipt.is_success for receipt in chain.store.get_committed(chain.height).receipts)
    return blocks


def make_our_steps(accounts, transfers, store, executor):
    """Yield calls, each of which validates and applies one block of transfers. As in a node that has run for a while, senders are known."""
    chain = accounts.make_chain(store, executor)
    around = chain.get_surroundings(START_MS)
    for member in accounts.members:
        around.identify(member)
    for block in transfers:
        yield lambda block=block: chain.apply_block(decode(Block, block))


def warm_up(accounts, transfers, executor):
    """Let every process see every sender's key."""
    suite = accounts.suite
    signatures = [
        SignedMessage(suite.signature.compute_public_key(key), b"", bytes(64), "warm-up")
        for key in accounts.keys[: len(transfers) * TRANSFERS]
    ]
    for _ in range(3):
        verify_batch(signatures, executor)


# py-evm

GAS, GAS_PRICE, GAS_LIMIT = 21_000, 2 * 10**9, 10**9


def make_address(number):
    return number.to_bytes(20, "big")


def make_py_evm_steps(pairs_of_blocks):
    """Yield calls, each of which makes py-evm decode, check and apply one block of transfers."""
    from eth.chains.base import MiningChain
    from eth.consensus.noproof import NoProofConsensus
    from eth.db.atomic import AtomicDB
    from eth.vm.forks.london import LondonVM
    from eth_keys import keys

    signers = [keys.PrivateKey(number.to_bytes(32, "big")) for number in range(1, ACCOUNTS + 1)]
    addresses = [signer.public_key.to_canonical_address() for signer in signers]
    vm_class = LondonVM.configure(consensus_class=NoProofConsensus)
    chain_class = MiningChain.configure("Bench", vm_configuration=((0, vm_class),), chain_id=1)
    account = {"balance": 10**24, "nonce": 0, "code": b"", "storage": {}}
    genesis = {"difficulty": 0, "gas_limit": GAS_LIMIT, "timestamp": 1, "base_fee_per_gas": 10**9}
    chain = chain_class.from_genesis(AtomicDB(), genesis, dict.fromkeys(addresses, account))
    builder = vm_class.get_transaction_builder()
    nonces = [0] * ACCOUNTS
    for pairs in pairs_of_blocks:
        encoded = []
        for origin, target in pairs:
            unsigned = builder.create_unsigned_transaction(
                nonce=nonces[origin], gas_price=GAS_PRICE, gas=GAS, to=addresses[target], value=1, data=b""
            )
            encoded.append(unsigned.as_signed_transaction(signers[origin], chain_id=1).encode())
            nonces[origin] += 1

        def step(encoded=encoded):
            result = chain.mine_all([builder.decode(transaction) for transaction in encoded], gas_limit=GAS_LIMIT)
            assert len(result[1]) == len(encoded)

        yield step


# EELS

EELS_PYTHON = Path(__file__).parents[2] / "build" / "eels" / "bin" / "python"
"""The specification wants old versions of libraries that we use, so `make bench` gives it an environment of its own."""


def make_eels_steps(pairs_of_blocks):
    """Yield calls, each of which makes the specification, in a process of its own, check and apply one block of transfers."""
    script = Path(__file__).with_name("eels_transfers.py")
    with subprocess.Popen([EELS_PYTHON, script, str(ACCOUNTS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as peer:

        def ask(line):
            peer.stdin.write(f"{line}\n")
            peer.stdin.flush()
            assert peer.stdout.readline() == "done\n"

        ask(json.dumps(pairs_of_blocks))
        for _ in pairs_of_blocks:
            yield lambda: ask("apply")
        peer.stdin.close()


# Measuring


def race(contestants):
    """Return {name: seconds of its quickest block}. All take their turn in each round, another one first each time."""
    seconds = {name: [] for name in contestants}
    names = list(contestants)
    steps = {name: iter(contestants[name]) for name in names}
    for number in range(ROUNDS):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            step = next(steps[name])
            start = time.perf_counter()
            step()
            seconds[name].append(time.perf_counter() - start)
    return {name: min(times) for name, times in seconds.items()}


def make_pairs():
    """Return for each round who pays whom: nobody pays twice, anybody may be paid."""
    draw = random.Random(1)
    origins = iter(range(ROUNDS * TRANSFERS))
    return [[(next(origins), draw.randrange(ACCOUNTS)) for _ in range(TRANSFERS)] for _ in range(ROUNDS)]


def make_contestants(folder, executor, pairs):
    """Return {name: steps}: ours in memory and on disk, and the peers that are installed."""
    accounts = OurAccounts(ROUNDS * TRANSFERS)
    store = MemoryStore()
    chain = accounts.make_chain(store)
    deposits = make_deposits(accounts, chain)
    copies = [deepcopy(store), deepcopy(store)]
    transfers = make_transfers(accounts, chain, pairs)
    create_store(folder / "store")
    on_disk = SqliteStore(folder / "store")
    chain = accounts.make_chain(on_disk)
    for block in deposits:
        chain.apply_block(decode(Block, block))
    warm_up(accounts, transfers, executor)
    contestants = {
        "MiniChain": make_our_steps(accounts, transfers, copies[0], executor),
        "MiniChain, one core": make_our_steps(accounts, transfers, copies[1], None),
        "MiniChain, on disk, fsync": make_our_steps(accounts, transfers, on_disk, executor),
    }
    if importlib.util.find_spec("eth"):
        contestants["py-evm"] = make_py_evm_steps(pairs)
    if EELS_PYTHON.exists():
        contestants["EELS"] = make_eels_steps(pairs)
    return contestants


def measure_against_peers():
    """Print transfers a second, ours and theirs, and the ratios."""
    cores = os.cpu_count() or 1
    with TemporaryDirectory() as folder, ProcessPoolExecutor(cores) as executor:
        seconds = race(make_contestants(Path(folder), executor, make_pairs()))
    print(f"Blocks of {TRANSFERS} transfers between {ACCOUNTS} accounts, signatures on {cores} cores, quickest of {ROUNDS}")
    ours = seconds["MiniChain"]
    for name, time_taken in seconds.items():
        wanted = {"py-evm": AT_LEAST_PY_EVM, "EELS": AT_LEAST_EELS}.get(name)
        ratio = f"  we are {time_taken / ours:5.1f} times as fast (at least {wanted:g} is the aim)" if wanted else ""
        print(f"  {name:28} {TRANSFERS / time_taken:8.0f} transfers/s{ratio}")


# Opening after a crash

MAKE_LONG_CHAIN = """
import os, sys
from pathlib import Path
from minichain.ledger.sqlite_store import SqliteStore
from minichain.ledger.database import create_store
from tests.benchmarks.bench_ledger import OurAccounts, fill_long_chain

create_store(Path(sys.argv[1]))
fill_long_chain(SqliteStore(Path(sys.argv[1]), is_synced=False), int(sys.argv[2]))
os._exit(9)  # nobody closes anything
"""


def fill_long_chain(store, count):
    """Commit `count` blocks, each with a transfer's worth of data. They are made once and stored with other heights: nobody checks here."""
    accounts = OurAccounts(2)
    chain = accounts.make_chain(store)
    block = decode(Block, accounts.make_block(chain, [accounts.sign(0, "put", key=b"a", value=make_amount(5))]))
    chain.apply_block(block)
    committed = store.get_committed(1)
    with store.atomic():
        for height in range(2, count):
            put_copy(store, committed, height)
    for height in range(count, count + 20):  # what a crash leaves in the log
        put_copy(store, committed, height)


def put_copy(store, committed, height):
    """Commit a block that looks like `committed` at another height."""
    (transaction,) = committed.block.transactions
    payload = replace(transaction.payload, tx_id=f"{height:064x}")
    header = replace(committed.block.header, height=height)
    block = replace(committed.block, header=header, transactions=(replace(transaction, payload=payload),))
    store.commit(replace(committed, block=block, hash=height.to_bytes(32, "big")), {})


def measure_opening():
    """Print how long a chain of many blocks takes to open after its process was ended."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "store"
        done = subprocess.run([sys.executable, "-c", MAKE_LONG_CHAIN, str(path), str(LONG_CHAIN)], check=False)
        assert done.returncode == 9
        size = sum(each.stat().st_size for each in path.iterdir())
        start = time.perf_counter()
        with SqliteStore(path) as store:
            chain = Chain(store, store.get_committed(0).block, find_keyvalue_engine)
            seconds = time.perf_counter() - start
            assert chain.height == LONG_CHAIN + 19
    print(f"Opening {LONG_CHAIN} blocks ({size / 2**20:.0f} MiB) after a crash: {seconds:.2f} s")


def main():
    measure_against_peers()
    measure_opening()


if __name__ == "__main__":
    main()
