"""Industry: one contract suite a sector, in the subset of Python that contracts are written in.

`receivables` is the pattern: `contract.py` is source, never imported; `invariants.py` says what must hold whatever anybody calls; the
package's docstring tells what it is about, where that is from, and what the model leaves out.
"""
