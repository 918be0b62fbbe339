"""The jail: warm processes from which a learner's process is forked, the walls around it, and the wires to both.

`control` carries orders, `warm` starts a process that is ready before it is needed, `nursery` is such a process and forks S, `walls` is
what S is put behind before the first byte of learner code.
"""
