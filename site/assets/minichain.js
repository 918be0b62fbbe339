// What our pages do by themselves: a choice between figures, tables for the keyboard, the points of a lab, and quizzes that were answered
// right. All read well without it.

for (const figure of document.querySelectorAll(".mc-choice")) {
  const panes = [...figure.querySelectorAll(".mc-figure__pane")];
  const show = () => {
    const chosen = Number(figure.querySelector("input:checked")?.value ?? 0);
    panes.forEach((pane, number) => { pane.hidden = number !== chosen; });
  };
  figure.addEventListener("change", show);
  show(); // a browser that goes back remembers the choice, but not the picture
}

// A wide table scrolls in a box that the theme puts around it; the keyboard must reach that box.
addEventListener("load", () => {
  for (const box of document.querySelectorAll(".md-typeset__scrollwrap")) box.tabIndex = 0;
});

// Paper is light, whatever the screen is.
let schemeOnScreen;
addEventListener("beforeprint", () => {
  schemeOnScreen = document.body.dataset.mdColorScheme;
  document.body.dataset.mdColorScheme = "default";
});
addEventListener("afterprint", () => { document.body.dataset.mdColorScheme = schemeOnScreen; });

// {"02-merkle-proofs": {"points": 12, "max_points": 30, "when": "..."}}: the lab writes it, this page only shows it.
const showProgress = () => {
  let kept;
  try {
    kept = JSON.parse(localStorage.getItem("minichain-progress")) ?? {};
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
if (document.querySelector(".quiz")) {
  noteQuizzes();
  addEventListener("quizProgressUpdate", noteQuizzes);
}
