"""A lesson: text, code and figure as one. What its code prints and draws is computed while the site is built, so it cannot be out of date.

A lesson is Markdown, in which four kinds of Python blocks mean more than code. A lesson's blocks share one namespace, top to bottom.

    ```python run      shows the code and, below it, what it prints and what its last expression draws
    ```python figure   shows only what its last expression draws: a figure, or a dict of figures to choose from
    ```python quiet    is run and shown folded, without what it prints: what the blocks after it need
    ```python show     shows source of this project, named and not copied: `minichain.crypto.merkle: compute_leaf_hash, compute_node_hash`

Simplifications: code of a lesson is trusted, as all code of this checkout is, and runs in the build's own process.
"""

import ast
import contextlib
import html
import importlib.util
import io
import re
import tomllib
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any, Final

from minichain.figures import (
    Avalanche,
    BlockExplorer,
    EngineChart,
    GossipSpread,
    HashChain,
    MerkleTree,
    NonceReuse,
    QcChain,
    RoundTable,
    SignatureFlow,
    TermTimeline,
    describe_avalanche,
    describe_block_explorer,
    describe_engine_chart,
    describe_gossip_spread,
    describe_hash_chain,
    describe_merkle_tree,
    describe_nonce_reuse,
    describe_qc_chain,
    describe_round_table,
    describe_signature_flow,
    describe_term_timeline,
    draw_avalanche,
    draw_block_explorer,
    draw_engine_chart,
    draw_gossip_spread,
    draw_hash_chain,
    draw_merkle_tree,
    draw_nonce_reuse,
    draw_qc_chain,
    draw_round_table,
    draw_signature_flow,
    draw_term_timeline,
)
from minichain.learn import (
    AvalancheView,
    BlockExplorerView,
    EngineChartView,
    GossipView,
    HashChainView,
    MerkleTreeView,
    NonceReuseView,
    QcChainView,
    RaftClusterView,
    RoundTableView,
    SignatureFlowView,
)

ROOT: Final = Path(__file__).resolve().parent.parent
WORDS: Final[dict[str, dict[str, str]]] = tomllib.loads((ROOT / "site/words.toml").read_text("utf-8"))
_BLOCK: Final = re.compile(r"^```python (run|figure|quiet|show)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

Draw = Callable[[Any, str], tuple[str, str]]
"""From a figure's data and a language to its picture (SVG) and what it shows in words."""


class LessonError(Exception):
    """A lesson's block does not run, or names what is not there."""


def _draw_avalanche(avalanche: Avalanche, lang: str) -> tuple[str, str]:
    return draw_avalanche(avalanche, lang, with_words=False), describe_avalanche(avalanche, lang)


def _draw_explorer(explorer: BlockExplorer, lang: str) -> tuple[str, str]:
    return draw_block_explorer(explorer, lang, with_words=False), describe_block_explorer(explorer, lang)


def _draw_spread(spread: GossipSpread, lang: str) -> tuple[str, str]:
    return draw_gossip_spread(spread, lang, with_words=False), describe_gossip_spread(spread, lang)


def _draw_engines(chart: EngineChart, lang: str) -> tuple[str, str]:
    return draw_engine_chart(chart, lang, with_words=False), describe_engine_chart(chart, lang)


def _draw_chain(chain: HashChain, lang: str) -> tuple[str, str]:
    return draw_hash_chain(chain, lang, with_words=False), describe_hash_chain(chain, lang)


def _draw_tree(tree: MerkleTree, lang: str) -> tuple[str, str]:
    return draw_merkle_tree(tree, lang, with_words=False), describe_merkle_tree(tree, lang)


def _draw_reuse(reuse: NonceReuse, lang: str) -> tuple[str, str]:
    return draw_nonce_reuse(reuse, lang, with_words=False), describe_nonce_reuse(reuse, lang)


def _draw_table(table: RoundTable, lang: str) -> tuple[str, str]:
    return draw_round_table(table, lang, with_words=False), describe_round_table(table, lang)


def _draw_certificates(chain: QcChain, lang: str) -> tuple[str, str]:
    return draw_qc_chain(chain, lang, with_words=False), describe_qc_chain(chain, lang)


def _draw_flow(flow: SignatureFlow, lang: str) -> tuple[str, str]:
    return draw_signature_flow(flow, lang, with_words=False), describe_signature_flow(flow, lang)


def _draw_terms(timeline: TermTimeline, lang: str) -> tuple[str, str]:
    return draw_term_timeline(timeline, lang, with_words=False), describe_term_timeline(timeline, lang)


FIGURES: Final[Mapping[type, Draw]] = {
    Avalanche: _draw_avalanche,
    AvalancheView: lambda view, lang: _draw_avalanche(view.avalanche, lang),
    BlockExplorer: _draw_explorer,
    BlockExplorerView: lambda view, lang: _draw_explorer(view.explorer, lang),
    GossipSpread: _draw_spread,
    GossipView: lambda view, lang: _draw_spread(view.spread, lang),
    EngineChart: _draw_engines,
    EngineChartView: lambda view, lang: _draw_engines(view.chart, lang),
    HashChain: _draw_chain,
    HashChainView: lambda view, lang: _draw_chain(view.chain, lang),
    MerkleTree: _draw_tree,
    MerkleTreeView: lambda view, lang: _draw_tree(view.tree, lang),
    NonceReuse: _draw_reuse,
    RaftClusterView: lambda view, lang: _draw_terms(view.timeline, lang),
    TermTimeline: _draw_terms,
    NonceReuseView: lambda view, lang: _draw_reuse(view.reuse, lang),
    RoundTable: _draw_table,
    RoundTableView: lambda view, lang: _draw_table(view.table, lang),
    QcChain: _draw_certificates,
    QcChainView: lambda view, lang: _draw_certificates(view.chain, lang),
    SignatureFlow: _draw_flow,
    SignatureFlowView: lambda view, lang: _draw_flow(view.flow, lang),
}
"""What a block may end with in order to draw it."""


def render_lesson(text: str, lang: str, name: str) -> str:
    """Return the lesson as plain Markdown, each block replaced by what it shows. `name` is for messages."""
    namespace: dict[str, Any] = {"__name__": "lesson"}
    numbers = count(1)

    def render(match: re.Match[str]) -> str:
        kind, source = match[1], match[2]
        where = f"{name}:{text.count(chr(10), 0, match.start()) + 1}"
        if kind == "show":
            return show_source(source, where)
        printed, value = run_block(source, namespace, where)
        if kind == "quiet":
            head = f'<details class="mc-quiet" data-search-exclude="" markdown><summary>{WORDS[lang]["quiet"]}</summary>'
            return f"{head}\n\n```python\n{source}```\n\n</details>"
        parts = [f"```python\n{source}```"] if kind == "run" else []
        if printed:
            parts.append(f'<div class="mc-output" markdown>\n\n```text title="{WORDS[lang]["output"]}"\n{printed.rstrip()}\n```\n\n</div>')
        if value is not None:
            parts.append(render_figure(value, lang, f"figure-{next(numbers)}", where))
        if kind == "figure" and value is None:
            raise LessonError(f"{where}: the block ends with nothing to draw")
        return "\n\n".join(parts)

    return _BLOCK.sub(render, text)


def run_block(source: str, namespace: dict[str, Any], where: str) -> tuple[str, Any]:
    """Run a block in `namespace` and return what it printed and the value of its last expression (None if it does not end with one)."""
    printed = io.StringIO()
    try:
        tree = ast.parse(source)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        with contextlib.redirect_stdout(printed):
            exec(compile(tree, where, "exec"), namespace)
            value = eval(compile(ast.Expression(last.value), where, "eval"), namespace) if isinstance(last, ast.Expr) else None
    except Exception as error:
        raise LessonError(f"{where}: the block does not run: {type(error).__name__}: {error}") from error
    return printed.getvalue(), value


def render_figure(value: object, lang: str, anchor: str, where: str) -> str:
    """Return a figure as HTML: its picture, and below it what it shows in words. A dict becomes a choice between its figures."""
    if not isinstance(value, dict):
        return f'<figure class="mc-figure" id="{anchor}" data-search-exclude>{_render_pane(value, lang, where)}</figure>'
    choices, panes = [], []
    for number, (label, choice) in enumerate(value.items()):
        chosen, hidden = (" checked", "") if number == 0 else ("", " hidden")
        choices.append(
            f'<label><input type="radio" name="{anchor}" value="{number}"{chosen}><span>{html.escape(str(label))}</span></label>'
        )
        pane = _render_pane(choice, lang, where)
        panes.append(f'<div class="mc-figure__pane" data-label="{html.escape(str(label))}"{hidden}>{pane}</div>')  # paper shows them all
    return (
        f'<figure class="mc-figure mc-choice" id="{anchor}" data-search-exclude>'
        f'<fieldset class="mc-choice__list"><legend>{WORDS[lang]["choose"]}</legend>{"".join(choices)}</fieldset>'
        f'<div class="mc-choice__panes" aria-live="polite">{"".join(panes)}</div></figure>'
    )


def _render_pane(value: object, lang: str, where: str) -> str:
    """Return one picture with its words. The box around it scrolls where the screen is narrow, so the keyboard must reach it."""
    draw = FIGURES.get(type(value))
    if draw is None:
        raise LessonError(f"{where}: a {type(value).__name__} is no figure; there are: {', '.join(kind.__name__ for kind in FIGURES)}")
    picture, words = draw(value, lang)
    box = f'<div class="mc-figure__box" tabindex="0" role="group" aria-label="{WORDS[lang]["scroll"]}">{picture}</div>'
    return f'{box}<div class="mc-figure__words">{html.escape(words)}</div>'


def show_source(reference: str, where: str) -> str:
    """Return a code block with the named top-level definitions of a module of this project, as they stand in its file."""
    module, _, names = reference.strip().partition(":")
    spec = importlib.util.find_spec(module.strip())
    if spec is None or spec.origin is None:
        raise LessonError(f"{where}: there is no module {module.strip()!r}")
    path = Path(spec.origin)
    lines = path.read_text("utf-8").splitlines()
    places = _find_definitions("\n".join(lines))
    shown = ""
    for name in (name.strip() for name in names.split(",")):
        if name not in places:
            raise LessonError(f"{where}: {module.strip()} has no {name!r} at its top level")
        definition = "\n".join(lines[slice(*places[name])])
        is_long = "\n" in definition or "\n" in shown
        shown += ("\n\n\n" if is_long else "\n") + definition if shown else definition
    return f'```python title="{path.relative_to(ROOT).as_posix()}"\n{shown}\n```'


def _find_definitions(source: str) -> dict[str, tuple[int, int]]:
    """Return name -> lines (first, one past the last, from 0) of what a module defines at its top level."""
    places = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            places[node.name] = (first - 1, node.end_lineno or node.lineno)
        for target in (node.target,) if isinstance(node, ast.AnnAssign) else node.targets if isinstance(node, ast.Assign) else ():
            if isinstance(target, ast.Name):
                places[target.id] = (node.lineno - 1, node.end_lineno or node.lineno)
    return places
