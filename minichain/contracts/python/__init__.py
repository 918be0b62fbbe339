"""Contracts in Python: a subset that is checked, compiled to closures and metered. Contract code never runs as host Python.

Read it in this order: `errors`, `gas` (what things cost, and every bound), `scan` (what may reach Python's parser at all), `subset` (the
rules, and what to write instead), `check` with `scopes` and `annotations` (who breaks them), `machine` (what a call knows),
`operations`, `builtins`, `methods` and `host` (what there is to call), `expressions`, `statements` and `compile` (from the syntax tree to
closures), `engine`.
"""
