"""The last step of the site: list its files for the offline copy, and pack it for a classroom.

    python site/lite/finish.py [--site build/site] [--zip build/minichain-offline.zip]

`offline.json` names every file with the start of its SHA-256 and its size as sent; `offline-version.txt` is the hash of that list. The zip
holds the site, the server and a page that says how to start it; the same site gives the same bytes.
"""

import argparse
import gzip
import hashlib
import json
import sys
from pathlib import Path
from typing import Any, Final

from slim import write_archive

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parents[1]
OURS: Final = ("offline.json", "offline-version.txt")
NEEDED: Final = ("index.html", "404.html", "zh/index.html", "assets/offline.js", "service-worker.js", "lab/service-worker.js")

README: Final = """\
MiniChain: the whole course for a classroom without a network
==============================================================

Needed: Python 3.8 or newer on one machine, nothing else. Unpack, then, in this folder:

    python serve.py --open              for yourself
    python serve.py --host 0.0.0.0      for everyone in the same network; it prints the address that learners type

(On some systems Python is called python3, on Windows py.) Ctrl-C stops it. `python serve.py --help` tells the rest.
Learners' work stays in their own browsers, under the address that they typed: keep it the same from day to day.


MiniChain：整门课程，供没有网络的教室使用
========================================

只需一台装有 Python 3.8 或更新版本的电脑。解压后，在本文件夹中运行：

    python serve.py --open              自己使用
    python serve.py --host 0.0.0.0      供同一网络中的所有人使用；运行后会显示学员要输入的网址

（有的系统上命令是 python3，Windows 上是 py。）按 Ctrl-C 停止，`python serve.py --help` 有更多说明。
学员的作业保存在各自的浏览器里，与输入的网址绑定：请每天使用同一个网址。
"""


def list_site(site: Path) -> dict[str, Any]:
    """Return what offline.json says of the files in `site`; the worker's own script is left to the browser."""
    files = {}
    for path in sorted(site.rglob("*")):
        name = path.relative_to(site).as_posix()
        if path.is_file() and name not in (*OURS, "service-worker.js"):
            data = path.read_bytes()
            files[name] = [hashlib.sha256(data).hexdigest()[:16], min(len(data), len(gzip.compress(data, 6, mtime=0)))]
    version = hashlib.sha256(json.dumps(files).encode()).hexdigest()[:16]
    return {"version": version, "bytes": sum(size for _, size in files.values()), "files": files}


def pack(site: Path, out: Path) -> None:
    """Write the zip: README.txt, LICENSE, serve.py and the site, in one folder."""
    files = {
        "README.txt": README.encode(),
        "LICENSE": (ROOT / "LICENSE").read_bytes(),
        "serve.py": (ROOT / "site" / "serve.py").read_bytes(),
    }
    files |= {f"site/{path.relative_to(site).as_posix()}": path.read_bytes() for path in site.rglob("*") if path.is_file()}
    out.parent.mkdir(parents=True, exist_ok=True)
    write_archive(out, {f"minichain-offline/{name}": data for name, data in files.items()})


def main() -> None:
    """Read the command line, then list and pack."""
    parser = argparse.ArgumentParser(description="List the site's files for the offline copy, and pack the site for a classroom.")
    parser.add_argument("--site", type=Path, default=ROOT / "build" / "site", help="the finished site (default: build/site)")
    parser.add_argument("--zip", type=Path, default=ROOT / "build" / "minichain-offline.zip", help="where the zip goes")
    wanted = parser.parse_args()
    if missing := [name for name in NEEDED if not (wanted.site / name).is_file()]:
        sys.exit(f"{wanted.site} is not finished: {', '.join(missing)} missing; `make site` builds the parts in their order")
    manifest = list_site(wanted.site)
    (wanted.site / "offline.json").write_text(json.dumps(manifest, separators=(",", ":")), "utf-8")
    (wanted.site / "offline-version.txt").write_text(manifest["version"] + "\n", "utf-8")
    pack(wanted.site, wanted.zip)
    copy, size = manifest["bytes"] / 1e6, wanted.zip.stat().st_size / 1e6
    print(f"offline  {len(manifest['files'])} files, {copy:.1f} MB as sent; {wanted.zip.name} {size:.1f} MB")


if __name__ == "__main__":
    main()
