"""Contracts: programs that a chain runs for its members, each node with the same result."""
