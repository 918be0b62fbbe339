// Light or dark, as chosen on the course's pages (their theme keeps the choice in this browser), else as the system is. Loaded before
// anything is painted, hence no module; main.js hears of changes through the event "look".
(() => {
  const key = `${new URL("../../../", location.href).pathname}.__palette`;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const choose = () => {
    let color;
    try {
      color = JSON.parse(localStorage.getItem(key))?.color;
    } catch {
      // storage is blocked, or holds something else: the system decides
    }
    const chosen = color?.media !== "(prefers-color-scheme)" && ["default", "slate"].includes(color?.scheme) ? color.scheme : null;
    document.documentElement.dataset.mdColorScheme = chosen ?? (dark.matches ? "slate" : "default");
    dispatchEvent(new Event("look"));
  };
  choose();
  dark.addEventListener("change", choose);
  addEventListener("storage", choose);
})();
