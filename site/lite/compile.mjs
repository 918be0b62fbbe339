// Start Python as a lab does, and write down compiled what it imported:
//
//     node compile.mjs CORE OUT PACKAGE...
//
// OUT/stdlib holds modules of the standard library, OUT/site those of the packages (.pyc, PEP 552: unchecked, because a file's date means
// nothing in an archive).
import { mkdirSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [core, out, ...packages] = process.argv.slice(2);
process.on("uncaughtException", (error) => {
  console.error(error.message.slice(-1500)); // without the source of Python, which is one line
  process.exit(1);
});
const { loadPyodide } = await import(pathToFileURL(`${core}/pyodide.mjs`));
const python = await loadPyodide({ indexURL: `${core}/` });
await python.loadPackage(packages, { messageCallback: () => {} });
mkdirSync(out, { recursive: true });
python.FS.mkdir("/out");
python.FS.mount(python.FS.filesystems.NODEFS, { root: out }, "/out");
await python.runPythonAsync(`
import importlib.util, marshal, sys
from pathlib import Path

streams = sys.stdout, sys.stderr
import piplite.piplite, pyodide_kernel, ipywidgets
sys.stdout, sys.stderr = streams

HEADER = importlib.util.MAGIC_NUMBER + (0b01).to_bytes(4, "little")
for name, module in sorted(sys.modules.items()):
    spec = getattr(module, "__spec__", None)
    origin = getattr(spec, "origin", None) or ""
    for folder, mark in (("stdlib", ".zip/"), ("site", "/site-packages/")):
        path = origin.partition(mark)[2]
        if path.endswith(".py"):
            source = spec.loader.get_data(origin)
            target = Path("/out", folder, path + "c")
            target.parent.mkdir(parents=True, exist_ok=True)
            code = compile(source, origin, "exec", dont_inherit=True)
            target.write_bytes(HEADER + importlib.util.source_hash(source) + marshal.dumps(code))
`);
