"""What the home page shows that is computed: the log of its figure, and the courses that are here."""

from pathlib import Path
from typing import Any, Final

import yaml
from curriculum import load_curriculum

from minichain.crypto.hash_chain import build_log

_SHOWN_DIGITS: Final = 8


def build_home(page: Path, lang: str) -> dict[str, Any]:
    """Return the figure's log and the courses with their labs. The figure's records stand in the front matter of `page`."""
    meta = yaml.safe_load(page.read_text("utf-8").split("---")[1])
    records = meta["figure"]["records"]
    log = [{"record": record[0], "link": link.hex()[:_SHOWN_DIGITS]} for record, link in build_log([[record] for record in records])]
    curriculum = load_curriculum()
    courses = []
    for number, course in enumerate(curriculum.courses, start=1):
        labs = [lab for lab in curriculum.get_course_labs(course["id"]) if lab.is_here]
        rows = [
            {"id": lab.id, "number": lab.number, "title": lab.title[lang], "lesson": lab.lesson, "minutes": lab.minutes} for lab in labs
        ]
        courses.append({"number": number, "title": course["title"][lang], "about": course["about"][lang], "labs": rows})
    return {"log": log, "courses": [course for course in courses if course["labs"]]}
