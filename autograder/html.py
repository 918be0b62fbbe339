"""Pages that people open from anywhere: each holds all that it shows, loads nothing and runs nothing.

The content security policy (W3C CSP 3) allows a page's own style sheet, by hash, and nothing else; every value is escaped (autoescape), so
that whatever a submission said can only be read.
"""

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup


def build_environment(templates: Sequence[Path], styles: Sequence[Path]) -> Environment:
    """Return an environment for templates in these folders, whose base page takes the style sheets together, and the policy for them."""
    environment = Environment(
        loader=FileSystemLoader(templates), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    style = "".join(path.read_text("utf-8") for path in styles)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment.globals["style"] = Markup(style)
    environment.globals["policy"] = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return environment
