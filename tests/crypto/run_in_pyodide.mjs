// Runs tests of this checkout in Pyodide, the Python of the browser, under node.
//   node run_in_pyodide.mjs PYODIDE CHECKOUT VECTORS PACKAGES TEST...
// PYODIDE is the npm package's folder, PACKAGES a folder with pytest and other packages in pure Python. Exits as pytest does.

import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [pyodide, checkout, vectors, packages, ...tests] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(pyodide, "pyodide.mjs")));
const python = await loadPyodide();
for (const [name, folder] of Object.entries({ checkout, vectors, packages })) {
  python.FS.mkdirTree(`/${name}`);
  python.mountNodeFS(`/${name}`, folder);
}
python.globals.set("tests", python.toPy(tests));
process.exitCode = python.runPython(`
import os, sys
from types import ModuleType
from unittest.mock import MagicMock

sys.dont_write_bytecode = True
sys.path[:0] = ["/checkout"]
sys.path.append("/packages")
os.environ |= {"MINICHAIN_VECTORS": "/vectors", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
os.chdir("/checkout")

import pytest

# Hypothesis is compiled in part, so it draws no examples here; what it tests, it tests outside.
hypothesis = ModuleType("hypothesis")
hypothesis.settings, hypothesis.strategies = MagicMock(side_effect=lambda **_: lambda test: test), MagicMock()
hypothesis.given = lambda **_: pytest.mark.skip(reason="hypothesis is not here")
sys.modules.update({"hypothesis": hypothesis, "hypothesis.strategies": hypothesis.strategies})

int(pytest.main(["-q", "-p", "no:cacheprovider", "-m", "not long", *tests]))
`);
