"""What came of an attacker's script, in words: which step is not possible and why, or who stands where when nobody contradicts anybody.

>>> print(tell_attack([{"view": 1, "block": "b1", "on": "b0", "to": ["Cho"]}], ["Bob"], "no-lock"))
step 1: nobody has made b0, on which b1 should stand. The first block of a branch stands on genesis.

Simplifications: locks are told as they are when the story ends, not as they were when somebody refused a vote.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from minichain.network.fork_script import GENESIS, MOST_STEPS, Outcome, ShownBlock, get_leader, replay_script

_WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "list": "the script must be a list of steps.",
        "step": "step {number}: {said}",
        "many": "a script has at most {most} steps.",
        "keys": "a step is a dict with exactly the keys view, block, on and to.",
        "number": "view must be a whole number, from 1.",
        "text": "block and on must be texts, and block must not be empty.",
        "new": "the name {block} is taken. Each block needs a new one.",
        "members": "to must be a list of members, out of {names}.",
        "back": "view {view} is earlier than that of the step before. Views never go back.",
        "below": "view {view} is not later than that of {on}, on which {block} should stand.",
        "unknown": "nobody has made {on}, on which {block} should stand. The first block of a branch stands on genesis.",
        "uncertified": "{on}, on which {block} should stand, has no certificate. Its votes: {votes}; {needed} of {count} are needed. {why}",
        "unseen": "{name} was not shown it.",
        "refused": "{name} was shown it and found it not safe to vote (locked on {lock}, decided: {decided}).",
        "second": "{leader} is honest and has made a block in view {view} already: one a view.",
        "honest": "{leader}, who leads view {view}, is honest and builds on the best certificate they know: on {best}, not on {on}.",
        "peace": "nobody honest contradicts another one. In the end: {members} {blocks}",
        "member": "{name} has decided {decided}, and is locked on {lock}.",
        "open": "Without a certificate: {names}.",
        "nothing": "nothing",
        "and": ", ",
        "stop": " ",
    },
    "zh": {
        "list": "脚本要是步骤的列表。",
        "step": "第 {number} 步：{said}",
        "many": "脚本至多 {most} 步。",
        "keys": "一步是一个字典，键恰好是 view、block、on 和 to。",
        "number": "view 要是从 1 起的整数。",
        "text": "block 和 on 要是文本，block 不能为空。",
        "new": "{block} 这个名字已经用过了。每个区块要有新名字。",
        "members": "to 要是成员的列表，从 {names} 里选。",
        "back": "视图 {view} 比前一步的早。视图不能往回走。",
        "below": "视图 {view} 不比 {on} 的晚，而 {block} 要接在它后面。",
        "unknown": "{block} 要接在 {on} 后面，而 {on} 谁也没有造过。一条分支的第一个区块接在 genesis 后面。",
        "uncertified": "{block} 要接在 {on} 后面，而 {on} 没有证书。投票给它的：{votes}；{count} 票里要有 {needed} 票。{why}",
        "unseen": "{name} 没有看到它。",
        "refused": "{name} 看到了，认为投票不安全（锁在 {lock} 上，已决定：{decided}）。",
        "second": "{leader} 是诚实的，在视图 {view} 已经造过一个区块：每个视图只造一个。",
        "honest": "视图 {view} 由 {leader} 主导，这是诚实的成员，会接在自己所知道的最好的证书上：接 {best}，不接 {on}。",
        "peace": "诚实的成员没有互相矛盾。到最后：{members}{blocks}",
        "member": "{name} 已决定：{decided}，锁在 {lock} 上。",
        "open": "没有证书的：{names}。",
        "nothing": "无",
        "and": "、",
        "stop": "",
    },
}


def tell_attack(script: Any, liars: Sequence[str], rules: str, lang: str = "en") -> str:
    """Replay a script, and tell in the language `lang` ("en" or "zh") why it makes no fork; nothing if it does."""
    words = _WORDS[lang]
    if not isinstance(script, list):
        return words["list"]
    outcome = replay_script(script, liars, rules)
    if outcome.problem:
        said = _tell_problem(outcome, script[outcome.step], liars, words)
        return words["step"].format(number=outcome.step + 1, said=said)
    return "" if outcome.fork else _tell_peace(outcome, words)


def _tell_problem(outcome: Outcome, step: Any, liars: Sequence[str], words: Mapping[str, str]) -> str:
    """Return what is wrong with a step."""
    known: dict[str, Any] = {"most": MOST_STEPS, "names": words["and"].join(outcome.members)}
    if isinstance(step, dict):
        known |= {key: step.get(key) for key in ("view", "block", "on")}
    if outcome.problem in ("second", "honest"):
        leader = get_leader(outcome.members, step["view"])
        known |= {"leader": leader, "best": outcome.highest[leader]}
    if outcome.problem == "uncertified":
        block = next(one for one in outcome.blocks if one.block == step["on"])
        count = len(outcome.members)
        known |= {"votes": words["and"].join(block.votes) or words["nothing"], "count": count, "needed": 2 * count // 3 + 1}
        known["why"] = words["stop"].join(_tell_silence(outcome, block, name, words) for name in outcome.decided if name not in block.votes)
    return words[outcome.problem].format(**known)


def _tell_silence(outcome: Outcome, block: ShownBlock, name: str, words: Mapping[str, str]) -> str:
    """Return why an honest member did not vote for a block."""
    saw_it = name in block.to or name == block.leader
    decided = words["and"].join(outcome.decided[name]) or words["nothing"]
    return words["refused" if saw_it else "unseen"].format(name=name, lock=outcome.locks[name], decided=decided)


def _tell_peace(outcome: Outcome, words: Mapping[str, str]) -> str:
    """Return where everybody stands after a script without a fork."""
    said = [
        words["member"].format(name=name, decided=words["and"].join(decided) or words["nothing"], lock=outcome.locks[name])
        for name, decided in outcome.decided.items()
    ]
    bare = [one.block for one in outcome.blocks if not one.is_certified and one.block != GENESIS]
    blocks = words["open"].format(names=words["and"].join(bare)) if bare else ""
    return words["peace"].format(members=words["stop"].join(said), blocks=blocks).strip()
