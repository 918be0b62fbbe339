// Opening a lab, told as it happens: stages in words, a bar that moves with real events, and what to do when one takes long or fails.
//
// Until the notebook shows, a card covers the place where it will be; from then on a strip below the head tells how far Python is.
//
// Simplifications: how far the start of Python is nobody can see from outside, so that its part of the bar only says that it goes on.

import { element, lab, say } from "./words.js";

const STAGES = ["page", "notebook", "python", "start"];
const BEGINS = { page: 0, notebook: 0.05, python: 0.3, start: 0.7 };
const SLOW_AFTER = { notebook: 20_000, python: 20_000, start: 45_000 }; // since the last event
const FRAME_FILES = 90; // about as many files make up JupyterLite's page

const card = document.getElementById("boot");
const strip = document.getElementById("strip");
const trouble = card.querySelector(".boot__trouble");
const note = card.querySelector(".boot__note");

const HELD = `minichain-python:${lab.python.version}`; // set once this Python has started in this browser

function isHeld() {
  try {
    return localStorage.getItem(HELD) !== null;
  } catch {
    return false;
  }
}

// Why this browser cannot do it at all, as a key of words; null if it can.
export async function findObstacle() {
  if (typeof WebAssembly !== "object") return "no-wasm";
  try {
    localStorage.setItem("minichain-probe", "1");
    localStorage.removeItem("minichain-probe");
  } catch (error) {
    if (error.name !== "QuotaExceededError") return "no-storage";
  }
  const opened = await new Promise((resolve) => {
    try {
      const request = indexedDB.open("minichain probe");
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => resolve(null);
    } catch {
      resolve(null);
    }
  });
  if (!opened) return "no-storage";
  opened.close();
  indexedDB.deleteDatabase("minichain probe");
  return null;
}

export class Boot {
  constructor() {
    this.first = !isHeld();
    this.stage = "page";
    this.isOpen = false; // whether the notebook shows
    card.querySelector(".boot__old").remove(); // this browser is new enough to have come here
    note.textContent = say(this.first ? "boot-first" : "boot-again", { size: lab.python.visitMegabytes });
    this.show(0);
  }

  enter(stage) {
    this.stage = stage;
    this.show(0);
  }

  // `share` of the present stage is done, as an event just told.
  show(share) {
    const place = STAGES.indexOf(this.stage);
    const end = BEGINS[STAGES[place + 1]] ?? 1;
    const value = BEGINS[this.stage] + (end - BEGINS[this.stage]) * Math.min(share, 1);
    for (const bar of [card, strip].map((part) => part.querySelector("progress"))) bar.value = value;
    for (const part of [card, strip]) part.classList.toggle("is-unmeasured", this.stage === "start");
    for (const item of card.querySelectorAll("[data-stage]")) {
      const at = STAGES.indexOf(item.dataset.stage);
      const state = at < place ? "done" : at === place ? "now" : "waiting";
      item.dataset.state = state;
      item.querySelector(".sr").textContent = ` (${say(`state-${state}`)})`;
    }
    if (this.isOpen) {
      const percent = Math.floor(share * 100);
      const what = this.stage === "python" ? say("boot-loading", { percent }) : say(this.again ? "boot-restarting" : "boot-starting");
      strip.querySelector("p").textContent = this.again ? what : `${what} ${say("boot-readable")}`;
    }
    this.watch();
  }

  // Speak up if nothing happens for long.
  watch() {
    clearTimeout(this.timer);
    clearTimeout(this.fading);
    this.hideTrouble();
    const patience = SLOW_AFTER[this.stage];
    if (patience) this.timer = setTimeout(() => this.showTrouble(say(`slow-${this.stage}`), [["wait", () => this.watch()], ["try-again", reload]]), patience);
  }

  // The notebook shows: uncover it.
  uncover() {
    this.isOpen = true;
    card.hidden = true;
    strip.hidden = false;
  }

  restart() {
    this.again = true;
    this.stage = "start";
    strip.hidden = false;
    this.show(0);
  }

  finish() {
    clearTimeout(this.timer);
    this.hideTrouble();
    try {
      localStorage.setItem(HELD, "yes");
    } catch {
      // then the next visit speaks of a first one
    }
    strip.classList.remove("is-unmeasured");
    strip.querySelector("progress").value = 1;
    strip.querySelector("p").textContent = say("boot-ready");
    this.fading = setTimeout(() => { strip.hidden = true; }, 2500);
  }

  // It cannot go on: say why, and what helps.
  fail(text, actions = [["try-again", reload]]) {
    clearTimeout(this.timer);
    strip.hidden = true;
    card.querySelector("progress").hidden = true;
    this.showTrouble(text, actions);
  }

  showTrouble(text, actions) {
    if (this.isOpen) return this.onTrouble(text, actions);
    note.hidden = true;
    trouble.hidden = false;
    trouble.querySelector("p").textContent = text;
    const buttons = actions.map(([key, click]) => element("button", { type: "button", class: "button", text: say(key), click }));
    const link = element("a", { class: "button", href: document.getElementById("back").href, text: say("back") });
    trouble.querySelector(".buttons").replaceChildren(...buttons, link);
    return undefined;
  }

  hideTrouble() {
    if (this.isOpen) return this.onTrouble(null, []);
    note.hidden = false;
    trouble.hidden = true;
    return undefined;
  }
}

export const reload = () => location.reload();

// Count the files of JupyterLite's page as they arrive.
export function watchFrame(frame, onShare) {
  let seen = 0;
  const timer = setInterval(() => {
    let count;
    try {
      count = frame.contentWindow.performance.getEntriesByType("resource").length;
    } catch {
      return; // an error page; whoever waits for the app finds out
    }
    if (count !== seen) onShare((seen = count) / FRAME_FILES);
  }, 200);
  return () => clearInterval(timer);
}

// Load what Python consists of, in parallel and counted, while the notebook is being set up; Python then finds it in the browser's cache.
// Return whether everything came.
export async function loadPython(onShare) {
  const all = lab.python.files.reduce((sum, [, bytes]) => sum + bytes, 0);
  const waiting = [...lab.python.files];
  let loaded = 0;
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const response = await fetch(new URL(next[0], new URL(lab.python.folder, location.href)));
      if (!response.ok) throw new Error(`${next[0]}: ${response.status}`);
      const reader = response.body.getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        loaded += part.value.length;
        onShare(loaded / all);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: 6 }, work));
    return true;
  } catch (error) {
    console.warn("lab: Python's files", error);
    return false;
  }
}
