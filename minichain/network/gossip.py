"""Gossip, the bare idea: who hears something new pushes it to a few peers, and now and then asks one what was missed.

Push and pull are the two halves of epidemic algorithms (Demers et al. 1987, "Epidemic algorithms for replicated database maintenance";
Karp et al. 2000, "Randomized rumor spreading"): pushing is quick at the beginning, when nearly everybody one meets has not heard, and
pulling at the end, when nearly everybody one asks has. Together they need about n log n messages.

The nodes are functions over plain data, for `minichain.network.functions`. They spread texts.

>>> from minichain.network.functions import run_nodes
>>> transcript = run_nodes(start, push_pull, {"names": ["A", "B", "C"], "publish": [[1, "A", "news"]], "until_ms": 500})
>>> sorted(name for name, _, delivered in transcript["steps"] if delivered)
['A', 'B', 'C']

Simplifications: everybody is believed. A production system checks what it hears before it passes it on, bounds every message, keeps a
score of its peers, and forgets what is old (Hyperledger Fabric's gossip; libp2p's GossipSub 1.1). That is lab 05.
"""

from random import Random
from typing import Any, Final

from minichain.network.functions import Node

FANOUT: Final = 2
"""To how many peers a text is pushed when it is new."""

Sends = list[list[Any]]


def start(name: str, peers: list[str], seed: int) -> Node:
    """Return a node that has heard nothing. Its ticks have a chance of their own, so that asking changes no push."""
    chances = {use: Random(f"{use} {seed} {name}") for use in ("gossip", "ticks")}
    return {"name": name, "peers": peers, "delivered": [], "chance": chances["gossip"], "ticks": chances["ticks"]}


def push_only(node: Node, event: list[Any]) -> Sends:
    """Take an event; pass on what is new, and never ask."""
    match event:
        case ["publish", text]:
            return on_texts(node, node["name"], [text])
        case ["message", sender, {"kind": "push", "texts": texts}]:
            return on_texts(node, sender, texts)
    return []


def push_pull(node: Node, event: list[Any]) -> Sends:
    """Take an event; pass on what is new, and compare notes with one peer at every tick."""
    match event:
        case ["tick"]:
            return [[node["ticks"].choice(node["peers"]), {"kind": "have", "texts": list(node["delivered"])}]]
        case ["message", sender, {"kind": "have", "texts": texts}]:
            return on_have(node, sender, texts)
        case ["message", sender, {"kind": "want", "texts": texts}]:
            return [[sender, {"kind": "push", "texts": [text for text in texts if text in node["delivered"]]}]]
    return push_only(node, event)


def on_texts(node: Node, sender: str, texts: list[str]) -> Sends:
    """Deliver what is new, and push it to a few peers."""
    new = [text for text in texts if text not in node["delivered"]]
    node["delivered"] += new
    others = [peer for peer in node["peers"] if peer != sender]
    chosen = node["chance"].sample(others, min(FANOUT, len(others))) if new else []
    return [[peer, {"kind": "push", "texts": new}] for peer in chosen]


def on_have(node: Node, sender: str, texts: list[str]) -> Sends:
    """Make up for what one of the two lacks; say nothing if neither does."""
    missing = [text for text in node["delivered"] if text not in texts]
    wanted = [text for text in texts if text not in node["delivered"]]
    answers = [("push", missing), ("want", wanted)]
    return [[sender, {"kind": kind, "texts": some}] for kind, some in answers if some]
