"""What is still done to a page after its Markdown has become HTML: MkDocs calls this hook for each (`hooks`, see build.py)."""

import re
from typing import Any, Final

from glossary import link_terms

_SHORT_CODE: Final = re.compile(r"<code>(?=[^<>\s]{2,24}</code>)(?=[^<>]*-)")
_QUIZ_PARTS: Final = ('<fieldset aria-labelledby="quiz-', '<button type="submit" class="quiz-button"', '<a href="#quiz-')
"""What stands beside the question: answers, button, link."""


def on_page_content(content: str, *, page: Any, config: Any, files: Any) -> str:
    """Return the page with its options whole, and a lesson with how long it takes and links to terms, its answers out of the search."""
    content = _SHORT_CODE.sub('<code class="mc-whole">', content)  # a line that ends in "--" tells of no option
    if "minutes" not in page.meta:
        return content
    words, questions = config["extra"]["words"], content.count('<div class="quiz"')
    facts = [words["minutes"].format(minutes=page.meta["minutes"]), words["progress-lesson"].format(most=questions)]
    items = "".join(f"<li>{fact}</li>" for fact in facts)
    content = content.replace("</h1>", f'</h1>\n<ul class="mc-facts" data-search-exclude>{items}</ul>', 1)
    for part in _QUIZ_PARTS:
        content = content.replace(part, part.replace(" ", " data-search-exclude ", 1))
    return link_terms(content, config["extra"]["lang"], "../" * page.file.url.count("/") + "glossary/")
