// What the page was built with: which lab this is, and the words of its language.

export const lab = JSON.parse(document.getElementById("lab").textContent);

// say("points", {points: 3, max: 30}) is "3 of 30 points".
export function say(key, values = {}) {
  const text = lab.words[key];
  if (text === undefined) throw new Error(`no word for ${key}`);
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

export function sayTime(when) {
  return new Intl.DateTimeFormat(lab.locale, { dateStyle: "medium", timeStyle: "short" }).format(when);
}

// An element with text and attributes. Text is only ever text: nothing here reads markup.
export function element(tag, { text, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value !== undefined) made.setAttribute(name, value);
  }
  if (text !== undefined) made.textContent = text;
  made.append(...children);
  return made;
}
