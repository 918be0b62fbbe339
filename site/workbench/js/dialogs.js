// What the page says in between: notices below the head, and one question at a time.

import { element, say } from "./words.js";

const notices = document.getElementById("notices");
const ask = document.getElementById("ask");

// Show a notice until it is dismissed; one of the same id takes its place. `actions` are [key of words, what to do].
export function showNotice(id, text, actions = [], { tone = "info", dismiss = true } = {}) {
  const buttons = actions.map(([key, run]) => {
    const click = () => {
      hideNotice(id);
      run();
    };
    return element("button", { type: "button", class: "button button--small", text: say(key), "data-action": key, click });
  });
  if (dismiss) {
    const key = actions.length ? "later" : "dismiss";
    buttons.push(element("button", { type: "button", class: "button button--small button--plain", text: say(key), click: () => hideNotice(id) }));
  }
  const made = element("div", { class: "notice", "data-notice": id, "data-tone": tone, role: tone === "bad" ? "alert" : "status" },
    element("p", { text }), element("div", { class: "buttons" }, ...buttons));
  const old = find(id);
  if (old) old.replaceWith(made);
  else notices.append(made);
}

const find = (id) => [...notices.children].find((one) => one.dataset.notice === id);

export function hideNotice(id) {
  find(id)?.remove();
}

// Ask before something is done; resolves to true for yes.
export function confirm(kind, text, action = kind) {
  ask.querySelector("h2").textContent = say(`${kind}-title`);
  ask.querySelector("p").textContent = text;
  const yes = ask.querySelector("[value=yes]");
  yes.textContent = say(action);
  ask.returnValue = "";
  ask.showModal();
  yes.focus();
  return new Promise((resolve) => {
    ask.addEventListener("close", () => resolve(ask.returnValue === "yes"), { once: true });
  });
}

// Hand a file to the learner.
export function download(name, value) {
  const address = URL.createObjectURL(new Blob([`${JSON.stringify(value, null, 1)}\n`], { type: "application/json" }));
  element("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
