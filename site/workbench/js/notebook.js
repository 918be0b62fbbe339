// Notebooks as plain JSON (nbformat 4): whose they are, which tests they hold, and how answers move into a new version of a lab.
//
// A file that somebody uploads may hold anything. What is taken from it is checked here, and its outputs are left out: text, pictures and
// widgets that it brought along would run in the course's own origin.

export const MAX_BYTES = 10_000_000;
const MAX_CELLS = 2000;
const HEADER = /^# ([A-Za-z0-9_-]{1,64}) · (\d{1,6}(?:\.\d{1,6})?)(?=\s|$)/; // as minichain.learn reads it
const RELEASED_ID = /^[0-9a-f]{12}$/; // what a release calls its cells without a grade id; editors give longer or shorter ones

// A file is refused: `message` is the key of the words that say why.
export class Refused extends Error {}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

export function getSource(cell) {
  return Array.isArray(cell.source) ? cell.source.join("") : cell.source;
}

export function getLabel(notebook) {
  const label = notebook?.metadata?.minichain;
  return isObject(label) ? label : {};
}

export function isNotebookOf(notebook, lab, lang) {
  const label = getLabel(notebook);
  return label.lab === lab && label.lang === lang;
}

function getGradeId(cell) {
  const id = cell.metadata?.nbgrader?.grade_id;
  return typeof id === "string" ? id : undefined;
}

const isSolution = (cell) => cell.metadata?.nbgrader?.solution === true && getGradeId(cell) !== undefined;

// The test cells, in order: [{id, points, cell}]. `cell` is the place in the notebook.
export function listTests(notebook) {
  const tests = [];
  notebook.cells.forEach((cell, place) => {
    const { grade, solution, points } = cell.metadata?.nbgrader ?? {};
    if (grade !== true || solution === true || !Number.isFinite(points)) return;
    const id = HEADER.exec(getSource(cell))?.[1] ?? getGradeId(cell) ?? String(place);
    tests.push({ id, points, cell: place });
  });
  return tests;
}

function isCell(cell) {
  if (!isObject(cell) || !["code", "markdown", "raw"].includes(cell.cell_type) || !isObject(cell.metadata)) return false;
  return typeof cell.source === "string" || (Array.isArray(cell.source) && cell.source.every((line) => typeof line === "string"));
}

// Return the notebook in an uploaded file, made of what was checked; throw Refused if it is none of this lab.
export function readUpload(text, lab, lang) {
  let found;
  try {
    found = JSON.parse(text);
  } catch {
    throw new Refused("upload-json");
  }
  const valid = isObject(found) && found.nbformat === 4 && isObject(found.metadata) && Array.isArray(found.cells);
  if (!valid || found.cells.length > MAX_CELLS || !found.cells.every(isCell)) throw new Refused("upload-notebook");
  const label = getLabel(found);
  if (label.lab !== lab) throw new Refused("upload-lab");
  if (label.lang !== lang) throw new Refused("upload-lang");
  const version = typeof label.version === "string" ? label.version.slice(0, 64) : "";
  return {
    cells: makeIdsUnique(found.cells.map(copyCell)),
    metadata: { kernelspec: KERNEL, language_info: { name: "python" }, minichain: { lab, version, lang } },
    nbformat: 4,
    nbformat_minor: 5,
  };
}

const KERNEL = { display_name: "Python 3 (ipykernel)", language: "python", name: "python3" };

function copyCell(cell) {
  const { nbgrader, minichain, deletable, editable, tags } = cell.metadata;
  const metadata = {};
  if (typeof deletable === "boolean") metadata.deletable = deletable;
  if (typeof editable === "boolean") metadata.editable = editable;
  if (Array.isArray(tags) && tags.every((tag) => typeof tag === "string")) metadata.tags = tags;
  if (isObject(nbgrader)) metadata.nbgrader = copyPlain(nbgrader);
  if (isObject(minichain)) metadata.minichain = copyPlain(minichain);
  const made = { cell_type: cell.cell_type, id: cell.id, metadata, source: getSource(cell) };
  return cell.cell_type === "code" ? { ...made, execution_count: null, outputs: [] } : made;
}

function copyPlain(values) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => ["string", "number", "boolean"].includes(typeof value)));
}

// nbformat 4.5 wants an id of 1 to 64 letters, digits, - and _ for each cell, each once.
function makeIdsUnique(cells) {
  const used = new Set();
  return cells.map((cell) => {
    let { id } = cell;
    if (typeof id !== "string" || !/^[A-Za-z0-9_-]{1,64}$/.test(id) || used.has(id)) id = makeId();
    used.add(id);
    return { ...cell, id };
  });
}

const makeId = () => Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");

// Return the new version with what the learner wrote: the text of the solution cells, by grade id, and cells of their own, each behind
// the cell that it stood behind. `lost` names solution cells that the new version does not have.
export function moveAnswers(old, release) {
  const answers = new Map(old.cells.filter(isSolution).map((cell) => [getGradeId(cell), getSource(cell)]));
  const solutions = release.cells.filter(isSolution).map(getGradeId);
  const cells = release.cells.map((cell) =>
    isSolution(cell) && answers.has(getGradeId(cell)) ? { ...cell, source: answers.get(getGradeId(cell)) } : cell,
  );
  for (const { cell, behind } of listOwnCells(old, release)) {
    const place = behind === null ? -1 : cells.findIndex((one) => one.id === behind);
    cells.splice(place + 1, 0, cell);
  }
  return {
    notebook: { ...release, cells: makeIdsUnique(cells) },
    solutions: solutions.length,
    moved: solutions.filter((id) => answers.has(id)).length,
    lost: [...answers.keys()].filter((id) => !solutions.includes(id)),
  };
}

// The learner's own cells, last first, each with the id of the released cell that it stands behind.
function listOwnCells(old, release) {
  const known = new Set(release.cells.map((cell) => cell.id));
  const released = new Set(release.cells.map(getSource));
  const own = [];
  let behind = null;
  for (const cell of old.cells) {
    const isReleased = getGradeId(cell) !== undefined || RELEASED_ID.test(cell.id ?? "");
    // A tool that drops ids leaves text of the lab and of the learner alike; there, code alone is taken for the learner's.
    const isOwn = !isReleased && !released.has(getSource(cell)) && (cell.id !== undefined || cell.cell_type === "code");
    if (isOwn) own.unshift({ cell: { ...copyCell(cell), metadata: {} }, behind });
    else if (known.has(cell.id)) behind = cell.id;
  }
  return own;
}

// Return the notebook as it is handed in: as released, but for what the learner wrote and ran. JupyterLite notes its own kernel and
// which outputs it trusts; elsewhere neither means anything.
export function toDownload(notebook) {
  const { widgets, ...metadata } = notebook.metadata;
  const cells = notebook.cells.map((cell) => {
    const { trusted, ...rest } = cell.metadata;
    return { ...cell, metadata: rest };
  });
  return { ...notebook, cells, metadata: { ...metadata, kernelspec: KERNEL, language_info: { name: "python" } } };
}
