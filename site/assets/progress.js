// The learner's page of progress: what this browser keeps of quizzes and labs, and a file to carry it elsewhere.
//
//   minichain-quizzes   {"foundations/merkle-proofs": {"right": ["quiz-0"], "when": "2026-11-22T08:00:00Z"}}   written by minichain.js
//   minichain-best      {"02-merkle-proofs": {"points": 12, "max_points": 30, "when": "…"}}                    written by the lab
//   minichain-progress  what the lab knows now; read here too, for work that is older than minichain-best
//
// A file that somebody imports may hold anything: all of it is checked before any of it is taken, and shown as text only. Of two results
// the better one stays, so a file can be imported twice, or in any order.
"use strict";
(() => {
  const WORDS = {
    en: {
      notYet: "not yet",
      quizzes: (right, all) => `${right} of ${all} right`,
      points: (points, all) => `${points} of ${all} points`,
      sum: (right, quizzes, points, all) => `So far: ${right} of ${quizzes} quiz questions right, ${points} of ${all} points in the labs.`,
      imported: (name, count) => `“${name}” was imported: ${count === 1 ? "1 result in it was" : `${count} results in it were`} better than here.`,
      nothing: (name) => `“${name}” was imported; nothing in it was better than here.`,
      exported: (name) => `The file is ${name}, among your downloads.`,
      empty: "There is nothing to export yet.",
      storage: "This browser keeps no data for this site, so there is no progress to show. Allow site data (cookies) for this address, or leave the private window.",
      full: "This device is short of space: the file could not be kept. Nothing was changed.",
      refused: (name, why) => `“${name}” was not imported, and nothing was changed: ${why}`,
      big: "it is larger than 200 kB, and a file of progress is far smaller.",
      unread: "it could not be read from this device.",
      json: "it cannot be read as JSON.",
      format: "it is not a file that this page exported.",
      newer: "it comes from a newer version of this course.",
      many: (where) => `“${where}” holds more than 500 entries.`,
      wrong: (where, value, wanted) => `at “${where}” stands ${value}, and ${wanted} is needed.`,
      object: "an object", name: "the name of a lesson or a lab", list: "a list of quiz-0, quiz-1 and so on",
      max: "a number from 1 to 1,000,000", number: (most) => `a number from 0 to ${most}`, time: "a time such as 2026-11-22T08:00:00Z",
    },
    zh: {
      notYet: "还没有",
      quizzes: (right, all) => `答对 ${right} / ${all}`,
      points: (points, all) => `${points} / ${all} 分`,
      sum: (right, quizzes, points, all) => `到目前为止：自测答对 ${right}\u00a0/\u00a0${quizzes} 题，实验得分 ${points}\u00a0/\u00a0${all}。`,
      imported: (name, count) => `已导入“${name}”，其中 ${count} 项比这里的更好。`,
      nothing: (name) => `已导入“${name}”，里面没有比这里更好的结果。`,
      exported: (name) => `文件名是 ${name}，在你的下载文件夹里。`,
      empty: "还没有可以导出的内容。",
      storage: "浏览器不为本网站保存数据，所以没有进度可以显示。请允许本网址保存网站数据（Cookie），或退出无痕窗口。",
      full: "设备空间不足，没能存下文件里的内容。这里的进度没有改动。",
      refused: (name, why) => `没有导入“${name}”，这里的进度没有改动：${why}`,
      big: "文件超过 200 kB，进度文件远没有这么大。",
      unread: "无法从设备上读取。",
      json: "无法按 JSON 读取。",
      format: "这不是本页导出的文件。",
      newer: "这个文件出自课程的更新版本。",
      many: (where) => `“${where}”里超过 500 项。`,
      wrong: (where, value, wanted) => `“${where}”处写的是 ${value}，应当是${wanted}。`,
      object: "一个对象", name: "课文或实验的名称", list: "由 quiz-0、quiz-1 等组成的列表",
      max: " 1 到 1000000 之间的数", number: (most) => ` 0 到 ${most} 之间的数`, time: "时间，例如 2026-11-22T08:00:00Z",
    },
  };
  const FORMAT = "minichain progress";
  const MAX_BYTES = 200_000;
  const MAX_ENTRIES = 500;
  const QUIZZES = "minichain-quizzes";
  const BEST = "minichain-best";
  const lang = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
  const words = WORDS[lang];
  const page = document.querySelector(".mc-learned");
  const status = page.querySelector("[role=status]");

  class Refused extends Error {}

  // What a result may be. `check` throws Refused, naming the place, or returns the result with nothing else in it.

  const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  const show = (value) => {
    const text = value === undefined ? "—" : JSON.stringify(value);
    return text.length > 60 ? `${text.slice(0, 60)}…` : text;
  };
  function want(isRight, where, value, wanted) {
    if (!isRight) throw new Refused(words.wrong(where, show(value), wanted));
    return value;
  }
  const wantNumber = (value, least, most, where, wanted) => want(Number.isFinite(value) && value >= least && value <= most, where, value, wanted);
  const isTime = (value) => typeof value === "string" && /^\d{4}-\d\d-\d\dT[\d:.]{5,15}(Z|[+-]\d\d:\d\d)$/.test(value) && !Number.isNaN(Date.parse(value));

  function checkQuizzes({ right, when }, where) {
    const isList = Array.isArray(right) && right.length <= 100 && right.every((id) => typeof id === "string" && /^quiz-\d{1,3}$/.test(id));
    want(isList, `${where}.right`, right, words.list);
    return { right: [...new Set(right)], when: want(isTime(when), `${where}.when`, when, words.time) };
  }

  function checkLab({ points, max_points: most, when }, where) {
    wantNumber(most, 1, 1e6, `${where}.max_points`, words.max);
    wantNumber(points, 0, most, `${where}.points`, words.number(most));
    return { points, max_points: most, when: want(isTime(when), `${where}.when`, when, words.time) };
  }

  function checkAll(entries, check, where) {
    want(isObject(entries), where, entries, words.object);
    const all = Object.entries(entries);
    if (all.length > MAX_ENTRIES) throw new Refused(words.many(where));
    return new Map(all.map(([name, entry]) => {
      want(/^[a-z0-9-]{1,80}(\/[a-z0-9-]{1,80})?$/.test(name), where, name, words.name);
      return [name, check(want(isObject(entry), `${where}.${name}`, entry, words.object), `${where}.${name}`)];
    }));
  }

  function readFile(text) {
    let data;
    try {
      data = JSON.parse(text);
    } catch {
      throw new Refused(words.json);
    }
    if (!isObject(data) || data.format !== FORMAT || !Number.isInteger(data.version)) throw new Refused(words.format);
    if (data.version > 1) throw new Refused(words.newer);
    return { quizzes: checkAll(data.quizzes, checkQuizzes, "quizzes"), labs: checkAll(data.labs, checkLab, "labs") };
  }

  // What this browser keeps; an entry that is no result (another program's, or half a one) is passed over.
  function readKept(key, check) {
    const stored = JSON.parse(localStorage.getItem(key) ?? "{}");
    const found = new Map();
    for (const entry of Object.entries(isObject(stored) ? stored : {})) {
      try {
        for (const [name, result] of checkAll(Object.fromEntries([entry]), check, key)) found.set(name, result);
      } catch {
        // no result
      }
    }
    return found;
  }

  const pickLab = (one, other) => (other.points / other.max_points > one.points / one.max_points ? other : one);

  function pickQuizzes(one, other) {
    const right = [...new Set([...one.right, ...other.right])];
    return right.length > one.right.length ? { right, when: Date.parse(one.when) > Date.parse(other.when) ? one.when : other.when } : one;
  }

  // Return the best of both, and how many of the second were better.
  function merge(kept, more, pick) {
    const best = new Map(kept);
    let better = 0;
    for (const [name, result] of more) {
      const before = best.get(name);
      const after = before ? pick(before, result) : result;
      if (after !== before) better += 1;
      best.set(name, after);
    }
    return { best, better };
  }

  function readAll() {
    const read = (key, check) => {
      try {
        return readKept(key, check);
      } catch (error) {
        if (error instanceof SyntaxError) return new Map(); // another program's
        throw error;
      }
    };
    return { quizzes: read(QUIZZES, checkQuizzes), labs: merge(read(BEST, checkLab), read("minichain-progress", checkLab), pickLab).best };
  }

  // On the page

  const day = new Intl.DateTimeFormat(...(lang === "zh" ? ["zh-CN"] : ["en-GB", { dateStyle: "medium" }])); // 2026/11/22, 22 Nov 2026
  const sayDay = (when) => (when ? day.format(new Date(when)) : "");

  function fillRow(row, text, share, when) {
    row.querySelector("[data-result]").textContent = text;
    row.querySelector("progress").value = share;
    row.querySelector("[data-when]").textContent = sayDay(when);
  }

  function draw() {
    const { quizzes, labs } = readAll();
    for (const course of page.querySelectorAll(".mc-learned__course")) {
      const sums = [0, 0, 0, 0];
      for (const row of course.querySelectorAll("[data-lesson]")) {
        const all = Number(row.dataset.of);
        const kept = quizzes.get(row.dataset.lesson);
        const right = (kept?.right ?? []).filter((id) => Number(id.slice(5)) < all).length;
        fillRow(row, kept ? words.quizzes(right, all) : words.notYet, right / all, right ? kept.when : null);
        sums[0] += right;
        sums[1] += all;
      }
      for (const row of course.querySelectorAll("[data-lab]")) {
        const kept = labs.get(row.dataset.lab);
        const { points, max_points: all, when } = kept ?? { points: 0, max_points: Number(row.dataset.of), when: null };
        fillRow(row, kept ? words.points(points, all) : words.notYet, points / all, when);
        sums[2] += points;
        sums[3] += all;
      }
      course.querySelector(".mc-learned__sum").textContent = words.sum(...sums.map((sum) => Math.round(sum * 100) / 100));
    }
  }

  function exportFile() {
    const { quizzes, labs } = readAll();
    if (quizzes.size + labs.size === 0) {
      status.textContent = words.empty;
      return;
    }
    const when = new Date().toISOString();
    const data = { format: FORMAT, version: 1, when, quizzes: Object.fromEntries(quizzes), labs: Object.fromEntries(labs) };
    const address = URL.createObjectURL(new Blob([`${JSON.stringify(data, null, 1)}\n`], { type: "application/json" }));
    const name = `minichain-progress-${when.slice(0, 10)}.json`;
    Object.assign(document.createElement("a"), { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
    status.textContent = words.exported(name);
  }

  async function importFile(file) {
    const name = file.name.slice(0, 80);
    try {
      if (file.size > MAX_BYTES) throw new Refused(words.big);
      const text = await file.text().catch(() => {
        throw new Refused(words.unread);
      });
      const more = readFile(text);
      const kept = readAll();
      const quizzes = merge(kept.quizzes, more.quizzes, pickQuizzes);
      const labs = merge(kept.labs, more.labs, pickLab);
      keep(quizzes.best, labs.best);
      const count = quizzes.better + labs.better;
      status.textContent = count ? words.imported(name, count) : words.nothing(name);
      draw();
    } catch (error) {
      if (error instanceof Refused) status.textContent = words.refused(name, error.message);
      else if (error.name === "QuotaExceededError") status.textContent = words.full;
      else throw error;
    }
  }

  // Both or neither.
  function keep(quizzes, labs) {
    const before = localStorage.getItem(QUIZZES);
    localStorage.setItem(QUIZZES, JSON.stringify(Object.fromEntries(quizzes)));
    try {
      localStorage.setItem(BEST, JSON.stringify(Object.fromEntries(labs)));
    } catch (error) {
      if (before === null) localStorage.removeItem(QUIZZES);
      else localStorage.setItem(QUIZZES, before);
      throw error;
    }
  }

  try {
    draw();
  } catch (error) {
    console.warn("progress:", error);
    status.textContent = words.storage;
    return;
  }
  const chooser = page.querySelector("input[type=file]");
  page.querySelector("[data-export]").addEventListener("click", exportFile);
  page.querySelector("[data-import]").addEventListener("click", () => chooser.click());
  chooser.addEventListener("change", () => {
    const [file] = chooser.files;
    if (file) importFile(file).finally(() => { chooser.value = ""; });
  });
  page.querySelector(".mc-learned__file").hidden = false;
  addEventListener("storage", draw);
  addEventListener("pageshow", draw);
})();
