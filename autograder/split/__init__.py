"""Split grading: the learner's code in one process (S), the tests in another (T), typed plain data between them.

T decides every verdict and never runs learner code. In the order of reading:

- source text: `magics`, `cells`, `solution` (what the lab's own solution allows a learner to do to a test)
- what crosses: `wire`, `library` (with `standard`, `arrays`, `frames`), `values`, `operators`
- S: `student`, `naming` (its objects, by number), `borrowed` (what a test lends it), `printing`
- T: `service`, `tester`, `session`, `exchange`, `proxies` (the learner's objects), `raised` (exceptions), `namespace`,
  `lending`, `copyback`
- both: `mirror` (random numbers), `workspace` (files), and T again: `source`, `facts`, `programs` (what a test may run), `withholding`
"""
