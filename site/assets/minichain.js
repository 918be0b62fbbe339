// What our pages do by themselves: a choice between figures, tables for the keyboard, a search for what is pasted, the points of a lab, and
// quizzes that were answered right. All read well without it.

for (const figure of document.querySelectorAll(".mc-choice")) {
  const panes = [...figure.querySelectorAll(".mc-figure__pane")];
  const show = () => {
    const chosen = Number(figure.querySelector("input:checked")?.value ?? 0);
    panes.forEach((pane, number) => { pane.hidden = number !== chosen; });
  };
  figure.addEventListener("change", show);
  show(); // a browser that goes back remembers the choice, but not the picture
}

// The theme waits for the end of the document, which was long ago: scripts run once the page has been painted.
document$.next(document);

// A wide table scrolls in a box that the theme puts around it; the keyboard must reach that box.
for (const box of document.querySelectorAll(".md-typeset__scrollwrap")) box.tabIndex = 0;

// What a term means, beside it: for a mouse that rests on it, a keyboard that reaches it (Escape puts it away) and a finger, whose first tap
// shows it and whose second one follows the link. Without a script it is the link's title.
const terms = document.querySelectorAll(".mc-term");
if (terms.length) {
  const tip = Object.assign(document.createElement("div"), { id: "mc-tip", className: "mc-tip", hidden: true });
  tip.setAttribute("role", "tooltip");
  document.querySelector("article").append(tip);
  let shown = null;
  let leaving;
  let isSecondTap = false;
  const hide = () => {
    clearTimeout(leaving);
    shown?.removeAttribute("aria-describedby");
    shown = null;
    tip.hidden = true;
  };
  const show = (term) => {
    hide();
    shown = term;
    tip.textContent = term.dataset.text;
    term.setAttribute("aria-describedby", tip.id);
    tip.hidden = false;
    const [place, article] = [term.getClientRects()[0], tip.offsetParent.getBoundingClientRect()];
    const most = Math.min(article.right, document.documentElement.clientWidth - 8) - tip.offsetWidth;
    tip.style.left = `${Math.max(Math.min(place.left, most), 8) - article.left}px`;
    tip.style.top = `${place.bottom - article.top + 6}px`;
  };
  const leave = (event) => { if (event.pointerType === "mouse") leaving = setTimeout(hide, 200); };
  for (const term of terms) {
    term.dataset.text = term.title;
    term.removeAttribute("title");
    term.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && show(term));
    term.addEventListener("pointerleave", leave);
    term.addEventListener("pointerdown", (event) => { isSecondTap = event.pointerType === "mouse" || shown === term; });
    term.addEventListener("focus", () => show(term));
    term.addEventListener("blur", hide);
    term.addEventListener("click", (event) => {
      if (isSecondTap || event.detail === 0) return; // detail 0: the Enter key
      event.preventDefault();
      show(term);
    });
  }
  tip.addEventListener("pointerenter", () => clearTimeout(leaving));
  tip.addEventListener("pointerleave", leave);
  addEventListener("keydown", (event) => event.key === "Escape" && hide());
  addEventListener("pointerdown", (event) => event.target !== shown && event.target !== tip && hide());
}

// The theme searches at each key: what is pasted, dictated or chosen from an input method comes without one.
const query = document.querySelector("[data-md-component=search-query]");
query?.addEventListener("input", () => query.dispatchEvent(new Event("keyup")));

// Paper is light, whatever the screen is.
let schemeOnScreen;
addEventListener("beforeprint", () => {
  schemeOnScreen = document.body.dataset.mdColorScheme;
  document.body.dataset.mdColorScheme = "default";
});
addEventListener("afterprint", () => { document.body.dataset.mdColorScheme = schemeOnScreen; });

// {"02-merkle-proofs": {"points": 12, "max_points": 30, "when": "..."}}: the lab writes it, and the best of all runs
// beside it; this page only shows them.
const showProgress = () => {
  let kept;
  try {
    const [best, last] = ["best", "progress"].map((name) => JSON.parse(localStorage.getItem(`minichain-${name}`)));
    kept = { ...last, ...best }; // who comes back has run nothing yet, and has lost nothing
  } catch {
    kept = {}; // storage is switched off, or holds something else
  }
  for (const line of document.querySelectorAll("[data-progress]")) {
    const { points, max_points: most } = kept[line.dataset.progress] ?? {};
    line.hidden = !(Number.isFinite(points) && Number.isFinite(most) && most > 0);
    if (line.hidden) continue;
    line.querySelector("strong").textContent = `${points} ${line.dataset.of} ${most}`;
    line.querySelector("progress").value = points / most;
  }
};
showProgress();
addEventListener("storage", showProgress);
addEventListener("pageshow", showProgress);

// {"foundations/merkle-proofs": {"right": ["quiz-0"], "when": "..."}}: what was once right stays so, in either language. The quizzes'
// own script keeps its state under the page's address, and tells when it changed.
const noteQuizzes = () => {
  const root = new URL(`${JSON.parse(document.getElementById("__config").textContent).base}/`, location.href).pathname;
  const lesson = location.pathname.slice(root.length).replace(/\/(index\.html)?$/, "");
  try {
    const state = JSON.parse(localStorage.getItem(`quiz_progress_${location.pathname}`)) ?? {};
    const all = JSON.parse(localStorage.getItem("minichain-quizzes")) ?? {};
    const before = all[lesson]?.right ?? [];
    const right = [...new Set([...before, ...Object.keys(state).filter((id) => state[id].correct === true)])];
    if (right.length === before.length) return;
    all[lesson] = { right, when: new Date().toISOString() };
    localStorage.setItem("minichain-quizzes", JSON.stringify(all));
  } catch {
    // storage is switched off, or holds something else
  }
};
// Whoever submits without a choice has not answered wrongly: the choices are pointed at.
const wantChoice = (event) => {
  const quiz = event.target.closest(".quiz");
  if (!quiz || quiz.querySelector("input:checked")) return;
  event.preventDefault();
  event.stopPropagation();
  const first = quiz.querySelector("input");
  first.setCustomValidity(document.documentElement.lang.startsWith("zh") ? "请先选一个答案。" : "Choose an answer first.");
  first.reportValidity();
  quiz.addEventListener("change", () => first.setCustomValidity(""), { once: true });
};
if (document.querySelector(".quiz")) {
  addEventListener("submit", wantChoice, { capture: true });
  noteQuizzes();
  addEventListener("quizProgressUpdate", noteQuizzes);
}
