// "Make this course available offline": bring every <button data-offline> to life.
//
// The server lists its files with their hashes in offline.json. When somebody asks for it, this script fetches them in the page that is
// open, checks each against its hash and stores them in a cache of that version; the list goes in last and makes the copy complete.
// service_worker.js then serves it. What was fetched survives a reload, and the next page goes on where this one stopped. Once there is a
// copy, each page asks for the site's version (some 20 bytes); at a new one it fetches what changed and drops the old copy when done.
//
// A page with a lab does not load this script: nothing is fetched for offline use while Python starts.
"use strict";
(() => {
  const WORDS = {
    en: {
      start: "Make this course available offline",
      again: "Try again",
      prepare: "Looking up what is needed …",
      working: (done, all, percent) => `${done} of ${all} MB (${percent} %). You can read on; it continues on the next page.`,
      updating: (percent) => `A new version of the course is here; fetching what changed (${percent} %) …`,
      updated: "The offline copy was updated. The next page that you open is new.",
      done: (all) => `The whole course is on this device (${all} MB). It opens without a network.`,
      network: "The connection broke. What was fetched is kept; it continues once you are connected.",
      space: "This device has not enough space left for the course.",
      changed: "The course was changed just now. Please try again in a minute.",
    },
    zh: {
      start: "把课程存到本机，离线使用",
      again: "重试",
      prepare: "正在核对需要下载的内容……",
      working: (done, all, percent) => `已下载 ${done} / ${all} MB（${percent}%）。可以继续阅读，翻页后会接着下载。`,
      updating: (percent) => `课程有新版本，正在下载变动的部分（${percent}%）……`,
      updated: "本机的课程已更新，打开下一页即可看到。",
      done: (all) => `整门课已存到本机（${all} MB），没有网络也能打开。`,
      network: "连接中断。已下载的内容不会丢失，恢复联网后会继续。",
      space: "设备的存储空间不足，存不下整门课。",
      changed: "课程刚刚有更新，请过一分钟再试。",
    },
  };
  const AT_ONCE = 6;
  const button = document.querySelector("button[data-offline]");
  if (!button || !navigator.serviceWorker || !window.caches || !navigator.locks) return; // plain http from another machine

  const words = WORDS[document.documentElement.lang.startsWith("zh") ? "zh" : "en"];
  const bar = button.parentElement.querySelector("progress");
  const status = button.parentElement.querySelector("[role=status]");
  const root = new URL(button.dataset.root || "./", location.href.split(/[?#]/)[0]).href.replace(/\/?$/, "/");
  const prefix = `minichain ${root} `;
  const list = `${root}offline.json`;
  const asked = `minichain offline ${root}`;
  const megabytes = (bytes) => (bytes / 1e6).toFixed(1);

  class Trouble extends Error {}

  function show({ text = "", label = "", share = null, state }) {
    status.textContent = text;
    button.hidden = !label;
    if (label) button.textContent = label;
    bar.hidden = share === null;
    if (share !== null) bar.value = share;
    button.parentElement.dataset.state = state; // for style sheets and tests
  }

  // From the server, past the service worker; the browser's own cache answers where the file has not changed.
  async function ask(address) {
    const response = await fetch(address, { cache: "no-cache", headers: { "X-Offline-Copy": "1" } }).catch(() => {
      throw new Trouble("network");
    });
    if (response.status === 404) throw new Trouble("changed");
    if (!response.ok) throw new Trouble("network");
    return response;
  }

  async function findCopies() {
    const names = (await caches.keys()).filter((name) => name.startsWith(prefix));
    const lists = await Promise.all(names.map((name) => caches.match(list, { cacheName: name })));
    return { names, complete: names.filter((_, number) => lists[number]), manifest: await lists.filter(Boolean).pop()?.json() };
  }

  async function fetchFile(path, [hash]) {
    const address = root + encodeURI(path).replace(/[?#]/g, encodeURIComponent); // as a browser writes it
    const response = await ask(address);
    const body = await response.arrayBuffer().catch(() => {
      throw new Trouble("network");
    });
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
    const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
    if (!hex.startsWith(hash)) throw new Trouble("changed");
    const headers = { "Content-Type": response.headers.get("Content-Type") || "application/octet-stream", "X-Hash": hash };
    return [address, new Response(body, { headers })];
  }

  // Return what other copies, complete or not, hold of this version already.
  async function findHeld(manifest, names) {
    const held = new Map();
    for (const name of names) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        const path = decodeURIComponent(request.url.slice(root.length));
        const response = path in manifest.files && (await cache.match(request));
        if (response && response.headers.get("X-Hash") === manifest.files[path][0]) held.set(path, { name, request, response });
      }
    }
    return held;
  }

  async function makeCopy(onProgress) {
    const manifest = await (await ask(list)).json();
    const { names } = await findCopies();
    const target = prefix + manifest.version;
    const held = await findHeld(manifest, names);
    const cache = await caches.open(target);
    for (const { name, request, response } of held.values()) if (name !== target) await cache.put(request, response);
    const wanted = Object.entries(manifest.files).filter(([path]) => !held.has(path));
    const all = wanted.reduce((sum, [, [, bytes]]) => sum + bytes, 0);
    let done = 0;
    const work = async () => {
      for (let next = wanted.shift(); next; next = wanted.shift()) {
        await cache.put(...(await fetchFile(...next)));
        done += next[1][1];
        onProgress(done, all);
      }
    };
    onProgress(0, all);
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    await cache.put(list, new Response(JSON.stringify(manifest)));
    await Promise.all(names.filter((name) => name !== target).map((name) => caches.delete(name)));
    return manifest;
  }

  // One page at a time; another one that is open waits, and then finds nothing left to do.
  function run(update) {
    return navigator.locks.request(prefix, async () => {
      try {
        if (!update) show({ text: words.prepare, share: 0, state: "working" });
        // The address that JupyterLite registers, so that there is one worker for the whole site.
        await navigator.serviceWorker.register(`${root}service-worker.js?enableCache=false`).catch(() => {
          throw new Trouble("network");
        });
        const manifest = await makeCopy((done, all) => {
          const share = all ? done / all : 1;
          const percent = Math.floor(share * 100);
          const text = update ? words.updating(percent) : words.working(megabytes(done), megabytes(all), percent);
          show({ text, share, state: "working" });
        });
        const text = update ? words.updated : words.done(megabytes(manifest.bytes));
        show({ text, state: "done" });
      } catch (error) {
        const reason = error.name === "QuotaExceededError" ? "space" : error instanceof Trouble ? error.message : "network";
        console.warn("offline copy:", error);
        show({ text: words[reason], label: words.again, state: "failed" });
        if (reason === "network") window.addEventListener("online", () => run(update), { once: true });
      }
    });
  }

  async function start() {
    const { manifest } = await findCopies();
    if (manifest) {
      show({ text: words.done(megabytes(manifest.bytes)), state: "done" });
      const version = await ask(`${root}offline-version.txt`).then((response) => response.text(), () => manifest.version);
      if (version.trim() !== manifest.version) await run(true);
    } else if (localStorage.getItem(asked)) {
      await run(false);
    } else {
      show({ label: words.start, state: "ready" });
    }
  }

  button.addEventListener("click", () => {
    localStorage.setItem(asked, "yes");
    navigator.storage?.persist?.(); // keeps the learner's notebooks from being cleared, too
    run(false);
  });
  if (document.readyState === "complete") start();
  else window.addEventListener("load", start, { once: true });
})();
