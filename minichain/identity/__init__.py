"""Part 3, identity and policy: who someone is on a permissioned chain, and what they may do.

Certificates: `asn1` and `names` are their alphabet, `algorithms` and `extensions` their parts; `certificate` and `revocation_list`
read the two documents, `issue` writes them. `paths` decides whether a certificate leads back to a trusted root (RFC 5280, section
6), `organisations` says what an organisation issues to whom.

Members: `roles`, `member`, and `policy`, which says how many of whom must sign. `default_policies` is what a chain starts with.
`access` puts it together: an immutable value that identifies members and decides; `changes` makes the next such value, `explain`
tells in words how a decision came about.

Everything imports without a compiled package, so it also runs in the browser.
"""
