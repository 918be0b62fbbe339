"""The command reference: a page for each program, made from its typer application while the site is built, so no copy can go stale.

Help texts are English, as the programs print them; the words around them are in the page's language. Typer's own writer of such pages
(`typer … utils docs`) cuts the summaries of commands and puts all into one list; what it reads here is the same.
"""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import typer
from lessons import WORDS

import autograder.cli.app
import minichain.cli

PROGRAMS: Final = {"minichain": minichain.cli.app, "autograder": autograder.cli.app.app}
_MARKUP: Final = re.compile(r"\[(/?)(bold|dim|italic|yellow|red|green)\]")
_AS_PRINTED: Final = "\b"  # click's mark before a paragraph that keeps its lines


def write_commands(lang: str, folder: Path) -> dict[str, str]:
    """Write the pages into `folder`, and return their titles with their files."""
    words = WORDS[lang]
    pages = {}
    for name, app in PROGRAMS.items():
        meta = {
            "title": words["commands-title"].format(name=name),
            "description": words["commands-about"].format(name=name),
            "introduction": words["commands-introduction"].format(name=name),
            "template": "reference.html",
        }
        body = "\n\n".join(render_command(command, path, lang) for path, command in walk(typer.main.get_command(app), (name,)))
        pages[meta["title"]] = f"{name}-command.md"
        (folder / pages[meta["title"]]).write_text(f"---\n{json.dumps(meta, ensure_ascii=False)}\n---\n\n{body}\n", "utf-8")
    return pages


def walk(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield a command and all that are below it, each with the words that call it."""
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        if not below.hidden:
            yield from walk(below, (*path, name))


def render_command(command: Any, path: tuple[str, ...], lang: str) -> str:
    """Return what there is to say about one command as Markdown: how it is called, what it does, its arguments, options and commands."""
    words = WORDS[lang]
    called = " ".join(path)
    context = typer.Context(command, info_name=called)
    usage = " ".join([called, *command.collect_usage_pieces(context)])
    parts = [] if len(path) == 1 else [f"## {called} {{ #{'-'.join(path)} }}"]
    parts += [f"```console\n$ {usage}\n```", render_help(command.help or "")]
    for kind in ("argument", "option"):
        shown = [parameter for parameter in command.params if parameter.param_type_name == kind and not parameter.hidden]
        rows = [record for record in (parameter.get_help_record(context) for parameter in shown) if record]
        if rows:
            parts.append(_render_list(lang, words[f"commands-{kind}s"], ((html.escape(term), _escape(text)) for term, text in rows)))
    below = [(name, each) for name, each in getattr(command, "commands", {}).items() if not each.hidden]
    if below:
        links = ((f'<a href="#{"-".join((*path, name))}">{name}</a>', _escape(get_summary(each))) for name, each in below)
        parts.append(_render_list(lang, words["commands-commands"], links))
    return "\n\n".join(parts)


def render_help(text: str) -> str:
    """Return a help text as Markdown: a paragraph that keeps its lines is an example to type.

    >>> render_help("Sum [bold]it[/bold] up.\\n\\n\\b\\nsum 1 2")
    '<p>Sum <strong>it</strong> up.</p>\\n\\n```console\\nsum 1 2\\n```'
    """
    parts = []
    for paragraph in text.strip().split("\n\n"):
        if paragraph.startswith(_AS_PRINTED):
            parts.append(f"```console\n{paragraph.removeprefix(_AS_PRINTED).strip()}\n```")
        else:
            parts.append(f"<p>{_escape(paragraph)}</p>")
    return "\n\n".join(parts)


def get_summary(command: Any) -> str:
    """Return the first paragraph of a command's help."""
    return str(command.help or "").split("\n\n")[0]


def _escape(text: str) -> str:
    """Return a help text as HTML; what is between backticks is code."""
    text = html.escape(" ".join(text.split()), quote=False)
    text = _MARKUP.sub(lambda tag: f"<{tag[1]}strong>", text)
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", text)


def _render_list(lang: str, title: str, rows: Any) -> str:
    entries = "".join(f"<dt><code>{term}</code></dt><dd>{text}</dd>" for term, text in rows)
    return f'<p class="mc-reference__kind" lang="{lang}">{title}</p>\n<dl class="mc-reference__list">{entries}</dl>'
