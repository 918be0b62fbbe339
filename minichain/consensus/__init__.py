"""Part 6: consensus. How members that do not trust each other, on a network that loses messages, come to one chain.

Every engine is a pure state machine (`machine`): `solo`, proof of work (`pow_*`), `raft_*`, `tbft_*` (Tendermint) and `maxbft_*` (chained
HotStuff). What they share: who decides and how much of them is enough (`quorum`, `validators`), and what they sign (`signatures`).
"""
