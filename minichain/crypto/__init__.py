"""Part 1, cryptography: what makes a record hard to change and easy to check.

Hashes: read `iterated` first (the shape that every hash function here has), then one of `sha256`, `sm3`, `ripemd160` and
`keccak`, then `hashing`, which is what everything else calls. `hash_chain` binds each record to all before it. `merkle` binds a
list to one hash and proves things about it; `merkle_log` grows such a list.

Tables: `rlp` writes nested lists down in one way only. `trie` binds a table of keys and values to one hash and proves what a key
holds, or that it holds nothing; it names the order in which to read its parts.

Signatures: `weierstrass` is a curve as its definition has it, `multiples` and `jacobian` make it quick. On it stand `ecdsa` (with
`nonces`) and `sm2`; `edwards25519` carries `ed25519`. `keys` and `signing` are what everything else calls, `batch` verifies many
at once, `recovery` finds the key in a signature. `x25519` and `agreement` are for a shared secret, `sm2_encryption` for sending
one.

Ciphers: `hmac` is a digest under a key, `hkdf` makes keys from a secret and `pbkdf2` one from a password. `block_ciphers` says what
`aes` and `sm4` have in common; `gcm` makes encryption of them, and `ciphers` is what everything else calls.

Key files: `der` and `pem` are how the world writes things down, `key_encoding` says which things a key is, `key_encryption` (with
`cbc`) puts one under a password, and `key_files` reads and writes it.

`suites` binds a hash, a signature and a cipher to the two suites of which a chain picks one. `weak` is for breaking, in lessons.

Everything imports without a compiled package, so it also runs in the browser.
"""
