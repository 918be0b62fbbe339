"""What figures to play with have in common: ipywidgets where it is installed, lists to choose from, a picture and the same in words.

Simplifications: none. ipywidgets is an extra, so nothing here imports it before a figure is asked for.
"""

from collections.abc import Callable
from html import escape
from typing import Any, Final

from minichain.learn.time_limit import TimeIsUp, limit_time

NONE: Final = -1
"""What a list holds for "nothing chosen": ipywidgets shows a choice whose value is None as a blank."""

_WORDS: Final = "max-width:38rem;margin:.5rem 0;line-height:1.6"
"""The style of the sentences below a picture, which a screen reader announces when they change, and a narrow screen can break."""


def import_widgets() -> Any:
    """Return ipywidgets. Raises ImportError with what to install."""
    try:
        import ipywidgets
    except ImportError:
        raise ImportError("the figure needs ipywidgets, which is not installed: pip install 'minichain[learn]'") from None
    return ipywidgets


def build_list(label: str, options: list[tuple[str, Any]], chosen: Any) -> Any:
    """Return a drop-down list of (text, value), its label in front."""
    styles = {"style": {"description_width": "initial"}, "layout": {"width": "max-content", "max_width": "100%"}}
    return import_widgets().Dropdown(options=options, value=chosen, description=label, **styles)


def to_choice(number: int | None) -> int:
    """Return what a list holds for `number`."""
    return NONE if number is None else number


def to_number(choice: int) -> int | None:
    """Return what a choice of a list stands for."""
    return None if choice == NONE else choice


def render(draw: Callable[[], tuple[str, str]], lang: str) -> str:
    """Return as HTML what `draw` makes, a picture and the same in words.

    A widget's callback runs outside of all cells, so it has a time limit of its own; what breaks it is told in the figure's place.
    """
    try:
        with limit_time(lang=lang):
            picture, words = draw()
    except TimeIsUp as error:
        return f'<p role="alert" style="white-space:pre-line">{escape(str(error))}</p>'
    return f'{picture}<p role="status" style="{_WORDS}">{escape(words)}</p>'
