"""What the page of a comparison says, in both languages.

Likeness is a reason to look and to talk, never a verdict; the words keep to that.
"""

from typing import Final

WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "html-lang": "en",
        "similarity": "Comparison",
        "title": "Work that is alike",
        "submissions": "submissions compared",
        "clusters": "groups of alike work",
        "learners": "learners in them",
        "none": "No two submissions are alike beyond what the lab gives out and what most right answers share.",
        "how": "Names, numbers, comments, layout and the order of functions do not count here, nor does what the lab gives out, what its "
        "published answers have in common, and what most learners wrote. Alike is not copied: look at both sides, and ask.",
        "group": "Group {number}",
        "people": "learners",
        "person": "learner",
        "share": "alike",
        "strongest": "Strongest pair",
        "published": "published answer",
        "model": "the lab's own solution",
        "answer": "the lab's published answer “{name}”",
        "uses": "Close to {names}, which anybody can read.",
        "pair": "{share} % of the smaller work",
        "blocks": "{count} shared passages",
        "block": "1 shared passage",
        "own-cell": "a cell of their own",
        "goto": "Show passage {number} on the other side",
        "more-pairs": "{count} more pairs tie this group together; they are in the JSON output.",
        "more-groups": "{count} more groups are in the JSON output.",
        "more-lines": "{count} more lines are not shown.",
        "gone": "This work was changed since it was compared.",
        "short": "Too little of their own to compare: {names}.",
        "unread": "Could not be read: {names}.",
        "cut": "Longer than what is compared, so only the beginning was: {names}.",
        "and-more": "{names} and {count} more",
        "notes": "Notes",
        "for": "For instructors: this page names learners and shows their work.",
        "separator": ", ",
    },
    "zh": {
        "html-lang": "zh-CN",
        "similarity": "作业比对",
        "title": "相似的作业",
        "submissions": "份提交参加比对",
        "clusters": "组相似作业",
        "learners": "名学员在其中",
        "none": "除实验自带的代码和多数正确答案共有的写法外，没有发现彼此相似的作业。",
        "how": "变量名、数值、注释、排版和函数的先后顺序都不计入；"
        "实验自带的代码、各份公开答案共有的写法、多数学员都这样写的部分，也不计入。相似不等于抄袭：请对照两边的代码，再找当事人谈谈。",
        "group": "第 {number} 组",
        "people": "名学员",
        "person": "名学员",
        "share": "相似",
        "strongest": "最相似的一对",
        "published": "公开答案",
        "model": "实验自带的解答",
        "answer": "实验公开的答案“{name}”",
        "uses": "与{names}相近，而那是谁都能读到的。",
        "pair": "占较短一份的 {share} %",
        "blocks": "{count} 处相同",
        "block": "1 处相同",
        "own-cell": "自己加的单元格",
        "goto": "查看另一边的第 {number} 处",
        "more-pairs": "这一组还有 {count} 对，见 JSON 输出。",
        "more-groups": "另有 {count} 组，见 JSON 输出。",
        "more-lines": "还有 {count} 行没有显示。",
        "gone": "比对之后，这份作业又被改动过。",
        "short": "自己写的内容太少，无法比对：{names}。",
        "unread": "无法读取：{names}。",
        "cut": "篇幅过长，只比对了开头部分：{names}。",
        "and-more": "{names}，另有 {count} 人",
        "notes": "说明",
        "for": "供教师使用：本页列出学员姓名，并显示他们的作业。",
        "separator": "、",
    },
}


def get_words(lang: str) -> dict[str, str]:
    """Return the words of a language; one that is not there gets English."""
    return WORDS[lang if lang in WORDS else "en"]
