"""MiniChain: a permissioned blockchain written to be read.

Each package is a part of the book, each file one idea, and a part imports only the parts before it. So far the book holds
`crypto`, its first part (hashes and Merkle trees); `figures` draws what the parts compute, `learn` brings both into a notebook,
and `cli` answers at a shell.
"""

__version__ = "0.1.0"
