"""`make bench`: each benchmark runs us and a peer in turn, in one run, and prints the ratio."""

from tests.benchmarks import (
    bench_batch,
    bench_ciphers,
    bench_consensus,
    bench_contracts,
    bench_execution,
    bench_grader,
    bench_identity,
    bench_ledger,
    bench_merkle,
    bench_records,
    bench_signatures,
    bench_trie,
)

bench_merkle.main()
print()
bench_trie.main()
print()
bench_signatures.main()
print()
bench_ciphers.main()
print()
bench_identity.main()
print()
bench_execution.main()
print()
bench_ledger.main()
print()
bench_consensus.main()
print()
bench_contracts.main()
print()
bench_grader.main()
print()
bench_batch.main()
print()
bench_records.main()
