"""What a learner reads about a cell, in the learner's language. Written for someone who is tired and alone with it.

Of a hidden test nothing is told but a hint that the lab's author wrote for the purpose: no source, no value, no text of an exception
(learner code could put the test's inputs into one).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from autograder.labs.model import Lab
from autograder.split.facts import Facts
from autograder.split.magics import REFUSED

MAX_MESSAGE: Final = 600
_CONTROL: Final = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

_STEP: Final = re.compile(r"<cell (\d{1,6})>")

_TEXTS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "hidden": "A hidden test did not pass. Think of the smallest, the largest and the oddest input that the task allows.",
        "hidden-hint": "A hidden test did not pass. Hint: {hint}",
        "hidden-error": "Your code raised {error} on an input of a hidden test. Which inputs does the task allow that you have not tried?",
        "hidden-error-hint": "Your code raised {error} in a hidden test. Hint: {hint}",
        "assertion": "This does not hold: {line}",
        "error": "{error}: {text}",
        "error-at": "{error}: {text} (in your code: {line})",
        "error-in": "{error}: {text} (while running: {line})",
        "undecided": "Your answer is an object of a class that you wrote, and the test compares it or asks whether it is true{line}. Only "
        "plain values can be judged so: numbers, text, lists … Is that what the task asks for?",
        "program": "This test would run a text of yours as a program, which the grader does not do. The fault is the test's: please tell "
        "whoever teaches this course.",
        "refused": "Only Python runs when a notebook is graded. Take this line out, or say it in Python: {line}",
        "unanswered": "There is no answer yet: the cell still raises NotImplementedError.",
        "first": "{message}\nYour own cell before it did not run to its end: {cause}",
        "timeout": "Your code took longer than {seconds:g} s of processor time here. Look for a loop that never ends.",
        "idle": "Your code did nothing for {seconds:g} s here: it waited or slept. Nothing in this lab needs to wait.",
        "stuck": "Your code had waited or slept too often in earlier cells, so this was not run. Nothing in this lab needs to wait.",
        "partial": "The test gave {score:g} of {points:g} points.",
        "submission-timeout": "Your code had used up the processor time of the whole lab ({seconds:g} s), so this was not run.",
        "memory": "Your code asked for more memory than this lab allows ({megabytes:,.0f} MB). Do not build what you do not need at once.",
        "large": "Your code returned an answer that is too large to be looked at.",
        "killed": "Your code ended the Python process here ({how}), so this could not be run. Remove what ends it (exit, os._exit …).",
        "killed-before": "Your code had ended the Python process in an earlier cell ({how}), so this could not be run.",
        "protocol": "Your code interfered with the grader's own lines; nothing that it answered after that counts.",
        "void": "The grader was interrupted here and could not tell why. Nobody is to blame; a person will look at it.",
        "stopped": "Stopped",
        "line": "cell {cell} of the notebook, line {line}: {code}",
        "manual": "A person grades this answer.",
        "untouched": "This answer is still the text that was handed out.",
        "missing": "This answer is not in the notebook.",
        "exit": "exit code {code}",
        "signal": "signal {code}",
    },
    "zh": {
        "hidden": "有一项隐藏测试没有通过。想一想题目允许的最小、最大和最特殊的输入。",
        "hidden-hint": "有一项隐藏测试没有通过。提示：{hint}",
        "hidden-error": "在隐藏测试的某个输入上，你的代码抛出了{error}。题目允许的输入里，还有哪些你没有试过？",
        "hidden-error-hint": "在隐藏测试中，你的代码抛出了{error}。提示：{hint}",
        "assertion": "这一条不成立：{line}",
        "error": "{error}：{text}",
        "error-at": "{error}：{text}（出自你的代码：{line}）",
        "error-in": "{error}：{text}（运行到：{line}）",
        "undecided": "你的答案是一个由你自己定义的类的对象，而测试要比较它，或判断它的真假{line}。"
        "只有普通的值（数、文本、列表等）才能这样判断。请再看一下题目要求的是哪一种答案。",
        "program": "这项测试要把你写的文本当作程序来运行，评分程序不会这样做。这是测试本身的问题，请告诉任课老师。",
        "refused": "评分时只运行 Python。请去掉这一行，或改用 Python 来写：{line}",
        "unanswered": "这里还没有作答：单元格仍会抛出 NotImplementedError。",
        "first": "{message}\n在它之前，你自己的单元格没有运行完：{cause}",
        "timeout": "你的代码在这里用掉了超过 {seconds:g} 秒的处理器时间。检查一下有没有停不下来的循环。",
        "idle": "你的代码在这里有 {seconds:g} 秒什么也没做：它在等待或休眠。本实验不需要等待。",
        "stuck": "你的代码在前面的单元格里等待或休眠的次数太多，所以这里没有运行。本实验不需要等待。",
        "partial": "这项测试给了 {score:g} 分（满分 {points:g} 分）。",
        "submission-timeout": "你的代码已经用完整个实验的处理器时间（{seconds:g} 秒），所以这里没有运行。",
        "memory": "你的代码要用的内存超过了本实验的上限（{megabytes:,.0f} MB）。不要一次生成用不着的数据。",
        "large": "你的代码返回的结果太大，无法检查。",
        "killed": "你的代码在这里结束了 Python 进程（{how}），所以无法继续。请去掉结束进程的语句（exit、os._exit 等）。",
        "killed-before": "你的代码在前面的单元格里结束了 Python 进程（{how}），所以这里无法运行。",
        "protocol": "你的代码干扰了评分程序的通信，此后它的回答都不算数。",
        "void": "评分程序在这里被打断，原因不明。这不怪任何人，会有人来查看。",
        "stopped": "已停止",
        "line": "笔记本第 {cell} 个单元格，第 {line} 行：{code}",
        "manual": "这道题由人工评分。",
        "untouched": "这里仍是发下来时的原文。",
        "missing": "笔记本里没有这道题的答案。",
        "exit": "退出码 {code}",
        "signal": "信号 {code}",
    },
}


def get_text(lang: str | None, key: str, **values: object) -> str:
    """Return one of the texts above, filled in; a language that is not there gets English."""
    return _TEXTS[lang if lang in _TEXTS else "en"][key].format(**values)


def describe_facts(facts: Facts, lab: Lab, lang: str | None, cause: str = "") -> str:
    """Return what a learner reads about a test that did not pass. `cause` is what stopped the learner's own cells before it."""
    if facts.ending in ("timeout", "test-timeout"):
        return get_text(lang, "timeout", seconds=lab.limits.cpu_seconds)
    if facts.ending == "idle":
        return get_text(lang, "idle", seconds=lab.limits.idle_seconds)
    if facts.ending in ("large", "protocol", "program"):
        return get_text(lang, facts.ending)
    if facts.error == "MemoryError" and facts.is_builtin_error:
        return get_text(lang, "memory", megabytes=lab.limits.memory_bytes / 1e6)
    if facts.error == "NotImplementedError" and facts.is_builtin_error and facts.student_lines:
        return get_text(lang, "unanswered")
    if facts.hidden:
        return _describe_hidden(facts, lab, lang)
    if facts.ending == "undecided":
        shown = f"（{facts.test_line}）" if lang == "zh" else f" ({facts.test_line})"
        return clean(get_text(lang, "undecided", line=shown if facts.test_line else ""))
    if facts.ending == "assertion":
        return clean(facts.text or get_text(lang, "assertion", line=facts.test_line))
    message = describe_error(facts, lang)
    return clean(get_text(lang, "first", message=message, cause=cause)) if cause and facts.error == "NameError" else clean(message)


def describe_error(facts: Facts, lang: str | None) -> str:
    """Return an exception in one line, with the line of code that it came from: the learner's own if there is one."""
    if is_refusal(facts):
        return clean(get_text(lang, "refused", line=facts.student_lines[-1][2] if facts.student_lines else facts.test_line))
    values = {"error": facts.error, "text": facts.text}
    if facts.student_lines and facts.student_lines[-1][2]:
        return clean(get_text(lang, "error-at", line=facts.student_lines[-1][2], **values))
    return clean(get_text(lang, "error-in", line=facts.test_line, **values) if facts.test_line else get_text(lang, "error", **values))


def is_refusal(facts: Facts) -> bool:
    """Answer whether a line stopped a cell that is not Python."""
    return facts.error == "RuntimeError" and facts.is_builtin_error and facts.text == REFUSED


def describe_end(facts: Facts, lab: Lab, lang: str | None, places: Sequence[int]) -> tuple[str, str, list[str]]:
    """Return what stopped a cell, as a notebook shows an error: its name, its text, and the learner's lines that led there.

    `places` has for each step of the run the place of its cell in the notebook, from 0.
    """
    if not facts.error:  # nothing was raised: a limit was reached, the process is gone
        return get_text(lang, "stopped"), describe_facts(facts, lab, lang), []
    if is_refusal(facts):
        return get_text(lang, "stopped"), describe_error(facts, lang), []
    lines = []
    for where, line, code in facts.student_lines:
        match = _STEP.fullmatch(where)
        if match and int(match[1]) < len(places):
            lines.append(get_text(lang, "line", cell=places[int(match[1])] + 1, line=line, code=mend(code)))
    return mend(facts.error), clean(facts.text), lines


def clean(text: str) -> str:
    """Return a text without control characters, terminal escapes and reversed writing, cut to a length that is still read."""
    text = _CONTROL.sub("", mend(text))
    return text if len(text) <= MAX_MESSAGE else text[: MAX_MESSAGE - 1] + "…"


def mend(text: str) -> str:
    """Return a text that any file or database can hold: halves of characters (lone surrogates) become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _describe_hidden(facts: Facts, lab: Lab, lang: str | None) -> str:
    hint = _find_hint(facts.text, lab, lang)
    if facts.ending in ("assertion", "undecided"):
        return get_text(lang, "hidden-hint", hint=hint) if hint else get_text(lang, "hidden")
    error = facts.error if facts.is_builtin_error else "an exception"
    if lang == "zh":
        error = f" {facts.error}" if facts.is_builtin_error else "异常"
    return get_text(lang, "hidden-error-hint", error=error, hint=hint) if hint else get_text(lang, "hidden-error", error=error)


def _find_hint(text: str, lab: Lab, lang: str | None) -> str:
    """Return the hint for the text of a failed assertion, found by the key that both have in lab.toml.

    A text may be made of several, joined by " + " (a story, and what went wrong in it): then its hint is made of theirs.
    """
    texts: Mapping[str, str] = lab.texts.get(lang or "", {})
    hints: Mapping[str, str] = lab.hints.get(lang or "", {})
    found = [
        next((hints[key] for key, known in texts.items() if known == part and key in hints), "") for part in (text, *text.split(" + "))
    ]
    if found[0]:
        return found[0]
    return ("" if lang == "zh" else " ").join(found[1:]) if all(found[1:]) else ""
