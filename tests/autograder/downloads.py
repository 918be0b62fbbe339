"""Made-up downloads as Moodle, Canvas and nbgrader make them; nobody in them is a real person."""

import json
import zipfile
from pathlib import Path

from autograder.labs.model import Lab
from autograder.release import build_notebook

MONDAY, FRIDAY = (2026, 11, 23, 8, 0, 0), (2026, 11, 27, 8, 0, 0)
HEADS = "Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
WORKSHEET = HEADS + "Last modified (submission),Last modified (grade),Feedback comments"
CHINESE_WORKSHEET = "识别码,全名,学号,电子邮件地址,状态,成绩,最高成绩,允许更改成绩,最后修改（学生）,最后修改（教师）,反馈评论"


def make_notebook(lab: Lab, mark: str = "", lang: str = "en") -> bytes:
    """Return the released notebook with an answer in it that is `mark`, so that two of them differ."""
    (master,) = lab.get_notebooks(lang)
    notebook = build_notebook(lab, master)
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "add":
            cell["source"] = f"def add(a, b):\n    return a + b  # {mark}"
    return json.dumps(notebook).encode()


def write_files(path: Path, files: dict[str, bytes], when=MONDAY) -> Path:
    """Write a zip whose members all have the time of the download."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, when)
            info.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(info, content)
    return path


def name_moodle(name: str, number: int, file: str, folders: bool = True) -> str:
    """Return a member's name in "Download all submissions", with "in folders" or without."""
    return f"{name}_{number}_assignsubmission_file{'_/' if folders else '_'}{file}"


def name_canvas(name: str, user: int, attachment: int, file: str, late: bool = False) -> str:
    """Return a member's name in "Download Submissions"; `name` is "Family, Given"."""
    letters = "".join(letter for letter in name.lower() if letter.isalnum())
    return f"{letters}{'_LATE' if late else ''}_{user}_{attachment}_{file}"


def write_exchange(root: Path, learner: str, lab: str, time: str, files: dict[str, bytes], random="+aB3-_x9=") -> Path:
    """Write what `nbgrader submit` leaves in an exchange."""
    folder = root / "inbound" / f"{learner}+{lab}+{time}{random}"
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / "timestamp.txt").write_text(time)
    return folder
