"""System contracts: how a consortium governs itself. They are part of the node, and do what no member's contract can.

Who decides: every change needs the signatures that its policy asks for (`identity.default_policies`), on one transaction, or vote by vote
with `multi_sign`, whose `ballots` say what is signed.

What is decided: `chain_config` (organisations, policies, limits), `cert_manage` and `pubkey_manage` (members), `contract_manage` with
`lifecycle` (contracts), and `contract_access` (which system contracts are open). `beliefs` is where the first three meet: what they
change counts from the next block on.

What is seen: `ledger.changes_log` has an entry for every change, and `chain_query` reads it out, with blocks and transactions.

`find` puts it together: from a contract's name to its engine, with the `runtimes` that a chain has. `engine` is what all have in common.

The contracts and methods have ChainMaker's names, and parameters of the same names where it has them; each module says what is left out.
"""
