"""The reference says what the source says: every public name, every signature, every command with its options."""

import ast
import gzip
import importlib
import inspect
import json
import re
import sys
from html import unescape
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "site"))
pytest.importorskip("ipywidgets", reason="ipywidgets is not installed (extra `learn`)")

import commands  # noqa: E402
import reference  # noqa: E402

MAX_BYTES = 150 * 1024
PACKAGES = reference.find_packages()
COMMANDS = [path for name, app in commands.PROGRAMS.items() for path, _ in commands.walk(typer.main.get_command(app), (name,))]


def is_contract(module):
    """Contracts are sources in a subset of Python, and nobody imports them."""
    return module.startswith("minichain.contracts.standards.") or module.endswith(".contract")


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_every_public_name_of_a_package_has_its_place(package):
    shown = "".join(reference.render_module(package, module) for module in package.modules)
    ids = set(re.findall(r'<h[34] id="([\w.]+)"', shown))
    for name in filter(lambda name: not is_contract(name), package.modules):
        module = importlib.import_module(name)
        defined = [
            key
            for key, value in vars(module).items()
            if not key.startswith("_")
            and (inspect.isfunction(value) or inspect.isclass(value))
            and value.__module__ == name
            and inspect.unwrap(value).__qualname__ == key
        ]
        assert not [key for key in defined if f"{name}.{key}" not in ids]
    assert ids <= package.anchors


def find_functions():
    for package in PACKAGES:
        for module, tree in package.modules.items():
            yield from ((module, node) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_signature_is_the_one_in_the_source():
    functions = list(find_functions())
    assert len(functions) > 2000
    for module, node in functions:
        (shown,) = ast.parse(f"{reference._write_function(node)}: ...").body
        for ours, theirs in (
            (shown.args, node.args),
            (shown.returns, node.returns),
            *zip(shown.decorator_list, node.decorator_list, strict=True),
        ):
            assert (ours and ast.dump(ours)) == (theirs and ast.dump(theirs)), f"{module}.{node.name}"


def make_place(module="minichain.crypto.merkle", **details):
    package = next(package for package in PACKAGES if package.name == "minichain.crypto")
    return reference.Place(package, module, **details)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Return a < b.\n\n>>> 1 + 1\n2", "<p>Return a &lt; b.</p><pre><code>&gt;&gt;&gt; 1 + 1\n2</code></pre>"),
        ("Two:\n- one\n  thing\n- *another*", "<p>Two:</p><ul><li>one thing</li><li>*another*</li></ul>"),
        ("kinds    what there is\nvalues   what it holds", "<pre><code>kinds    what there is\nvalues   what it holds</code></pre>"),
        ("See `compute_split`.", '<p>See <a href="#minichain.crypto.merkle.compute_split"><code>compute_split</code></a>.</p>'),
        ("See `merkle_log`.", '<p>See <a href="#minichain.crypto.merkle_log"><code>merkle_log</code></a>.</p>'),
        ("`minichain.ledger.block`", '<p><a href="../ledger/#minichain.ledger.block"><code>minichain.ledger.block</code></a></p>'),
        ("See `<script>`.", "<p>See <code>&lt;script&gt;</code>.</p>"),
    ],
)  # fmt: skip
def test_a_docstring_is_shown_as_it_is_meant(text, shown):
    assert reference.render_docstring(text, make_place()) == shown


def test_a_parameter_is_no_link():
    assert "href" not in reference.render_docstring("See `merkle_log`.", make_place(own=frozenset({"merkle_log"})))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_a_command_shows_every_option_of_its_help(path):
    app = commands.PROGRAMS[path[0]]
    (command,) = (each for place, each in commands.walk(typer.main.get_command(app), (path[0],)) if place == path)
    printed = CliRunner().invoke(app, [*path[1:], "--help"], env={"COLUMNS": "300", "TERMINAL_WIDTH": "300"}).output
    shown = unescape(commands.render_command(command, path, "zh"))
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", printed)) - {"--help"}
    assert printed and all(option in shown for option in options)
    below = getattr(command, "commands", {})
    assert all(name in shown and f"{' '.join(path)} {name}" in {" ".join(each) for each in COMMANDS} for name in below)


@pytest.mark.browser
def test_the_pages_are_light_and_stay_out_of_the_search(site, pages):
    found = [name for name in pages if name.removeprefix("zh/").startswith("reference/")]
    assert len(found) == 2 * (1 + len(commands.PROGRAMS) + len(PACKAGES))
    for name in found:
        loaded = {site / name / "index.html"}
        for tag, attributes in pages[name].elements:
            address = attributes.get("src") if tag in ("script", "img") else attributes.get("href") if tag == "link" else None
            if address and attributes.get("rel") not in ("prev", "next") and not address.startswith("data:"):
                loaded.add((site / name / address).resolve())
        assert sum(len(gzip.compress(path.read_bytes(), 6)) for path in loaded) <= MAX_BYTES, name
    for index in ("search/search_index.json", "zh/search/search_index.json"):
        searched = {entry["location"].split("#")[0] for entry in json.loads((site / index).read_text("utf-8"))["docs"]}
        assert not searched & {f"reference/{package.page.removesuffix('.md')}/" for package in PACKAGES}
        assert "reference/autograder-command/" in searched
