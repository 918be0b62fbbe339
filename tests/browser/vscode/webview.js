// What the Jupyter extension puts around VS Code's widget manager, as far as a figure needs it: a kernel that is somewhere else, and the
// drawing of outputs. The test fetches what `outbox` holds, sends it to a real kernel, and hands each answer to `receive`.
import { activate } from "./ipywidgets.js";

const targets = new Map();
const comms = new Map();
const futures = new Map();
const outputs = new Map();
const outbox = [];
let sent = 0;
let queue = Promise.resolve();

/** Send a request on the shell channel; the manager hangs its callbacks on what this returns. */
function request(msg_type, content) {
  const msg_id = `webview-${++sent}`;
  const future = { msg: { header: { msg_id, msg_type } }, onReply() {}, onIOPub() {}, onStdin() {}, dispose() {} };
  future.done = new Promise((resolve) => { future.resolve = resolve; });
  futures.set(msg_id, future);
  outbox.push({ msg_id, msg_type, content });
  return future;
}

class Comm {
  isDisposed = false;
  constructor(targetName, commId) { Object.assign(this, { targetName, commId, onMsg() {}, onClose() {} }); }
  open(data) { return request("comm_open", { comm_id: this.commId, target_name: this.targetName, data: data ?? {} }); }
  send(data) { return request("comm_msg", { comm_id: this.commId, data }); }
  close(data) { return request("comm_close", { comm_id: this.commId, data: data ?? {} }); }
}

const signal = { connect: () => true, disconnect: () => true };
const kernel = {
  id: "kernel", name: "python3", clientId: "webview", username: "", status: "idle", connectionStatus: "connected", handleComms: true,
  model: { id: "kernel", name: "python3" }, isDisposed: false, hasPendingInput: false,
  iopubMessage: signal, statusChanged: signal, connectionStatusChanged: signal, unhandledMessage: signal, anyMessage: signal, disposed: signal,
  registerCommTarget: (name, callback) => targets.set(name, callback),
  removeCommTarget: (name) => targets.delete(name),
  registerMessageHook() {}, removeMessageHook() {},
  hasComm: (id) => comms.has(id),
  createComm(name, id) { comms.set(id, new Comm(name, id)); return comms.get(id); },
  requestCommInfo: (content) => request("comm_info_request", content).done,
};

// The manager keeps its parts where require.js would; the extension brings that along, here a map is enough.
const modules = new Map();
window.define = (name, make) => modules.set(name, make());
window.requirejs = ([name], resolve, reject) => (modules.has(name) ? resolve(modules.get(name)) : reject(new Error(`no module ${name}`)));

activate();
window.vscIPyWidgets8.load();
const scripts = {
  widgetsRegisteredInRequireJs: new Set(),
  loadWidgetScript: async () => {},
  successHandler() {},
  errorHandler: (...what) => console.error("widget", ...what),
};
const manager = new window.vscIPyWidgets.WidgetManager(kernel, undefined, scripts, () => {});

const handlers = {
  async comm_open({ content }, message) {
    const comm = kernel.createComm(content.target_name, content.comm_id);
    await targets.get(content.target_name)(comm, message);
  },
  comm_msg: ({ content }, message) => comms.get(content.comm_id)?.onMsg(message),
  comm_close({ content }, message) { comms.get(content.comm_id)?.onClose(message); comms.delete(content.comm_id); },
  display_data: ({ content }) => show(content),
  execute_result: ({ content }) => show(content),
  async update_display_data({ content }) { await draw(content.data, outputs.get(content.transient.display_id)); },
};

async function show({ data, transient }) {
  const output = document.querySelector(".output_container").appendChild(document.createElement("div"));
  output.className = "output";
  if (transient?.display_id) outputs.set(transient.display_id, output);
  await draw(data, output);
}

/** Draw an output in the richest form that VS Code has a renderer for. */
async function draw(data, output) {
  output.replaceChildren();
  const view = data["application/vnd.jupyter.widget-view+json"];
  if (view) {
    const place = output.appendChild(document.createElement("div"));
    place.className = "cell-output-ipywidget-background";
    place.tabIndex = 0;
    const model = await manager.get_model(view.model_id);
    await manager.display_view(view, await manager.create_view(model, { el: place }), { node: place });
  } else {
    const markup = data["text/html"] ?? data["image/svg+xml"];
    if (markup) output.innerHTML = markup;
    else output.textContent = data["text/plain"] ?? "";
  }
}

window.bridge = {
  take: () => outbox.splice(0),
  clear() { document.querySelector(".output_container").replaceChildren(); outputs.clear(); },
  receive(messages) {
    for (const message of messages) {
      queue = queue.then(async () => {
        const future = futures.get(message.parent_header.msg_id);
        if (message.channel === "shell") { future?.onReply(message); future?.resolve(message); }
        else {
          await handlers[message.header.msg_type]?.(message, message);
          future?.onIOPub(message);
        }
      }).catch((error) => console.error("bridge", error?.stack ?? String(error)));
    }
    return queue;
  },
};
