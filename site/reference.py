"""The API reference: a page for each package of minichain, with its modules and their public names, from signatures and docstrings.

Sources are read and not imported: what stands on the page is what stands in the file, a contract's source is shown like any module, and
nothing has to be installed. Our docstrings are prose with code between backticks, lists, examples that doctest runs, and small tables in
columns; `render_docstring` knows these and nothing else. (mkdocstrings is made for docstrings in sections, which ours do not have.)

Simplifications: names that start with an underscore, and what a class inherits, are not shown. A name between backticks becomes a link
where it is clear which one is meant: of the same class, the same module, a module of the same package, or any in full.
"""

import ast
import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

from lessons import ROOT, WORDS

PACKAGE: Final = ROOT / "minichain"
LEFT_OUT: Final = ("minichain.cli",)
"""The commands have pages of their own."""

MAX_LINE: Final = 88
MAX_VALUE: Final = 120
_CODE: Final = re.compile(r"(``?)([^`]+)\1")
_COLUMNS: Final = re.compile(r"\S.*? {2,}\S")
_ITEM: Final = re.compile(r"(?:-|\d+\.) ")

Definition = ast.FunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Package:
    """A package: its full name, the path of its page, and its modules by their full names, itself first."""

    name: str
    page: str
    modules: dict[str, ast.Module]
    files: dict[str, str]
    anchors: frozenset[str]
    """The full names of all that has a place on the page: modules but the package itself, and their public names."""


@dataclass(frozen=True)
class Place:
    """Where a docstring stands: what a name in it may mean depends on that. `own` are parameters and fields, which mean themselves."""

    package: Package
    module: str
    owner: str = ""
    own: frozenset[str] = frozenset()


def write_reference(lang: str, folder: Path) -> dict[str, str]:
    """Write the pages into `folder`, and return the packages' names, without what all of them share, with their files."""
    words = WORDS[lang]
    for package in find_packages():
        meta = {
            "title": package.name,
            "description": words["api-about"].format(name=package.name),
            "introduction": words["api-introduction"].format(name=package.name),
            "template": "reference.html",
            "search": {"exclude": True},
        }
        body = "\n\n".join(render_module(package, name) for name in package.modules)
        (folder / package.page).write_text(f"---\n{json.dumps(meta, ensure_ascii=False)}\n---\n\n{body}\n", "utf-8")
    return {package.name.removeprefix("minichain."): package.page for package in find_packages()}


@cache
def find_packages() -> list[Package]:
    """Return the packages of minichain that have something to show."""
    packages = []
    for init in sorted(PACKAGE.rglob("__init__.py")):
        name = ".".join(init.parent.relative_to(ROOT).parts)
        if init.parent == PACKAGE or name.startswith(LEFT_OUT):
            continue
        files = {name: init} | {f"{name}.{path.stem}": path for path in sorted(init.parent.glob("[a-z]*.py"))}
        modules = {module: ast.parse(path.read_text("utf-8")) for module, path in files.items()}
        shown = {module: path.relative_to(ROOT).as_posix() for module, path in files.items()}
        anchors = {f"{module}.{each}" for module, tree in modules.items() for each in _list_names(tree)} | modules.keys() - {name}
        packages.append(Package(name, f"{name.removeprefix('minichain.').replace('.', '-')}.md", modules, shown, frozenset(anchors)))
    return packages


def _list_names(tree: ast.Module) -> Iterator[str]:
    """Yield the public names that a module defines, and those of its classes as `Class.name`."""
    for node in tree.body:
        if isinstance(node, Definition):
            if _is_public(node.name):
                yield node.name
                if isinstance(node, ast.ClassDef):
                    yield from (f"{node.name}.{each.name}" for each in _list_methods(node))
        else:
            yield from _get_targets(node)


def _is_public(name: str) -> bool:
    return not name.startswith("_")


def _list_methods(node: ast.ClassDef) -> list[ast.FunctionDef]:
    return [each for each in node.body if isinstance(each, ast.FunctionDef) and _is_public(each.name)]


def _get_targets(node: ast.stmt) -> list[str]:
    targets = [node.target] if isinstance(node, ast.AnnAssign) else node.targets if isinstance(node, ast.Assign) else []
    return [target.id for target in targets if isinstance(target, ast.Name) and _is_public(target.id)]


def render_module(package: Package, module: str) -> str:
    """Return a module as Markdown: what it says of itself, and then its public names in the order of the file."""
    tree, body = package.modules[module], []
    parts = [] if module == package.name else [f"## {module.removeprefix(f'{package.name}.')} {{ #{module} }}"]
    if module != package.name:
        parts.append(f'<p class="mc-reference__file">{package.files[module]}</p>')
    place = Place(package, module)
    parts.append(render_docstring(ast.get_docstring(tree) or "", place))
    statements = list(tree.body)
    while statements:
        node = statements.pop(0)
        if isinstance(node, Definition):
            if _is_public(node.name):
                body.append(render_definition(node, place))
        elif _get_targets(node):
            group = [node]
            while statements and _get_targets(statements[0]):
                group.append(statements.pop(0))
            said = _read_text(statements[0]) if statements else None
            body.append(render_constants(group, said or "", place))
    if module == package.name and body:
        parts.append("## `__init__`")  # what the package holds itself has a head as well, like what its modules hold
    return "\n\n".join([*parts, *([f"<div>{''.join(body)}</div>"] if body else [])])


def _read_text(node: ast.stmt) -> str | None:
    """Return the text of a statement that is nothing but a text: what is said of the name before it."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return "\n".join(line.strip() for line in node.value.value.splitlines())
    return None


def render_constants(group: list[ast.stmt], said: str, place: Place) -> str:
    """Return constants that stand together, with what is said of them."""
    lines = []
    for node in group:
        line = ast.unparse(node)
        lines.append(line if len(line) <= MAX_VALUE else f"{line[:MAX_VALUE].rstrip()} …")
    names = [name for node in group for name in _get_targets(node)]
    anchors = "".join(f'<h3 id="{place.module}.{name}"><code>{name}</code></h3>' for name in names)
    return _wrap(anchors, _render_code("\n".join(lines)), render_docstring(said, place))


def render_definition(node: Definition, place: Place) -> str:
    """Return a function, a class or a method of `place.owner`: its name, how it is called, and what it says of itself."""
    name, level = (f"{place.owner}.{node.name}", 4) if place.owner else (node.name, 3)
    if isinstance(node, ast.ClassDef):
        code, own = _write_class(node), {target for each in node.body for target in _get_targets(each)}
    else:
        code, own = _write_function(node), {each.arg for each in ast.walk(node.args) if isinstance(each, ast.arg)}
    inside = replace(place, owner=place.owner or node.name, own=frozenset(own))
    parts = [
        f'<h{level} id="{place.module}.{name}"><code>{name}</code></h{level}>',
        _render_code(code),
        render_docstring(ast.get_docstring(node) or "", inside),
    ]
    if isinstance(node, ast.ClassDef):
        fields = "".join(f"<dt><code>{each}</code></dt><dd>{_link(said, inside)}</dd>" for each, said in _list_field_texts(node))
        parts.append(f'<dl class="mc-reference__list">{fields}</dl>' if fields else "")
        parts += [render_definition(each, inside) for each in _list_methods(node)]
    return _wrap(*parts)


def _wrap(*parts: str) -> str:
    return f'<div class="mc-reference__entry">{"".join(parts)}</div>'


def _render_code(code: str) -> str:
    """Return code without colours: a page has hundreds of pieces, and each colour is an element."""
    return f"<pre><code>{html.escape(code, quote=False)}</code></pre>"


def _write_function(node: ast.FunctionDef, indent: str = "") -> str:
    """Return the lines up to the colon, broken where they would be long."""
    decorators = "".join(f"{indent}@{ast.unparse(each)}\n" for each in node.decorator_list)
    result = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    parameters = _list_parameters(node.args)
    line = f"{indent}def {node.name}({', '.join(parameters)}){result}"
    if len(line) > MAX_LINE and parameters:
        broken = "".join(f"{indent}    {each},\n" for each in parameters)
        line = f"{indent}def {node.name}(\n{broken}{indent}){result}"
    return decorators + line


def _list_parameters(arguments: ast.arguments) -> list[str]:
    """Return each parameter as it is written, with the marks between the kinds of them."""
    plain = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(plain) - len(arguments.defaults)) + list(arguments.defaults)
    shown = [_write_parameter(each, default) for each, default in zip(plain, defaults, strict=True)]
    if arguments.posonlyargs:
        shown.insert(len(arguments.posonlyargs), "/")
    if arguments.vararg:
        shown.append(f"*{ast.unparse(arguments.vararg)}")
    elif arguments.kwonlyargs:
        shown.append("*")
    shown += [_write_parameter(each, default) for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]
    return shown + ([f"**{ast.unparse(arguments.kwarg)}"] if arguments.kwarg else [])


def _write_parameter(parameter: ast.arg, default: ast.expr | None) -> str:
    if default is None:
        return ast.unparse(parameter)
    return f"{ast.unparse(parameter)} = {ast.unparse(default)}" if parameter.annotation else f"{parameter.arg}={ast.unparse(default)}"


def _write_class(node: ast.ClassDef) -> str:
    """Return a class with its public fields, and how it is made where that is written out."""
    decorators = "".join(f"@{ast.unparse(each)}\n" for each in node.decorator_list)
    bases = ", ".join(ast.unparse(each) for each in [*node.bases, *node.keywords])
    lines = [f"{decorators}class {node.name}{f'({bases})' if bases else ''}:"]
    for each in node.body:
        if isinstance(each, ast.FunctionDef) and each.name == "__init__":
            lines.append(_write_function(each, "    "))
        elif _get_targets(each):
            line = f"    {ast.unparse(each)}"
            lines.append(line if len(line) <= MAX_VALUE else f"{line[:MAX_VALUE].rstrip()} …")
    return "\n".join(lines) if len(lines) > 1 else lines[0].removesuffix(":")


def _list_field_texts(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for each, following in zip(node.body, node.body[1:], strict=False):
        said = _read_text(following)
        if said and (names := _get_targets(each)):
            yield names[0], said


def render_docstring(text: str, place: Place) -> str:
    """Return a docstring as HTML."""
    parts = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        lines = paragraph.split("\n")
        example = next((number for number, line in enumerate(lines) if line.lstrip().startswith(">>>")), len(lines))
        before, after = lines[:example], lines[example:]
        if any(before):
            parts.append(_render_paragraph(before, place))
        if after:
            parts.append(_render_code("\n".join(line.strip() for line in after)))
    return "".join(parts)


def _render_paragraph(lines: list[str], place: Place) -> str:
    if all(line.startswith("    ") for line in lines) or (len(lines) > 1 and all(_COLUMNS.match(line.strip()) for line in lines)):
        return _render_code("\n".join(line.removeprefix("    ") for line in lines))
    items = [number for number, line in enumerate(lines) if _ITEM.match(line)]
    ends = [*items[1:], len(lines)]
    before = " ".join(lines[: items[0] if items else len(lines)])
    shown = f"<p>{_link(before, place)}</p>" if before else ""
    if items:
        texts = [_ITEM.sub("", " ".join(line.strip() for line in lines[begin:end])) for begin, end in zip(items, ends, strict=True)]
        tag = "ul" if lines[items[0]].startswith("-") else "ol"
        shown += f"<{tag}>{''.join(f'<li>{_link(text, place)}</li>' for text in texts)}</{tag}>"
    return shown


def _link(text: str, place: Place) -> str:
    """Return plain text as HTML: what is between backticks is code, and a link where that is the name of something on this page."""
    parts, end = [], 0
    for match in _CODE.finditer(text):
        address = _find_address(match[2].removesuffix("()"), place)
        code = f"<code>{html.escape(match[2], quote=False)}</code>"
        parts += [html.escape(text[end : match.start()], quote=False), f'<a href="{address}">{code}</a>' if address else code]
        end = match.end()
    return "".join([*parts, html.escape(text[end:], quote=False)])


def _find_address(name: str, place: Place) -> str:
    """Return the address of what a name means at a place, or "" where it means none of our public names."""
    if name in place.own:
        return ""
    near = (f"{place.module}.{place.owner}.{name}", f"{place.module}.{name}", f"{place.package.name}.{name}")
    if found := next((each for each in near if each in place.package.anchors), ""):
        return f"#{found}"
    for package in find_packages():
        if name == package.name or name in package.anchors:
            return f"../{package.page.removesuffix('.md')}/" + (f"#{name}" if name != package.name else "")
    return ""
