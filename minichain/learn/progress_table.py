"""The progress table as HTML and as plain text.

A state is told by a word and by the shape of its mark; colour only repeats it, in tones that stand out on a white page as on a black
one. Everything else takes the colours and the fonts of the page, so that one table serves every theme. All looks are inline, because a
notebook's page may drop a style sheet.
"""

from typing import Final

from minichain.figures.svg import element, escape
from minichain.learn.progress import Progress, Status, TestResult, to_number

_WORDS: Final = {
    "en": {
        "sum": "Progress: {points:g} of {max_points:g} points",
        "heads": "Task Points Result",
        "done": "Every test here passes. Save the notebook and hand it in.",
        "note": "These tests are the ones that you see; more of them run when your work is graded.",
        "save": "To keep this table in a file, run {call} in a cell.",
        "gap": ": ",
        "space": " ",
    },
    "zh": {
        "sum": "得分：{points:g} / {max_points:g}",
        "heads": "任务 得分 结果",
        "done": "这里的测试全部通过。请保存笔记本，然后提交。",
        "note": "这里只有看得见的测试，正式评分时还会运行更多。",
        "save": "想把这张表存成文件，就在单元格里运行 {call}。",
        "gap": "：",
        "space": "",
    },
}
_STATES: Final[dict[str, dict[Status, str]]] = {
    "en": {"passed": "passed", "failed": "failed", "error": "error", "timeout": "out of time", "not run": "not run"},
    "zh": {"passed": "通过", "failed": "未通过", "error": "出错", "timeout": "超时", "not run": "未运行"},
}
_CALL: Final = 'save_progress("progress.json")'
_FONT: Final = "var(--jp-ui-font-family, var(--vscode-font-family, system-ui, sans-serif))"
_CELL: Final = "text-align:start;vertical-align:baseline;padding:.3em 1.2em .3em 0;background:none;border:0;max-width:none"
_MARKS: Final[dict[Status, tuple[str, str]]] = {
    "passed": ("#238b57", "M3 8.5l3.5 3.5L13 4.5"),
    "failed": ("#d2455a", "M4 4l8 8M12 4l-8 8"),
    "error": ("#d2455a", "M8 2v7.5M8 13v.5"),
    "timeout": ("#b3730f", "M3.5 2.5h9L3.5 13.5h9z"),
    "not run": ("currentColor", "M4 8h8"),
}
"""Colour and path of a mark on a ground of 16 by 16: a tick, a cross, an exclamation mark, an hourglass, a dash."""


def draw_table(progress: Progress) -> str:
    """Return the table as HTML; its caption tells the points to those who hear it."""
    words = _WORDS[progress.lang]
    heads = "".join(f'<th scope="col" style="{_CELL};font-weight:600">{head}</th>' for head in words["heads"].split())
    rows = "".join(_draw_row(result, progress.lang) for result in progress.results)
    done = f'<p style="margin:.6em 0 0;font-weight:600">{words["done"]}</p>' if progress.is_complete else ""
    save = words["save"].format(call=f"<code>{escape(_CALL)}</code>")
    return (
        f'<div lang="{progress.lang}" style="font-family:{_FONT};max-width:60em;line-height:1.45">'
        '<table style="border-collapse:collapse;table-layout:auto;margin:0;font-size:inherit;border:0">'
        f'<caption style="text-align:start;padding:0 0 .4em;color:inherit"><strong role="status">{_sum_up(progress)}</strong>'
        f"{_draw_bar(progress)}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        f'{done}<p style="margin:.6em 0 0;font-size:.9em">{words["note"]}{words["space"]}{save}</p></div>'
    )


def describe_table(progress: Progress) -> str:
    """Return the table as lines of text."""
    words = _WORDS[progress.lang]
    lines = [_sum_up(progress)]
    for result in progress.results:
        why = words["gap"] + result.message if result.message else ""
        lines.append(f"  {result.label} · {_STATES[progress.lang][result.status]} · {_format_points(result)}{why}")
    if progress.is_complete:
        lines.append(words["done"])
    return "\n".join([*lines, words["note"] + words["space"] + words["save"].format(call=_CALL)])


def _sum_up(progress: Progress) -> str:
    return _WORDS[progress.lang]["sum"].format(points=progress.points, max_points=progress.max_points)


def _draw_row(result: TestResult, lang: str) -> str:
    color, path = _MARKS[result.status]
    mark = element("path", d=path, fill="none", stroke=color, stroke_width=2, stroke_linecap="round", stroke_linejoin="round")
    icon = element("svg", mark, viewBox="0 0 16 16", width=14, height=14, aria_hidden="true", style="vertical-align:-.1em")
    why = f"<div>{escape(result.message)}</div>" if result.message else ""
    return (
        '<tr style="background:none;border-top:1px solid rgba(128,128,128,.35)">'
        f'<th scope="row" style="{_CELL};font-weight:400;white-space:nowrap">{_draw_label(result)}</th>'
        f'<td style="{_CELL};white-space:nowrap;font-variant-numeric:tabular-nums">{_format_points(result)}</td>'
        f'<td style="{_CELL};overflow-wrap:anywhere;white-space:normal">{icon} {_STATES[lang][result.status]}{why}</td></tr>'
    )


def _draw_label(result: TestResult) -> str:
    """Return the name of a test, after the number of its task: names that have a number begin one below the other."""
    if result.task is None:
        return escape(result.id)
    number = f'<span style="display:inline-block;min-width:1.7em;font-variant-numeric:tabular-nums">{result.task}</span>'
    return f"{number} {escape(result.id)}"


def _draw_bar(progress: Progress) -> str:
    share = progress.points / progress.max_points if progress.max_points else 0
    ground = element("rect", width=240, height=6, rx=3, fill="#888", fill_opacity=0.35)
    done = element("rect", width=240 * share, height=6, rx=3, fill=_MARKS["passed"][0])
    return element("svg", ground, done, viewBox="0 0 240 6", width=240, height=6, aria_hidden="true", style="display:block;margin:.4em 0 0")


def _format_points(result: TestResult) -> str:
    return f"{to_number(result.earned)} / {to_number(result.points)}"
