"""Contracts: programs that a chain runs for its members, each node with the same result.

kinds, stored, values   what contracts compute with, and the bytes that it travels and is kept as
python                  the engine for contracts in a checked subset of Python
system                  system contracts: how a consortium governs itself, and the life of installed contracts
engines                 what a whole chain can run: system contracts by name, installed ones by their runtime
standards               ChainMaker's standards as contracts, in that subset
kit                     for authors: a chain in one line, time, events, gas, coverage, checks, proofs
"""
