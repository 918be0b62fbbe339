// The figure of the home page: a hash-linked log that anyone may alter. Each link is SHA-256 of the link above and the record, as in
// minichain/crypto/hash_chain.py. The browser's own SHA-256 is missing where a site comes without https, in a classroom for one.

const ROUND = [];
const START = [];
for (let candidate = 2; ROUND.length < 64; candidate++) {
  let prime = true;
  for (let divisor = 2; divisor * divisor <= candidate; divisor++) prime &&= candidate % divisor !== 0;
  if (!prime) continue;
  const fraction = (root) => ((root % 1) * 2 ** 32) | 0;
  if (START.length < 8) START.push(fraction(Math.sqrt(candidate)));
  ROUND.push(fraction(Math.cbrt(candidate)));
}

// FIPS 180-4, sections 5.1.1 and 6.2.2.
function sha256(message) {
  const blocks = Math.ceil((message.length + 9) / 64);
  const padded = new Uint8Array(blocks * 64);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 4, message.length * 8);
  const state = [...START];
  const turn = (word, by) => (word >>> by) | (word << (32 - by));
  for (let block = 0; block < blocks; block++) {
    const words = [];
    let [a, b, c, d, e, f, g, h] = state;
    for (let t = 0; t < 64; t++) {
      if (t < 16) words.push(view.getInt32(block * 64 + t * 4));
      else {
        const [near, far] = [words[t - 2], words[t - 15]];
        const small = (turn(far, 7) ^ turn(far, 18) ^ (far >>> 3)) + (turn(near, 17) ^ turn(near, 19) ^ (near >>> 10));
        words.push((words[t - 16] + words[t - 7] + small) | 0);
      }
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + ROUND[t] + words[t]) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => { state[i] = (state[i] + word) | 0; });
  }
  const digest = new Uint8Array(32);
  state.forEach((word, i) => new DataView(digest.buffer).setInt32(i * 4, word));
  return digest;
}

function computeLinks(records) {
  let above = new Uint8Array(32);
  return records.map((record) => {
    const text = new TextEncoder().encode(record);
    const message = new Uint8Array(36 + text.length);
    message.set(above);
    new DataView(message.buffer).setUint32(32, text.length);
    message.set(text, 36);
    above = sha256(message);
    return Array.from(above.slice(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join("");
  });
}

const figure = document.querySelector(".mc-chain");
const rows = [...figure.querySelectorAll(".mc-chain__row")];
const inputs = rows.map((row) => row.querySelector("input"));
const links = rows.map((row) => row.querySelector(".mc-chain__link"));
const printed = figure.querySelector(".mc-chain__printed");
const words = figure.querySelector("[role=status]");
const [forge, restore] = ["forge", "restore"].map((name) => figure.querySelector(`[data-${name}]`));
const original = inputs.map((input) => input.defaultValue);
const originalLinks = links.map((link) => link.textContent);
const still = matchMedia("(prefers-reduced-motion: reduce)");
const STEP = 420; // milliseconds from one link to the next
let timers = [];

function showLink(row, link) {
  links[row].textContent = link;
  rows[row].classList.toggle("is-other", link !== originalLinks[row]);
}

// `whole` is said if all lines are as they were; else `altered`, with the number of the first that is not. Return which.
function say(whole, altered) {
  const first = inputs.findIndex((input, row) => input.value !== original[row]);
  words.textContent = first < 0 ? whole : altered.replace("{number}", first + 1);
  return first < 0;
}

function showEnd() {
  printed.classList.toggle("is-other", !say(figure.dataset.whole, figure.dataset.altered));
}

// What changes runs down the log, link by link, and ends at what was printed: that it does so is what the figure explains.
function update() {
  timers.forEach(clearTimeout);
  timers = [];
  const now = computeLinks(inputs.map((input) => input.value));
  const first = now.findIndex((link, row) => link !== links[row].textContent);
  rows.forEach((row, number) => {
    row.classList.remove("is-moving");
    row.classList.toggle("is-altered", inputs[number].value !== original[number]);
  });
  restore.disabled = inputs.every((input, row) => input.value === original[row]);
  forge.disabled = !restore.disabled;
  if (still.matches || first < 0) {
    now.forEach((link, row) => showLink(row, link));
    showEnd();
    return;
  }
  say(figure.dataset.restoring, figure.dataset.moving);
  now.forEach((link, row) => {
    if (row < first) return;
    const start = (row - first) * STEP;
    timers.push(setTimeout(() => rows[row].classList.add("is-moving"), start));
    for (let roll = 1; roll < 6; roll++) {
      timers.push(setTimeout(() => { links[row].textContent = roll % 2 ? link.split("").reverse().join("") : link.slice(roll) + link.slice(0, roll); }, start + roll * 55));
    }
    timers.push(setTimeout(() => { rows[row].classList.remove("is-moving"); showLink(row, link); }, start + STEP - 40));
  });
  timers.push(setTimeout(showEnd, (now.length - first) * STEP));
}

function alter() {
  inputs[Number(figure.dataset.record)].value = figure.dataset.text;
  update();
}

let watch, waiting;
const stopWaiting = () => { watch?.disconnect(); clearTimeout(waiting); };
inputs.forEach((input, row) => {
  input.readOnly = false;
  input.value = original[row]; // a browser that goes back remembers what was typed
  input.addEventListener("input", () => { stopWaiting(); update(); });
});
forge.addEventListener("click", () => { stopWaiting(); alter(); });
restore.addEventListener("click", () => {
  inputs.forEach((input, row) => { input.value = original[row]; });
  update();
  forge.focus();
});
figure.addEventListener("focusin", stopWaiting);
figure.querySelector(".mc-chain__buttons").hidden = false;

// Once, and only where motion is welcome, it shows by itself what it is for.
if (!still.matches) {
  watch = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    watch.disconnect();
    waiting = setTimeout(alter, 1500);
  }, { threshold: 0.7 });
  watch.observe(figure);
}
