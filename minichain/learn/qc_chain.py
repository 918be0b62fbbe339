"""A chain of certificates to grow, and to fork: MiniChain's MaxBFT, or an engine from which a rule was taken, with one liar or two.

Lists and buttons, which a keyboard reaches as well as a mouse, add a block: in which view, on which block, and who is shown it. The rest
the engine does, see `minichain.network.fork_script`. Where widgets do not run (a notebook on a web page, a printed one, a headless run) the
picture alone is shown, as it was when the cell was run.

Simplifications: a block is named for the figure's reader, by a letter for its branch and the number of its view.
"""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import combinations
from typing import Any, Final

from minichain.figures import QcBlock, QcChain, QcMember, describe_qc_chain, draw_qc_chain
from minichain.figures.qc_chain import MAX_BLOCKS
from minichain.learn.widgets import build_list, import_widgets, render
from minichain.network.fork_script import ENGINES, GENESIS, MEMBERS, SETTINGS, Outcome, replay_script

_LETTERS: Final = "bcdefghijklmnop"
_FIRST: Final = tuple(
    {"view": view, "block": f"b{view}", "on": f"b{view - 1}" if view > 1 else GENESIS, "to": ["Ann", "Cho", "Dan"]} for view in (1, 2)
)

_WORDS: Final = {
    "en": {
        "rules": "Engine:",
        "right": "as it is",
        "no-lock": "without locks",
        "two-chain": "decides at two in a row",
        "liars": "Liars:",
        "view": "Next view:",
        "on": "Block on:",
        "to": "Shown to:",
        "nobody": "nobody else",
        "led": "{view}, led by {leader}",
        "add": "Add block",
        "back": "Take back",
        "right-is": "Members vote only where their lock lets them, and decide at three certificates in a row.",
        "no-lock-is": "Members vote for any block of a new view, whatever they are locked on.",
        "two-chain-is": "Members decide a block as soon as its child is certified, in the next view.",
        "full": "The picture is full. Take something back.",
        "branches": "A fifth branch does not fit into the picture.",
        "and": " and ",
    },
    "zh": {
        "rules": "引擎：",
        "right": "原样",
        "no-lock": "没有锁",
        "two-chain": "连着两个就决定",
        "liars": "说谎的：",
        "view": "下一视图：",
        "on": "接在：",
        "to": "给谁看：",
        "nobody": "不给别人看",
        "led": "{view}，由 {leader} 主导",
        "add": "加一个区块",
        "back": "撤回",
        "right-is": "成员只在锁允许时投票，连着三张证书才决定。",
        "no-lock-is": "只要视图是新的，成员就投票，不管自己锁在哪里。",
        "two-chain-is": "子区块在下一个视图拿到证书，成员就决定父区块。",
        "full": "图里放不下了，请先撤回一些。",
        "branches": "图里放不下第五条分支。",
        "and": " 和 ",
    },
}


class QcChainView:
    """The picture of a script's outcome, with lists and buttons to make the script longer or shorter.

    `script` is what was done, `outcome` what came of it, `chain` what the picture shows.
    """

    def __init__(self, script: Sequence[Mapping[str, Any]], *, liars: Sequence[str], rules: str, lang: str) -> None:
        """Replay the script and draw it."""
        widgets = import_widgets()
        self.script, self.lang = [dict(step) for step in script], lang
        words = _WORDS[lang]
        self._rules = build_list(words["rules"], [(words[name], name) for name in ENGINES], rules)
        groups = [("Bob",), ("Bob", "Cho")]
        self._liars = build_list(words["liars"], [(words["and"].join(group), group) for group in groups], tuple(liars))
        self._view = build_list(words["view"], [("1", 1)], 1)
        self._on = build_list(words["on"], [(GENESIS, GENESIS)], GENESIS)
        self._to = build_list(words["to"], [("", ())], ())
        self._add = widgets.Button(description=words["add"])
        self._back = widgets.Button(description=words["back"])
        self._rule, self._note, self._picture = widgets.HTML(), widgets.HTML(), widgets.HTML()
        rows = [[self._rules, self._liars], [self._view, self._on, self._to], [self._add, self._back]]
        boxes = [widgets.HBox(row, layout={"flex_flow": "row wrap"}) for row in rows]
        self._box = widgets.VBox([boxes[0], self._rule, *boxes[1:], self._note, self._picture])
        self._rules.observe(self._on_engine, names="value")
        self._liars.observe(self._on_engine, names="value")
        self._view.observe(self._on_view, names="value")
        self._add.on_click(self._on_add)
        self._back.on_click(self._on_back)
        self.outcome = self._replay()
        self.chain = make_chain(self.outcome, self._liars.value)
        self._show()

    def add(self, view: int, on: str, to: Sequence[str]) -> None:
        """Add a block as a hand would."""
        self._view.value, self._on.value, self._to.value = view, on, tuple(to)
        self._add.click()

    # What hands do

    def _on_engine(self, _change: object = None) -> None:
        """Replay the script with another engine or other liars, as far as they let it come."""
        self._note.value = ""
        self.outcome = self._replay()
        del self.script[len(self.outcome.blocks) :]
        self._show()

    def _on_add(self, _button: object = None) -> None:
        if len(self.script) >= MAX_BLOCKS:
            self._tell("full")
            return
        step = {"view": self._view.value, "block": self._make_name(), "on": self._on.value, "to": list(self._to.value)}
        self.script.append(step)
        try:
            make_chain(self._replay(), self._liars.value)
        except ValueError:
            self.script.pop()
            self._tell("branches")
            return
        self._on_engine()

    def _on_back(self, _button: object = None) -> None:
        del self.script[-1:]
        self._on_engine()

    def _on_view(self, _change: object = None) -> None:
        """Offer the blocks that the leader of the chosen view may build on: a liar on all that have certificates."""
        certified = [block.block for block in self.outcome.blocks if block.is_certified and block.view < self._view.value]
        leader = get_leader(self._view.value)
        options = [GENESIS, *certified] if leader in self._liars.value else [self.outcome.highest[leader]]
        self._on.options = [(name, name) for name in options]
        self._on.value = options[-1]

    # What is shown

    def _replay(self) -> Outcome:
        return replay_script(self.script, self._liars.value, self._rules.value)

    def _show(self) -> None:
        """Offer the next steps, and draw."""
        words = _WORDS[self.lang]
        self._rule.value = f'<p role="status">{escape(words[self._rules.value + "-is"])}</p>'
        last = max((block.view for block in self.outcome.blocks), default=0)
        turn = SETTINGS.views_per_leader
        views = {last + 1, (last // turn + 1) * turn + 1} | ({last} if last and get_leader(last) in self._liars.value else set())
        self._view.options = [(words["led"].format(view=view, leader=get_leader(view)), view) for view in sorted(views)]
        self._view.value = last + 1
        self._on_view()
        honest = [name for name in MEMBERS if name not in self._liars.value]
        groups = [group for size in range(len(honest), -1, -1) for group in combinations(honest, size)]
        self._to.options = [(", ".join(group) or words["nobody"], group) for group in groups]
        self._picture.value = render(self._draw, self.lang)

    def _draw(self) -> tuple[str, str]:
        self.chain = make_chain(self.outcome, self._liars.value)
        return draw_qc_chain(self.chain, self.lang, with_words=False), describe_qc_chain(self.chain, self.lang)

    def _tell(self, key: str) -> None:
        self._note.value = f'<p role="alert">{escape(_WORDS[self.lang][key])}</p>'

    def _make_name(self) -> str:
        """Return the name of the next block: the letter of the block below, or a new one for a new branch."""
        on, view = self._on.value, self._view.value
        names = {str(step["block"]) for step in self.script}
        is_first = all(step["on"] != on for step in self.script)
        letter = on[0] if on != GENESIS and is_first and f"{on[0]}{view}" not in names else ""
        used = {name[0] for name in names}
        return f"{letter or next(one for one in _LETTERS if one not in used)}{view}"

    def _repr_mimebundle_(self, **_options: object) -> dict[str, Any]:
        """Return the widget together with the picture and the words that stand in for it."""
        bundle: dict[str, Any] = self._box._repr_mimebundle_()
        return {**bundle, "image/svg+xml": draw_qc_chain(self.chain, self.lang), "text/plain": describe_qc_chain(self.chain, self.lang)}


def show_qc_chain(
    script: Sequence[Mapping[str, Any]] = _FIRST, *, liars: Sequence[str] = ("Bob",), rules: str = "right", lang: str = "en"
) -> QcChainView:
    """Return the chain of a script as a figure to play with; at the end of a cell it shows itself.

    `rules` is a key of `fork_script.ENGINES`, `liars` are Bob, or Bob and Cho, and `lang` is "en" or "zh". A script that is none, or that
    is too large for a picture, raises ValueError.
    """
    outcome = replay_script(script, liars, rules)
    if outcome.problem:
        raise ValueError(f"step {outcome.step + 1} of the script breaks the rule {outcome.problem!r} of scripts, see replay_script")
    make_chain(outcome, liars)
    return QcChainView(script, liars=liars, rules=rules, lang=lang)


def make_chain(outcome: Outcome, liars: Sequence[str]) -> QcChain:
    """Return the figure of what came of a script. Raises ValueError for more than can be drawn."""
    blocks = (QcBlock(one.block, one.view, one.on, one.leader, one.votes, one.is_certified) for one in outcome.blocks)
    members = (QcMember(name, outcome.locks[name], decided) for name, decided in outcome.decided.items())
    return QcChain(tuple(blocks), tuple(members), tuple(liars))


def get_leader(view: int) -> str:
    """Return who leads a view."""
    return MEMBERS[(view - 1) // SETTINGS.views_per_leader % len(MEMBERS)]
