// Progress in the lab: what the kernel reports of its tests, kept in this browser under "minichain-progress" and shown in a panel.
//
// A result is that of the last run of its test. What a message says is checked before it is believed, and shown as text only. The most
// points that a lab ever had stay under "minichain-best", for the course's page of progress.

import { element, lab, say, sayTime } from "./words.js";

export const MIME_TYPE = "application/vnd.minichain.progress+json";
const KEY = "minichain-progress";
const BEST = "minichain-best";
const MAX_TESTS = 200;
const STATUSES = ["passed", "failed", "error", "timeout", "not run"];

const isPoints = (value) => Number.isFinite(value) && value >= 0 && value <= 1e6;
const cut = (text, most) => (typeof text === "string" ? text.slice(0, most) : "");

function checkTests(tests) {
  if (!Array.isArray(tests)) return null;
  const valid = tests.slice(0, MAX_TESTS).every((test) => typeof test?.id === "string" && isPoints(test.points) && STATUSES.includes(test.status));
  if (!valid) return null;
  return tests.slice(0, MAX_TESTS).map(({ id, task, points, status, message }) => {
    return { id: cut(id, 64), task: Number.isInteger(task) ? task : null, points, status, message: cut(message, 300) };
  });
}

function readAll(key = KEY) {
  try {
    const all = JSON.parse(localStorage.getItem(key));
    return typeof all === "object" && all !== null && !Array.isArray(all) ? all : {};
  } catch {
    return {};
  }
}

function write(record) {
  try {
    const all = readAll();
    if (record) all[lab.id] = record;
    else delete all[lab.id];
    localStorage.setItem(KEY, JSON.stringify(all));
    if (record) keepBest(record);
  } catch {
    // Storage is full or blocked: the panel still shows this visit's results.
  }
}

function keepBest({ points, max_points, when }) {
  const all = readAll(BEST);
  const best = all[lab.id];
  if (best && points / max_points <= best.points / best.max_points) return;
  all[lab.id] = { points, max_points, when };
  localStorage.setItem(BEST, JSON.stringify(all));
}

export class Progress {
  constructor(onChange) {
    this.onChange = onChange;
    this.version = lab.version;
    this.when = null;
    this.tests = [];
  }

  // Begin with the tests of a notebook, none of which has run; `remember` brings back what this browser knows of it.
  start(tests, version, remember) {
    this.version = version;
    this.when = null;
    this.tests = tests.slice(0, MAX_TESTS).map(({ id, points }) => ({ id, points, status: "not run", message: "" }));
    const record = readAll()[lab.id];
    if (remember && record?.lang === lab.lang && record.version === version) {
      this.apply(checkTests(record.tests) ?? []);
      this.when = Number.isNaN(Date.parse(record.when)) ? null : new Date(record.when);
    }
    this.onChange();
  }

  forget() {
    if (readAll()[lab.id]?.lang === lab.lang) write(null);
  }

  onMessage(message) {
    if (!["display_data", "update_display_data", "execute_result"].includes(message.header?.msg_type)) return;
    const data = message.content?.data?.[MIME_TYPE];
    if (data?.lab !== lab.id) return;
    const tests = checkTests(data.tests);
    if (!tests) return;
    this.apply(tests);
    if (tests.some((test) => test.status !== "not run")) {
      this.when = new Date();
      this.save();
    }
    this.onChange();
  }

  // A fresh Python knows nothing of earlier runs, so "not run" takes nothing back, but it may say why the test could not run.
  apply(tests) {
    for (const test of tests) {
      const place = this.tests.findIndex((known) => known.id === test.id);
      if (place < 0) {
        if (this.tests.length < MAX_TESTS) this.tests.push(test);
      } else if (test.status !== "not run") this.tests[place] = test;
      else this.tests[place] = { ...this.tests[place], task: test.task, message: test.message || this.tests[place].message };
    }
  }

  get points() {
    return sum(this.tests.filter((test) => test.status === "passed"));
  }

  get max() {
    return sum(this.tests);
  }

  toRecord() {
    const { points, max, version, tests } = this;
    return { points, max_points: max, when: (this.when ?? new Date()).toISOString(), lang: lab.lang, version, tests };
  }

  // The other language's better result stays what the course's pages show.
  save() {
    const kept = readAll()[lab.id];
    if (kept && kept.lang !== lab.lang && kept.points > this.points) return;
    write(this.toRecord());
  }
}

const sum = (tests) => Math.round(tests.reduce((total, test) => total + test.points, 0) * 1e6) / 1e6;

const MARKS = {
  passed: "M4 12.5l5 5L20 6.5",
  failed: "M6 6l12 12M18 6L6 18",
  error: "M12 4v10M12 19v.5",
  timeout: "M6 4h12L6 20h12z",
  "not run": "M6 12h12",
};

function drawMark(status) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", MARKS[status]);
  svg.append(path);
  return svg;
}

// Fill the panel. `goTo` scrolls to a test's cell, `download` hands a file to the learner.
export function drawPanel(body, progress, goTo, download) {
  const { points, max } = progress;
  const line = element("p", { class: "panel__sum", text: say("points", { points, max }) });
  const bar = element("progress", { max: 1, value: max ? points / max : 0, "aria-hidden": "true" });
  const heads = ["progress-test", "progress-result", "progress-points"].map((key) => element("th", { scope: "col", text: say(key) }));
  const rows = progress.tests.flatMap((test) => drawRows(test, goTo));
  const table = element("table", {}, element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...rows));
  const isDone = progress.tests.length > 0 && progress.tests.every((test) => test.status === "passed");
  const state = isDone ? say("progress-done") : progress.when ? say("progress-when", { when: sayTime(progress.when) }) : say("progress-none");
  const exportButton = element("button", { type: "button", class: "button", text: say("progress-export"), id: "export" });
  exportButton.addEventListener("click", () => download(`${lab.id}.progress.json`, { lab: lab.id, ...progress.toRecord() }));
  body.replaceChildren(
    line, bar, element("p", { class: isDone ? "panel__done" : "panel__state", text: state }), table,
    element("p", { class: "panel__note", text: say("progress-note") }), exportButton,
  );
}

function drawRows(test, goTo) {
  const label = test.task ? `${test.task} ${test.id}` : test.id;
  const name = element("button", { type: "button", class: "link", text: label, title: say("progress-go", { name: test.id }), click: () => goTo(test.id) });
  const result = element("td", { class: "result" }, drawMark(test.status), say(test.status.replace(" ", "-")));
  const earned = test.status === "passed" ? test.points : 0;
  const cells = [element("th", { scope: "row" }, name), result, element("td", { class: "number", text: `${earned} / ${test.points}` })];
  const row = element("tr", { "data-status": test.status, "data-test": test.id }, ...cells);
  if (!test.message) return [row];
  return [row, element("tr", { class: "why", "data-status": test.status }, element("td", { colspan: 3, text: test.message }))];
}
