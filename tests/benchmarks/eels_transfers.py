"""The Ethereum execution specification (EELS, Cancun) as a contestant of `bench_ledger`: blocks of transfers, applied when told.

It runs in an environment of its own, with nothing of ours: it reads who pays whom in each block as one line of JSON and answers "done";
then every further line makes it check and apply the next block, and answer "done" again.
"""

import json
import sys
from dataclasses import replace

import coincurve
from ethereum.crypto.hash import Hash32, keccak256
from ethereum.forks.cancun import fork, state, transactions, trie, vm
from ethereum.forks.cancun.fork_types import Account, Address
from ethereum_types.bytes import Bytes, Bytes32
from ethereum_types.numeric import U64, U256, Uint

GAS, GAS_PRICE, GAS_LIMIT = 21_000, 2 * 10**9, 10**9


def make_world(addresses):
    """Return the state in which every address has money, its root computed."""
    world = state.State()
    for address in addresses:
        state.set_account(world, address, Account(Uint(0), U256(10**24), Bytes(b"")))
    state.state_root(world)
    return world


def sign_transfer(signer, nonce, target):
    """Return a signed transfer of 1."""
    unsigned = transactions.LegacyTransaction(
        U256(nonce), Uint(GAS_PRICE), Uint(GAS), target, U256(1), Bytes(b""), U256(37), U256(0), U256(0)
    )
    signature = signer.sign_recoverable(transactions.signing_hash_155(unsigned, U64(1)), hasher=None)
    r, s, v = U256.from_be_bytes(signature[:32]), U256.from_be_bytes(signature[32:64]), U256(37 + signature[64])
    return replace(unsigned, v=v, r=r, s=s)


def apply_block(world, height, signed):
    """Check and apply the transfers of one block, and compute its roots."""
    environment = vm.BlockEnvironment(
        chain_id=U64(1),
        state=world,
        block_gas_limit=Uint(GAS_LIMIT),
        block_hashes=[],
        coinbase=Address(bytes(20)),
        number=Uint(height),
        base_fee_per_gas=Uint(10**9),
        time=U256(height),
        prev_randao=Bytes32(bytes(32)),
        excess_blob_gas=U64(0),
        parent_beacon_block_root=Hash32(bytes(32)),
    )
    output = fork.apply_body(environment, signed, ())
    state.state_root(world)
    trie.root(output.transactions_trie)
    trie.root(output.receipts_trie)
    assert output.block_gas_used == Uint(GAS) * Uint(len(signed))


def main():
    signers = [coincurve.PrivateKey(number.to_bytes(32, "big")) for number in range(1, int(sys.argv[1]) + 1)]
    addresses = [Address(keccak256(signer.public_key.format(compressed=False)[1:])[12:]) for signer in signers]
    world, nonces, blocks = make_world(addresses), [0] * len(signers), []
    for pairs in json.loads(sys.stdin.readline()):
        signed = []
        for origin, target in pairs:
            signed.append(sign_transfer(signers[origin], nonces[origin], addresses[target]))
            nonces[origin] += 1
        blocks.append(tuple(signed))
    print("done", flush=True)
    for height, signed in enumerate(blocks, 1):
        sys.stdin.readline()
        apply_block(world, height, signed)
        print("done", flush=True)


if __name__ == "__main__":
    main()
