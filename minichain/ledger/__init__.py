"""Part 4, the ledger: what happened, in which order, and what the world looks like since.

What is written down: `transaction`, `rwset`, `receipt` and `block`, each a handful of frozen dataclasses; `encoding` gives every one of
them exactly one spelling in bytes, `signatures` tells who asked, `proofs` what a stranger can check.

What a transaction does: `state` is the world, a `view` of it records reads and writes, `execution` runs calls against views, with
`keyvalue` as the simplest engine. `serial` and `parallel` run whole blocks, `dag` holds their conflicts, `commitment` gives the root.

What becomes of it: `configuration` and `genesis` (what was agreed), `rules` and `validation` (one rule, one number), `pool` with `filter`
(what waits), `block_execution` and `proposal` (how a block is checked and made), `chain` (which branch counts).

Where it stays: `store` is the interface. On disk it is `sqlite_store` with `sqlite_state` and `database`; `files`, `wal`, `page_sums` and
`acknowledgement` make it survive crashes and show flipped bits, `verify` looks for them, `chain_file` and `archive` carry blocks out and
back.

All but what stays on disk runs in the browser as well.
"""
