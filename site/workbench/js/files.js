// The learner's notebooks of this lab, in JupyterLite's storage in this browser. Nothing here overwrites a file: whatever is new gets a
// name that is free, and what it takes the place of is renamed first.

import { getLabel, isNotebookOf } from "./notebook.js";
import { lab, say } from "./words.js";

const FOLDER = `${lab.lang}/${lab.id}`;
const MAX_FILES = 2000;

// Return all notebooks of this lab and language, wherever they are and whatever they are called, the last changed one first.
export async function listNotebooks(contents) {
  const found = [];
  const folders = [""];
  for (let seen = 0; folders.length && seen < MAX_FILES; ) {
    const { content } = await contents.get(folders.shift(), { content: true });
    for (const { path, type } of content ?? []) {
      seen += 1;
      if (type === "directory") folders.push(path);
      else if (path.endsWith(".ipynb")) {
        const notebook = await readNotebook(contents, path);
        if (notebook && isNotebookOf(notebook.content, lab.id, lab.lang)) found.push(notebook);
      }
    }
  }
  return found.sort((one, two) => two.changed - one.changed || two.path.localeCompare(one.path));
}

async function readNotebook(contents, path) {
  try {
    const { content, last_modified } = await contents.get(path, { content: true, format: "json", type: "notebook" });
    const valid = Array.isArray(content?.cells);
    return valid ? { path, name: getName(path), changed: new Date(last_modified), version: getLabel(content).version, content } : null;
  } catch {
    return null; // what cannot be read is left alone
  }
}

export function getName(path) {
  return path.split("/").pop().replace(/\.ipynb$/, "");
}

export async function fetchRelease() {
  const response = await fetch(lab.release, { cache: "no-cache" });
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`.trim());
  return response.json();
}

// Put the lab's data files beside its notebooks, but for those that are there.
export async function addData(contents) {
  if (lab.data.length) await addFolder(contents);
  for (const name of lab.data) {
    const path = `${FOLDER}/${name}`;
    if (await exists(contents, path)) continue;
    const response = await fetch(new URL(name, new URL(lab.dataFolder, location.href)));
    if (!response.ok) throw new Error(`${name}: ${response.status}`);
    await contents.save(path, { type: "file", format: "base64", content: toBase64(new Uint8Array(await response.arrayBuffer())) });
  }
}

function toBase64(bytes) {
  let text = "";
  for (let start = 0; start < bytes.length; start += 0x8000) text += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  return btoa(text);
}

async function exists(contents, path) {
  return contents.get(path, { content: false }).then(() => true, () => false);
}

// Return the path that a new file gets: `name` in the lab's folder, with a number where that is taken.
async function findFree(contents, name) {
  for (let number = 1; ; number += 1) {
    const path = `${FOLDER}/${name}${number > 1 ? ` ${number}` : ""}.ipynb`;
    if (!(await exists(contents, path))) return path;
  }
}

async function addFolder(contents) {
  for (const path of [lab.lang, FOLDER]) {
    if (!(await exists(contents, path))) await contents.save(path, { type: "directory", format: "json", content: null });
  }
}

export async function addNotebook(contents, notebook, name = lab.id) {
  await addFolder(contents);
  const path = await findFree(contents, name);
  await contents.save(path, { type: "notebook", format: "json", content: notebook });
  return path;
}

// Put a new notebook in the place of the present one, which is kept under a name that says so; return both paths.
export async function replaceNotebook(contents, path, notebook, keptName) {
  const kept = await findFree(contents, keptName);
  await contents.rename(path, kept);
  await new Promise((done) => setTimeout(done, 5)); // so that the new one is the last changed, by the clock too
  return { path: await addNotebook(contents, notebook), kept };
}

export function makeName(kind, name) {
  const now = new Date();
  const two = (number) => String(number).padStart(2, "0");
  const date = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())} ${two(now.getHours())}.${two(now.getMinutes())}`;
  // % and / mean something in a path; a name that grew by many copies is cut.
  return say(kind, { name: lab.id, date }).replace(/[%/\\:*?"<>|#]/g, "-").slice(0, 120);
}

// The last resort for a tab that closes: storage that is written at once. It is read when the lab is opened again.
const RESCUE = `minichain-rescue:${FOLDER}`;

export function keepRescue(path, notebook) {
  const keep = (content) => localStorage.setItem(RESCUE, JSON.stringify({ path, when: Date.now(), content }));
  try {
    keep(notebook);
  } catch {
    try {
      // Too much for this storage: what was written matters more than what was computed.
      const cells = notebook.cells.map((cell) => (cell.cell_type === "code" ? { ...cell, outputs: [] } : cell));
      keep({ ...notebook, cells });
    } catch {
      // Then the ordinary save, which is under way, must do.
    }
  }
}

export function dropRescue() {
  try {
    localStorage.removeItem(RESCUE);
  } catch {
    // blocked storage holds nothing
  }
}

// Bring back changes that were not saved when the tab closed; return whether there were any.
export async function applyRescue(contents, notebooks) {
  let rescue;
  try {
    rescue = JSON.parse(localStorage.getItem(RESCUE));
  } catch {
    return false;
  }
  const file = notebooks.find((one) => one.path === rescue?.path);
  const isNewer = file && rescue.when > file.changed.getTime() && isNotebookOf(rescue.content, lab.id, lab.lang);
  const differs = isNewer && JSON.stringify(rescue.content.cells) !== JSON.stringify(file.content.cells);
  if (differs) {
    const saved = await contents.save(file.path, { type: "notebook", format: "json", content: rescue.content });
    file.content = rescue.content;
    file.changed = new Date(saved.last_modified);
  }
  dropRescue();
  return Boolean(differs);
}
