// The page in which a learner works on one lab: a bar around JupyterLite. Read it from the bottom: `start` opens the lab, and the other
// functions are what the bar's buttons, the kernel and the browser call.

import { Boot, findObstacle, loadPython, reload, watchFrame } from "./boot.js";
import { confirm, download, hideNotice, showNotice } from "./dialogs.js";
import * as files from "./files.js";
import { Jupyter, findApp } from "./jupyter.js";
import { MAX_BYTES, Refused, getLabel, listTests, moveAnswers, readUpload, toDownload } from "./notebook.js";
import { Progress, drawPanel } from "./progress.js";
import { element, lab, say, sayTime } from "./words.js";

const LONG_RUN = 30_000;

const get = (id) => document.getElementById(id);
const [frame, panel, shelf] = [get("notebook"), get("panel"), get("shelf")];
const boot = new Boot();
const progress = new Progress(showProgress);
let jupyter; // the driver, once JupyterLite runs
let python = "starting"; // or "ready"
let runTimer; // runs out when a cell has been busy for long
let release; // the lab's notebook as it is given out, once it was needed

boot.onTrouble = (text, actions) => (text ? showNotice("boot", text, actions, { tone: "bad", dismiss: false }) : hideNotice("boot"));

const getRelease = async () => (release ??= await files.fetchRelease());

// Saving

function showSaved(state) {
  const key = { dirty: "unsaved", started: "saving", failed: "unsaveable" }[state] ?? "saved";
  if (state === "clean" && get("saved").dataset.state === "unsaveable") return;
  get("saved").dataset.state = key;
  get("saved").textContent = say(key);
  if (key === "unsaveable") showNotice("save", say("save-failed"), [["download", giveDownload]], { tone: "bad" });
  if (state === "completed manually" || state === "completed") hideNotice("save");
}

// The tab may close now. The save that begins here may come too late; what is written at once does not.
function onHide() {
  if (!jupyter?.isDirty) return;
  files.keepRescue(jupyter.path, jupyter.getNotebook());
  jupyter.save().then(files.dropRescue, () => {});
}

// Progress

function showProgress() {
  const { points, max } = progress;
  get("points").querySelector("span").textContent = say("points", { points, max });
  get("points").querySelector("progress").value = max ? points / max : 0;
  if (!panel.hidden) drawPanel(get("panel-body"), progress, goToTest, download);
}

function togglePanel(open) {
  panel.hidden = !open;
  get("points").setAttribute("aria-expanded", String(open));
  if (open) showProgress();
  (open ? get("panel-close") : get("points")).focus();
}

function goToTest(id) {
  const test = jupyter?.panel && listTests(jupyter.getNotebook()).find((one) => one.id === id);
  if (!test) return;
  if (matchMedia("(max-width: 48em)").matches) togglePanel(false); // it covers the notebook there
  jupyter.goTo(test.cell);
}

// Python

async function startPython() {
  python = "starting";
  // What the lab's first cell does: it reports the tests to this page and stops what never ends, whether or not the learner ran it.
  const state = await jupyter.run(lab.setup);
  if (state !== "ok") console.warn("lab: the progress table could not be set up");
  python = "ready";
  get("restart").disabled = false;
  boot.finish();
  jupyter.save().catch(() => {}); // JupyterLite notes its kernel in the notebook; a learner who wrote nothing need not see that
}

function onStatus(status) {
  clearTimeout(runTimer);
  if (status === "dead") boot.fail(say("no-python"));
  if (status === "idle") jupyter.save().catch(() => {}); // whoever has run a cell may leave at once
  if (status === "busy" && python === "ready") {
    runTimer = setTimeout(() => {
      const text = say("loop", { seconds: LONG_RUN / 1000 });
      showNotice("loop", text, [["restart", restartPython]], { tone: "warn" });
    }, LONG_RUN);
  } else hideNotice("loop");
  if ((status === "restarting" || status === "autorestarting") && python === "ready") awaitPython();
}

async function awaitPython(restart = () => {}) {
  clearTimeout(runTimer);
  hideNotice("loop");
  python = "starting";
  boot.restart();
  await restart();
  await startPython();
  showNotice("restarted", say("restarted"), [["run-all", runAll]]);
}

// Outputs of an earlier visit look as if their cells had run.
function welcomeBack({ content }) {
  if (content.cells.some((cell) => cell.outputs?.length)) showNotice("restarted", say("reopened"), [["run-all", runAll]]);
}

// It stops at the first error, which is the first test that is still to be passed.
async function runAll() {
  hideNotice("restarted");
  await jupyter.runAll();
}

const restartPython = () => awaitPython(() => jupyter.restart());

// Files

async function openNotebook(notebook, { remember = true } = {}) {
  try {
    await jupyter.open(notebook.path);
  } catch (error) {
    console.error(error);
    boot.fail(say("no-open", { reason: error.message }));
    return false;
  }
  progress.start(listTests(notebook.content), notebook.version, remember);
  showSaved("clean");
  offerUpdate(notebook);
  return true;
}

function offerUpdate({ version }) {
  hideNotice("update");
  if (version === lab.version) return;
  showNotice("update", say("update"), [["update-action", () => attempt(moveToNewVersion)]]);
}

// Close the present notebook, let `change` do what it does to the files, and open the one whose path it returns.
async function exchange(change, options) {
  await jupyter.close();
  for (const id of ["update", "loop", "restarted", "done"]) hideNotice(id);
  let path = null;
  try {
    path = await change();
  } finally {
    const notebooks = await files.listNotebooks(jupyter.contents);
    const chosen = notebooks.find((one) => one.path === path) ?? notebooks[0];
    if (await openNotebook(chosen, options)) {
      boot.restart();
      await startPython();
      welcomeBack(chosen);
    }
  }
}

async function moveToNewVersion() {
  const fresh = await getRelease();
  await jupyter.save();
  const result = moveAnswers(jupyter.getNotebook(), fresh);
  let kept;
  const { path } = jupyter;
  await exchange(async () => {
    const done = await files.replaceNotebook(jupyter.contents, path, result.notebook, files.makeName("name-old"));
    kept = files.getName(done.kept);
    return done.path;
  });
  const lost = result.lost.length ? ` ${say("update-lost", { names: result.lost.join(", ") })}` : "";
  showNotice("done", say("updated", { moved: result.moved, solutions: result.solutions, name: kept }) + lost);
}

async function reset() {
  const keptName = files.makeName("name-backup");
  shelf.close();
  if (!(await confirm("reset", say("reset-text", { name: keptName }), "reset-action"))) return;
  const fresh = await getRelease();
  await jupyter.save();
  progress.forget();
  let kept;
  const { path } = jupyter;
  const change = async () => {
    const done = await files.replaceNotebook(jupyter.contents, path, fresh, keptName);
    kept = files.getName(done.kept);
    return done.path;
  };
  await exchange(change, { remember: false });
  showNotice("done", say("reset-done", { name: kept }));
}

async function upload(file) {
  get("shelf-trouble").textContent = "";
  try {
    if (file.size > MAX_BYTES) throw new Refused("upload-big");
    const text = await file.text().catch(() => {
      throw new Refused("upload-unread");
    });
    const notebook = readUpload(text, lab.id, lab.lang);
    shelf.close();
    let name;
    await exchange(async () => {
      const path = await files.addNotebook(jupyter.contents, notebook, files.makeName("name-upload"));
      name = files.getName(path);
      return path;
    }, { remember: false });
    showNotice("done", say("upload-done", { name }));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    get("shelf-trouble").textContent = say(error.message, { name: file.name });
  }
}

async function giveDownload() {
  await jupyter.save().catch(() => {}); // a notebook that cannot be saved can still be downloaded
  download(`${lab.id}.ipynb`, toDownload(jupyter.getNotebook()));
}

async function openShelf() {
  await jupyter.save();
  const notebooks = await files.listNotebooks(jupyter.contents);
  const items = notebooks.map((notebook) => {
    const isThis = notebook.path === jupyter.path;
    const facts = [say("files-changed", { when: sayTime(notebook.changed) })];
    if (notebook.version !== lab.version) facts.push(say("files-old"));
    const text = element("p", {}, element("strong", { text: notebook.name }), element("span", { text: facts.join(" · ") }));
    const open = () => {
      shelf.close();
      attempt(() => exchange(() => notebook.path));
    };
    const side = isThis ? element("em", { text: say("files-this") }) : element("button", { type: "button", class: "button button--small", text: say("files-open"), click: open });
    return element("li", {}, text, side);
  });
  get("shelf-list").replaceChildren(...items);
  get("shelf-trouble").textContent = "";
  shelf.showModal();
}

// Wiring

// Run what a button asks for, and say so if it cannot be done. While files change hands, the tools rest.
let isBusy = false;
async function attempt(work) {
  if (isBusy || !jupyter) return;
  isBusy = true;
  try {
    await work();
  } catch (error) {
    console.error(error);
    showNotice("failed", say("no-open", { reason: error.message }), [["try-again", reload]], { tone: "bad" });
  } finally {
    isBusy = false;
  }
}

function wire() {
  const tools = { points: () => togglePanel(panel.hidden), download: () => attempt(giveDownload), files: () => attempt(openShelf), restart: () => attempt(askRestart) };
  for (const [id, click] of Object.entries(tools)) get(id).addEventListener("click", click);
  get("panel-close").addEventListener("click", () => togglePanel(false));
  panel.addEventListener("keydown", (event) => event.key === "Escape" && togglePanel(false));
  get("shelf-close").addEventListener("click", () => shelf.close());
  get("shelf-download").addEventListener("click", () => attempt(giveDownload));
  get("upload").addEventListener("click", () => get("chooser").click());
  get("chooser").addEventListener("change", () => {
    const [file] = get("chooser").files;
    if (file) attempt(() => upload(file)).finally(() => { get("chooser").value = ""; });
  });
  get("reset").addEventListener("click", () => attempt(reset));
  get("language").addEventListener("click", changeLanguage);
  addEventListener("look", () => jupyter && dress());
  addEventListener("pagehide", onHide);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && onHide());
}

const isDark = () => document.documentElement.dataset.mdColorScheme === "slate";

async function askRestart() {
  if (await confirm("restart", say("restart-text"))) await restartPython();
}

async function changeLanguage(event) {
  event.preventDefault();
  const { href } = get("language");
  if (!(await confirm("language", say("language-text"), "language-action"))) return;
  await jupyter?.save().catch(() => {});
  location.href = href;
}

// The frame is JupyterLite's page; what we change of its looks is a style sheet of ours, in the colours that this page has.
function dress() {
  const page = frame.contentDocument;
  jupyter.setDark(isDark()).catch(console.warn);
  page.documentElement.dataset.mdColorScheme = document.documentElement.dataset.mdColorScheme;
  if (page.querySelector("link[data-minichain]")) return;
  page.head.append(Object.assign(page.createElement("link"), { rel: "stylesheet", href: new URL(lab.frameStyle, location.href).href }));
  page.head.lastChild.dataset.minichain = "";
}

async function findNotebook() {
  const { contents } = jupyter;
  await contents.ready;
  const notebooks = await files.listNotebooks(contents);
  if (await files.applyRescue(contents, notebooks)) showNotice("rescued", say("rescued"));
  await files.addData(contents);
  if (notebooks.length) return notebooks[0];
  const content = await getRelease();
  const path = await files.addNotebook(contents, content);
  return { path, content, version: getLabel(content).version };
}

async function start() {
  wire();
  const obstacle = await findObstacle();
  if (obstacle) return boot.fail(say(obstacle));
  boot.enter("notebook");
  const unwatch = watchFrame(frame, (share) => boot.show(share * 0.9));
  let app;
  try {
    app = await findApp(frame);
  } catch (error) {
    console.error(error);
    return boot.fail(say("no-frame"));
  } finally {
    unwatch();
  }
  jupyter = new Jupyter(app, {
    saved: showSaved,
    message: (message) => progress.onMessage(message),
    status: onStatus,
    closed: () => showNotice("closed", say("closed"), [["reopen", reload]], { dismiss: false }),
  });
  const loading = boot.first ? loadPython((share) => boot.stage === "python" && boot.show(share)) : Promise.resolve(true);
  dress();
  let notebook;
  try {
    notebook = await findNotebook();
  } catch (error) {
    console.error(error);
    return boot.fail(say("no-release", { reason: error.message }));
  }
  if (!(await openNotebook(notebook))) return undefined;
  for (const id of ["points", "download", "files"]) get(id).disabled = false;
  get("points").hidden = false;
  boot.uncover();
  const started = startPython().then(() => welcomeBack(notebook));
  boot.enter("python");
  loading.then((came) => {
    if (python === "ready") return;
    if (came) boot.enter("start");
    else boot.fail(say("no-python"));
  });
  return started;
}

start();
