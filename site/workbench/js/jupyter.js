// The driver of JupyterLite, which runs in the frame: it opens and closes notebooks, saves, restarts Python and tells what happens.
//
// Used of JupyterLab's interface: the commands docmanager:open and apputils:change-theme, serviceManager.contents, and of the notebook's
// panel its context, session and cells.

// JupyterLab lets saves overlap, and the later one takes the earlier one's file for a stranger's and asks the learner what to do. It also
// calls a notebook saved that changed while it was being saved.
function saveInTurn(context) {
  const save = context.save.bind(context);
  let last = Promise.resolve();
  const saveNow = async () => {
    let changed = false;
    const onChange = () => { changed = true; };
    context.model.contentChanged.connect(onChange);
    try {
      await save();
    } finally {
      context.model?.contentChanged.disconnect(onChange);
    }
    if (changed && !context.isDisposed) context.model.dirty = true;
  };
  context.save = () => (last = last.then(saveNow, saveNow));
}

const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

const WIDGET = "application/vnd.jupyter.widget-view+json";

// Widgets of an earlier visit are gone with its Python: show the picture or the words that were stored beside each of them.
function dropDeadWidgets(model) {
  for (const cell of model.cells) {
    const outputs = cell.type === "code" ? cell.outputs.toJSON() : [];
    const dead = outputs.filter(({ data }) => data?.[WIDGET] && Object.keys(data).length > 1);
    for (const { data } of dead) delete data[WIDGET];
    if (dead.length) cell.outputs.fromJSON(outputs);
  }
}

// Return JupyterLab's application object once it has started; throw if the frame shows something else.
export async function findApp(frame) {
  for (let loaded = false; ; await wait(50)) {
    let page;
    try {
      page = frame.contentWindow?.document;
    } catch {
      page = null; // the browser's own error page is of another origin
    }
    loaded ||= page?.readyState === "complete" && page.URL !== "about:blank";
    if (page === null || (loaded && !page.getElementById("jupyter-config-data"))) throw new Error("the frame holds no JupyterLite");
    const app = frame.contentWindow.jupyterapp;
    if (app) {
      await app.started;
      return app;
    }
  }
}

export class Jupyter {
  // `on` holds what to call: saved(state), message(message), status(status), restarting(), closed().
  constructor(app, on) {
    this.app = app;
    this.on = on;
    this.panel = null;
  }

  get contents() {
    return this.app.serviceManager.contents;
  }

  get path() {
    return this.panel?.context.path;
  }

  get kernel() {
    return this.panel?.sessionContext.session?.kernel ?? null;
  }

  get isDirty() {
    return Boolean(this.panel?.context.model.dirty);
  }

  async open(path) {
    // "_noref": in this page; otherwise the notebook application opens a tab.
    const panel = await this.app.commands.execute("docmanager:open", { path, factory: "Notebook", options: { ref: "_noref" } });
    if (!panel) throw new Error("JupyterLite did not open it");
    await panel.context.ready;
    this.panel = panel;
    const { context, sessionContext } = panel;
    saveInTurn(context);
    dropDeadWidgets(context.model);
    context.saveState.connect((_, state) => this.on.saved(state));
    context.model.stateChanged.connect((_, change) => change.name === "dirty" && this.on.saved(change.newValue ? "dirty" : "clean"));
    sessionContext.iopubMessage.connect((_, message) => this.on.message(message));
    sessionContext.statusChanged.connect((_, status) => this.on.status(status));
    panel.disposed.connect(() => {
      if (this.panel !== panel) return;
      this.panel = null;
      this.on.closed();
    });
    await panel.revealed;
    this.app.shell.collapseTop(); // the name of the notebook stands in the bar
    return panel;
  }

  // Close the notebook and end its Python, so that another one can be opened in its place.
  async close() {
    const { panel } = this;
    if (!panel) return;
    if (this.isDirty) await panel.context.save();
    this.panel = null;
    await panel.sessionContext.shutdown().catch(() => {}); // there may be no session yet
    panel.dispose();
    await wait(0);
  }

  async save() {
    if (this.isDirty) await this.panel.context.save();
  }

  getNotebook() {
    return this.panel.context.model.toJSON();
  }

  // Resolves once Python has run `code`, with the reply ("ok" or "error"). JupyterLite's Python counts what is silent too; the cells that
  // an error names would have other numbers than those beside them.
  async run(code) {
    await this.panel.sessionContext.ready;
    const uncounted = `get_ipython().execution_count -= 1\n${code}`;
    const future = this.kernel.requestExecute({ code: uncounted, silent: true, store_history: false, stop_on_error: false });
    return (await future.done).content.status;
  }

  // Run all cells until one fails, and go there; otherwise to the top.
  async runAll() {
    await this.app.commands.execute("notebook:run-all-cells").catch(() => {});
    this.goTo(Math.max(0, this.getNotebook().cells.findIndex(({ outputs }) => outputs?.some((one) => one.output_type === "error"))));
  }

  async restart() {
    await this.panel.sessionContext.restartKernel();
  }

  async setDark(dark) {
    const theme = dark ? "JupyterLab Dark" : "JupyterLab Light";
    const { commands } = this.app;
    if (!commands.isToggled("apputils:change-theme", { theme })) await commands.execute("apputils:change-theme", { theme });
  }

  goTo(place) {
    const { content } = this.panel;
    content.activeCellIndex = place;
    content.scrollToItem(place, "smart").catch(console.warn);
    content.activate();
  }
}
