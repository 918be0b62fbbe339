"""What the feedback pages say, in both languages.

Findings come from the grader as terse English, for records and logs; a learner reads what happened in kind words, and what it means.
A finding that is not known here is shown as it is.
"""

import re
from datetime import UTC, datetime
from typing import Final

WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "html-lang": "en",
        "feedback": "Feedback",
        "points": "points",
        "point": "point",
        "all-right": "Everything is right. Well done!",
        "some-right": "{right} of {all} parts are right.",
        "none-right": "No part is right yet. Take them one at a time, from the top.",
        "unreadable": "Your notebook could not be read, so nothing was graded. Below is why; mend it and hand it in again.",
        "void": "The grader could not finish, and it is not your fault. A person will look at your notebook.",
        "waiting": "A person still looks at {points}.",
        "look-first": "Look at this first: ",
        "passed": "Right",
        "partial": "Partly right",
        "failed": "Not yet right",
        "error": "Stopped by an error",
        "timeout": "Took too long",
        "memory": "Too much memory",
        "output": "Answer too large",
        "killed": "Python was ended",
        "missing": "Missing",
        "empty": "No answer yet",
        "not-graded": "Not graded",
        "manual": "Waits for a person",
        "void-cell": "To be looked at",
        "test": "The whole test",
        "test-hidden": "The test, except for its hidden part",
        "findings": "Notes on your notebook",
        "more": "And {count} more of the kind.",
        "cell": "cell {cell}",
        "arrived": "Handed in {time}",
        "compat": "Graded in compatibility mode: the tests ran in the same process as your code. Such a score can be forged.",
        "compat-short": "forgeable",
        "compat-note": "Forgeable: graded in compatibility mode, with the tests in the learner's own process.",
        "receipt": "Lab version {version} · submission {content}",
        "receipt-why": "If you ask about this result, quote this line.",
        "comment": "Your instructor:",
        "asked": "You asked:",
        "open": "Not answered yet.",
        "granted": "You are right.",
        "refused": "It stays as it is.",
        "late": "Off for being {days} days late: {penalty}.",
        "extra": "Extra credit: {extra}.",
        "mark": "Your mark: {score}.",
        "closed": "It came after the lab was closed, so it does not count. The feedback is for you to learn from.",
        "other-attempt": "This is your latest attempt. The one that counts was handed in {time}.",
        "index": "All feedback",
        "index-note": "For instructors: this page names every learner. The pages that it links to name one learner each.",
        "learner": "Learner",
        "lab": "Lab",
        "score": "Score",
        "result": "Result",
        "submissions": "submissions",
        "graded": "Graded",
        "partly-graded": "A person is needed",
        "mean": "mean score",
        "need-person": "need a person",
        "unreadable-short": "Unreadable",
    },
    "zh": {
        "html-lang": "zh-CN",
        "feedback": "学习反馈",
        "points": "分",
        "point": "分",
        "all-right": "全部通过，做得很好！",
        "some-right": "共 {all} 项，通过 {right} 项。",
        "none-right": "目前还没有通过的项目。别着急，从头开始，一项一项来。",
        "unreadable": "你的笔记本无法读取，因此没有评分。原因见下文，修好后请重新提交。",
        "void": "评分程序没能完成评分，这不是你的问题。会有人来查看你的笔记本。",
        "waiting": "还有 {points}等待人工评分。",
        "look-first": "建议先看：",
        "passed": "通过",
        "partial": "部分通过",
        "failed": "未通过",
        "error": "运行出错",
        "timeout": "用时过长",
        "memory": "内存超限",
        "output": "结果过大",
        "killed": "Python 进程被结束",
        "missing": "缺失",
        "empty": "尚未作答",
        "not-graded": "未评分",
        "manual": "等待人工评分",
        "void-cell": "待人工查看",
        "test": "完整的测试代码",
        "test-hidden": "测试代码（不含隐藏部分）",
        "findings": "关于你的笔记本",
        "more": "类似的情况还有 {count} 处。",
        "cell": "单元格 {cell}",
        "arrived": "提交时间：{time}",
        "compat": "本次以兼容模式评分：测试与你的代码在同一个进程中运行，这样得到的分数有可能被伪造。",
        "compat-short": "可伪造",
        "compat-note": "“可伪造”：以兼容模式评分，测试与学员的代码在同一个进程中运行，分数有可能被伪造。",
        "receipt": "实验版本 {version} · 提交内容 {content}",
        "receipt-why": "对结果有疑问时，请附上这一行。",
        "comment": "教师评语：",
        "asked": "你的复查申请：",
        "open": "还没有答复。",
        "granted": "你是对的。",
        "refused": "维持原判。",
        "late": "迟交 {days} 天，扣 {penalty} 分。",
        "extra": "附加分 {extra} 分。",
        "mark": "你的得分：{score}。",
        "closed": "提交时实验已经截止，这次不计分。反馈供你学习参考。",
        "other-attempt": "这是你最近的一次提交。计分的是 {time} 提交的那一次。",
        "index": "全部反馈",
        "index-note": "供教师使用：本页列出了所有学员。它链接到的每个页面只涉及一名学员。",
        "learner": "学员",
        "lab": "实验",
        "score": "得分",
        "result": "结果",
        "submissions": "份提交",
        "graded": "已评分",
        "partly-graded": "需要人工处理",
        "mean": "平均得分率",
        "need-person": "份需要人工处理",
        "unreadable-short": "无法读取",
    },
}

_FINDINGS: Final[tuple[tuple[str, str, str], ...]] = (
    (
        "this answer cell is missing",
        "The cell for this answer is not in your notebook any more, so there was nothing to grade.",
        "你的笔记本里已经没有这道题的作答单元格，因此无法评分。",
    ),
    (
        "this cell was deleted; the lab's own was put back",
        "This cell of the lab had been deleted. It was put back, and you lost nothing by it.",
        "实验自带的这个单元格被删掉了。我们已经补上，不影响你的得分。",
    ),
    (
        "this cell was changed; the lab's own was used",
        "This cell of the lab had been changed. The lab's own text was used to grade you.",
        "实验自带的这个单元格被改动过。评分时用的是实验原来的内容。",
    ),
    (
        "this test stood before what it tests; it was moved back",
        "This test stood above the code that it tests. It was run in its own place.",
        "这个测试跑到了它要检查的代码前面。评分时已放回原处运行。",
    ),
    (
        "there are several cells with this id",
        "Your notebook holds this cell more than once, perhaps from copying it. The first one that you had worked in was graded.",
        "这个单元格在你的笔记本里不止一个，可能是复制造成的。评分时用的是第一个你动过的。",
    ),
    (
        r"this cell had become (?P<was>\w+); it was read as (?P<kind>\w+)",
        "This cell had been turned into a {was} cell. It was read as {kind}, as the lab has it.",
        "这个单元格被改成了 {was} 类型。评分时仍按实验原来的 {kind} 类型读取。",
    ),
    (
        r"the notebook cannot be read: it is not JSON \(line (?P<line>\d+): .*\)",
        "The file is not a whole notebook: it breaks off or is damaged at line {line}. Open it in Jupyter, save it, and hand it in again.",
        "文件不是完整的笔记本：在第 {line} 行处中断或损坏。请在 Jupyter 中打开并保存，然后重新提交。",
    ),
    (
        r"the notebook cannot be read: (?P<reason>.*)",
        "The file could not be read as a notebook: {reason}.",
        "文件无法作为笔记本读取：{reason}。",
    ),
    (
        r"cell (?P<number>\d+) is damaged and was left out",
        "Cell {number} of the file is damaged and was left out.",
        "文件中的第 {number} 个单元格已损坏，被略过。",
    ),
    ("the notebook is missing", "This notebook was not handed in.", "没有收到这份笔记本。"),
    (
        r"recognised under the name (?P<name>.*)",
        "You handed this notebook in as {name}. It was recognised all the same.",
        "你提交的文件名是 {name}，我们仍然认出了它。",
    ),
    (
        "this file is no part of the lab and was not graded",
        "This file does not belong to the lab, so it was not graded.",
        "这个文件不属于本实验，没有评分。",
    ),
    (
        r"the grader's worker died (?P<times>\d+) times over this submission",
        "The grader broke down over your notebook {times} times. A person will look at it.",
        "评分程序在处理你的笔记本时中断了 {times} 次。会有人来查看。",
    ),
)


def get_words(lang: str | None) -> dict[str, str]:
    """Return the words of a language; one that is not there gets English."""
    return WORDS[lang if lang in WORDS else "en"]


def describe_finding(text: str, lang: str | None) -> str:
    """Return what a finding, or a message that repeats one, means for the learner.

    >>> describe_finding("cell 3 is damaged and was left out", "zh")
    '文件中的第 3 个单元格已损坏，被略过。'
    """
    for pattern, english, chinese in _FINDINGS:
        if match := re.fullmatch(pattern, text, re.DOTALL):
            return (chinese if lang == "zh" else english).format(**match.groupdict())
    return text


def format_points(points: float, lang: str | None) -> str:
    """Return a number of points with its unit.

    >>> format_points(1, "en"), format_points(2.5, "en"), format_points(2.0, "zh")
    ('1 point', '2.5 points', '2 分')
    """
    words = get_words(lang)
    return f"{format_number(points)} {words['point'] if points == 1 else words['points']}"


def format_number(number: float) -> str:
    """Return a score as people write it: at most two decimals, none that say nothing."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def format_time(seconds: float, lang: str | None) -> str:
    """Return a time in UTC, or nothing if it is not known.

    >>> format_time(1795168800.25, "en"), format_time(1795168800.25, "zh"), format_time(0, "en")
    ('20 November 2026, 10:00 UTC', '2026 年 11 月 20 日 10:00（UTC）', '')
    """
    if not seconds:
        return ""
    moment = datetime.fromtimestamp(seconds, UTC)
    if lang == "zh":
        return f"{moment.year} 年 {moment.month} 月 {moment.day} 日 {moment:%H:%M}（UTC）"
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"
