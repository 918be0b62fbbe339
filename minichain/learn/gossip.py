"""Gossip to play with: lose a message, and see who still hears of the record.

Each message of the picture has a number, and below stands a button for each number; a mouse, a finger or a keyboard (Tab, Space) presses
it, and the message is lost. Then the network runs again, with the same chance, so that everything that does not depend on the lost message
stays as it was. A list chooses whether nodes push alone, or push and pull. Where widgets do not run, the picture alone is shown.

Simplifications: the network is a loop of a few lines, in which the delay of a message depends on nothing but its name, so that losing one
message changes no other's. The simulator (`minichain.network.simulator`) draws delays in the order in which messages leave.
"""

import heapq
from collections.abc import Mapping
from random import Random
from typing import Any, Final

from minichain.figures.gossip_spread import GossipSpread, Passing, describe_gossip_spread, draw_gossip_spread
from minichain.learn.widgets import build_list, import_widgets, render
from minichain.network.gossip import push_only, push_pull, start

Link = tuple[str, str, str, int]
"""Which message: its sender, its recipient, its kind, and how many of this kind went from the one to the other before."""

NAMES: Final = ("A", "B", "C", "D", "E", "F")
UNTIL_MS: Final = {"push": 160, "push-pull": 260}
TICK_MS: Final = 100
DELAY_MS: Final = (8, 40)
TEXT: Final = "news"

_STEPS: Final = {"push": push_only, "push-pull": push_pull}
_WORDS: Final = {
    "en": {
        "mode": "The nodes:",
        "push": "push",
        "push-pull": "push and pull",
        "lose": "Lose message:",
        "restore": "Restore all",
        "tip": "{sender} to {recipient}",
    },
    "zh": {
        "mode": "节点会：",
        "push": "推送",
        "push-pull": "推送和拉取",
        "lose": "让消息丢失：",
        "restore": "全部恢复",
        "tip": "{sender} 发给 {recipient}",
    },
}


def run_gossip(
    mode: str, lost: frozenset[Link], seed: int, numbers: Mapping[Link, int] | None = None
) -> tuple[GossipSpread, tuple[Link, ...]]:
    """Let a record spread from A; return what the figure shows, and which message each line of it is.

    Messages are called by `numbers`; those that are not among them get the numbers that follow.

    >>> spread, links = run_gossip("push", frozenset(), 1)
    >>> len(spread.messages) == len(links) == 12
    True
    """
    nodes = {name: start(name, [other for other in NAMES if other != name], seed) for name in NAMES}
    queue: list[tuple[int, int, str, list[Any]]] = [(10, 0, "A", ["publish", TEXT])]
    ticks = [(at_ms, name) for name in NAMES for at_ms in range(Random(f"{seed} {name}").randrange(TICK_MS), UNTIL_MS[mode], TICK_MS)]
    queue += [(at_ms, number, name, ["tick"]) for number, (at_ms, name) in enumerate(ticks, 1)]
    heapq.heapify(queue)
    messages, links, heard, count, known = list[Passing](), list[Link](), dict[str, int](), len(queue), dict(numbers or {})
    while queue and queue[0][0] <= UNTIL_MS[mode]:
        now_ms, _, name, event = heapq.heappop(queue)
        for recipient, message in _STEPS[mode](nodes[name], event):
            named = name, recipient, message["kind"]
            link = (*named, sum(one[:3] == named for one in links))
            number = known.setdefault(link, len(known) + 1)
            arrived_ms = None if link in lost else now_ms + Random(f"{seed} {link}").randint(*DELAY_MS)
            messages.append(Passing(name, recipient, now_ms, arrived_ms, message["kind"] == "push", number))
            links.append(link)
            if arrived_ms is not None:
                heapq.heappush(queue, (arrived_ms, count := count + 1, recipient, ["message", name, message]))
        if nodes[name]["delivered"]:
            heard.setdefault(name, now_ms)
    return GossipSpread(NAMES, UNTIL_MS[mode], tuple(messages), tuple(heard.items())), tuple(links)


def number_pushes(seed: int) -> dict[Link, int]:
    """Return the numbers of the messages that are sent when nodes push alone and nothing is lost: they keep them in every other run."""
    return {link: number for number, link in enumerate(run_gossip("push", frozenset(), seed)[1], 1)}


class GossipView:
    """The picture of a spreading record, a button for each message, and a list of how nodes spread it.

    `spread` is what the picture shows now, and `lost` which messages are lost.
    """

    def __init__(self, *, mode: str = "push", seed: int = 13, lang: str = "en") -> None:
        """Draw the spread with nothing lost."""
        widgets, words = import_widgets(), _WORDS[lang]
        self.lang, self.seed, self.lost = lang, seed, frozenset[Link]()
        self._numbers = number_pushes(seed)
        self.spread, self.links = run_gossip(mode, self.lost, seed, self._numbers)
        self._buttons: dict[Link, Any] = {}
        self._mode = build_list(words["mode"], [(words[name], name) for name in _STEPS], mode)
        self._restore = widgets.Button(description=words["restore"])
        self._row = widgets.Box(layout={"flex_flow": "row wrap"})
        self._picture = widgets.HTML()
        self._box = widgets.VBox([self._mode, self._picture, widgets.Label(words["lose"]), self._row, self._restore])
        self._mode.observe(self._on_mode, names="value")
        self._restore.on_click(self._on_restore)
        self._show()

    def lose(self, *numbers: int) -> None:
        """Lose messages, or let them arrive again, as a hand would: one after the other, by their numbers."""
        for number in numbers:
            button = self._buttons[next(link for link in self.links if self._numbers[link] == number)]
            button.value = not button.value

    def choose(self, mode: str) -> None:
        """Choose "push" or "push-pull", as a hand would."""
        self._mode.value = mode

    def _on_mode(self, _change: object = None) -> None:
        self._show()

    def _on_restore(self, _button: object = None) -> None:
        self.lost, self._numbers = frozenset(), number_pushes(self.seed)
        self._buttons.clear()
        self._show()

    def _on_press(self, link: Link, is_lost: bool) -> None:
        self.lost = self.lost | {link} if is_lost else self.lost - {link}
        self._show()

    def _show(self) -> None:
        self._picture.value = render(self._draw, self.lang)
        self._row.children = [self._get_button(link) for link in sorted(self.links, key=self._numbers.__getitem__)]

    def _draw(self) -> tuple[str, str]:
        self.spread, self.links = run_gossip(self._mode.value, self.lost, self.seed, self._numbers)
        for link in self.links:
            self._numbers.setdefault(link, len(self._numbers) + 1)
        return draw_gossip_spread(self.spread, self.lang, with_words=False), describe_gossip_spread(self.spread, self.lang)

    def _get_button(self, link: Link) -> Any:
        """Return the button of a message. It is kept as long as there is that message, so that it keeps the keyboard's focus."""
        if link not in self._buttons:
            tip = _WORDS[self.lang]["tip"].format(sender=link[0], recipient=link[1])
            button = import_widgets().ToggleButton(tooltip=tip, layout={"width": "auto", "min_width": "5.2em"}, value=link in self.lost)
            button.observe(lambda change: self._on_press(link, change["new"]), names="value")
            self._buttons[link] = button
        button = self._buttons[link]
        button.description = f"{'✗ ' if link in self.lost else ''}{self._numbers[link]} {link[0]}→{link[1]}"
        return button

    def _repr_mimebundle_(self, **_options: object) -> dict[str, Any]:
        """Return the widget together with the picture and the words that stand in for it."""
        bundle: dict[str, Any] = self._box._repr_mimebundle_()
        picture, words = draw_gossip_spread(self.spread, self.lang), describe_gossip_spread(self.spread, self.lang)
        return {**bundle, "image/svg+xml": picture, "text/plain": words}


def show_gossip(*, mode: str = "push", seed: int = 13, lang: str = "en") -> GossipView:
    """Return a record that spreads among six nodes, with messages to lose; at the end of a cell it shows itself.

    `mode` is "push" or "push-pull", and `lang` "en" or "zh". Raises ImportError where ipywidgets is missing.
    """
    return GossipView(mode=mode, seed=seed, lang=lang)
