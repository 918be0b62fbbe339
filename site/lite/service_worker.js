// Serve the course from the copy on this device, if there is a complete one; otherwise stay out of the way.
//
// The copy is made by offline.js, in a page: one cache for each version of the site, whose last entry is the list of its files. A cache
// without the list is unfinished and serves nothing, so that pages of two versions never mix. JupyterLite's own worker, which lets Python
// read the notebook's folder, is loaded below and gets what is meant for it.
//
// Simplifications: what is not in the copy comes from the network; nothing is added to the copy in passing.
"use strict";

const ROOT = new URL("./", self.location).href;
const PREFIX = `minichain ${ROOT} `;
const LIST = `${ROOT}offline.json`;

let copy; // the name of the complete cache; null: there is none; undefined: not looked for yet

async function findCopy() {
  copy = null;
  for (const name of await caches.keys()) {
    // The last one found is the newest.
    if (name.startsWith(PREFIX) && (await caches.match(LIST, { cacheName: name }))) copy = name;
  }
  return copy;
}

async function answer(request) {
  const name = request.mode === "navigate" || copy === undefined ? await findCopy() : copy;
  const url = new URL(request.url);
  const address = url.origin + url.pathname; // what follows is for the page, and names no other file
  if (name) {
    const found = (path) => caches.match(path, { cacheName: name });
    const response = await found(address.endsWith("/") ? `${address}index.html` : address);
    if (response) return response;
    if (await found(`${address}/index.html`)) return Response.redirect(`${address}/${url.search}`, 301);
  }
  try {
    return await fetch(request);
  } catch (error) {
    if (request.mode !== "navigate" || !name) throw error;
    const page = await caches.match(`${ROOT}404.html`, { cacheName: name });
    return page ? new Response(page.body, { status: 404, headers: page.headers }) : Response.error();
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || request.url.endsWith("/api/service-worker-heartbeat")) return; // for JupyterLite's worker
  event.stopImmediatePropagation();
  const ours = request.url.startsWith(ROOT) && !request.headers.has("X-Offline-Copy"); // offline.js wants what the server has
  if (ours && (copy !== null || request.mode === "navigate")) event.respondWith(answer(request));
});

importScripts("lab/service-worker.js");
