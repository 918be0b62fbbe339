"""Contracts in Python: a subset that is checked, compiled to closures and metered. Contract code never runs as host Python.

Read it in this order: `errors`, `gas` (what things cost, and every bound), `scan` (what may reach Python's parser at all), `subset` (the
rules, and what to write instead), `parts`, `check` with `body`, `calls`, `scopes` and `annotations` (who breaks them), `machine` (what a
call knows), `operations`, `items`, `builtins`, `methods` and `host` (what there is to call), `pieces`, `expressions`, `invocations`,
`comprehensions`, `steps`, `assignments` and `statements` (from the syntax tree to closures), `engine`.
"""
