"""`autograder compare`: whose submissions of a lab are alike."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.grading import CourseOption, LabsOption, SourceArgument, ZipNamesOption
from autograder.cli.paths import find_labs
from autograder.cli.progress import Progress
from autograder.errors import PathError
from autograder.files import validate_file_name, write_atomically


def compare(
    source: SourceArgument,
    lab: Annotated[str, typer.Option("--lab", help="The lab whose submissions are compared.")],
    labs: LabsOption = None,
    course: CourseOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="The page. Default: compared-<lab>.html beside `submitted`.")] = None,
    lang: Annotated[str, typer.Option("--lang", help="The language of the page: en or zh.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object with all groups.")] = False,
    zip_names: ZipNamesOption = None,
) -> None:
    """Find submissions of a lab that are alike, and show them side by side.

    Other names and literals, comments, layout, functions and cells in another order and inserted statements do not hide a copy. What the
    lab gives out, what its published answers have in common and what most learners wrote does not count. Nothing is run.

    Alike is not copied: the page shows where to look, and a person decides. A submission counts as a whole; one task of many that was
    copied is found only where the others are blank. Answers in words are not compared.
    """
    from autograder.compare.clusters import to_public
    from autograder.compare.page import write_page
    from autograder.compare.search import compare_works
    from autograder.compare.words import WORDS
    from autograder.compare.works import Work, compute_given, load_published, read_work
    from autograder.labs.find import find_lab_folders
    from autograder.sources.open import open_source
    from autograder.sources.place import has_work

    if lang not in WORDS:
        raise PathError(f"--lang {lang}: the page is written in {' or '.join(WORDS)}")
    known = find_labs(labs, course, [lab])[lab]
    published = load_published(known, None if course else find_lab_folders(labs)[lab])
    given = compute_given(known)
    own = {work.name: work for work in published}
    with open_source(source, zip_names) as opened:
        places = {each[0]: each[2] for each in opened.iterate() if not isinstance(each, str) and each[1] == lab and has_work(each[2])}
        if not places:
            raise PathError(f"{opened.name}: no submissions of {lab}; the layout is {opened.layout}")
        with Progress(f"reading {lab}", len(places)) as progress:
            works = (read_work(place, known, learner) for learner, place in places.items())
            comparison, ignored = compare_works(lab, works, given, published, progress.advance)

        def load(name: str) -> Work:
            return own[name] if name in own else read_work(places[name], known, name)

        target = out or opened.root / f"compared-{validate_file_name(lab)}.html"
        page = write_page(target, known, comparison, given, ignored, load, lang)
    write_atomically(page.with_suffix(".json"), json.dumps(to_public(comparison), ensure_ascii=False).encode("utf-8", "backslashreplace"))
    if as_json:
        print(json.dumps(to_public(comparison), ensure_ascii=False))
    else:
        print(page)
    involved = sum(len(cluster.learners) for cluster in comparison.clusters)
    found = f"{len(comparison.clusters)} group(s) of alike work, {involved} learner(s) in them"
    print(f"{comparison.submissions} submissions compared: {found}", file=sys.stderr)
