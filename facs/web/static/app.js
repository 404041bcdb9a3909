/** The page: which part of it is shown, and how one leads to the next. */

import { getJson, keep, remove, submitExample } from "./api.js";
import { setUpCamera, turnOff } from "./camera.js";
import { $, clock, make, show, tellProblem } from "./dom.js";
import { abandon, send, wait } from "./job.js";
import { setUpKeys } from "./keys.js";
import { dropToken, forget, remember, remembered, takeToken, takeTyped, token } from "./memory.js";
import { Result } from "./result.js";

let limits = null;
let result = null;
let visit = 0; // counts pages, so that an answer that comes late does not change another one

async function start() {
  takeToken();
  setUpKeys(() => result);
  window.addEventListener("hashchange", () => {
    takeToken();
    open();
  });
  try {
    limits = await getJson("limits");
  } catch (error) {
    tellProblem(error.message);
    return;
  }
  setUpStart();
  await open();
}

/** Show what the address names: #/ or #/jobs/ID. */
async function open() {
  if (visit && location.hash && !location.hash.startsWith("#/")) return; // a place in this page
  const here = ++visit;
  closeResult();
  abandon();
  turnOff();
  tellProblem();
  const id = /^#\/jobs\/([\w-]+)$/.exec(location.hash)?.[1];
  if (!id) {
    view("start");
    await listRecent();
    return;
  }
  try {
    await openJob(id, here);
  } catch (error) {
    if (here !== visit) return;
    if (error.status === 404) leave(id, error.message);
    else back(error.message);
  }
}

function view(name) {
  for (const one of ["start", "job", "result"]) show(one, one === name);
  show("token-form", needsToken());
  document.title = "facs";
  window.scrollTo(0, 0);
}

/** Back to the beginning, with a word about why; the keyboard goes there too. */
function back(words) {
  history.replaceState(null, "", "#/");
  view("start");
  listRecent();
  tellProblem(words);
  $(words ? "problem" : "file").focus({ preventScroll: true });
}

/** Back to the beginning from a job that is gone. */
function leave(id, words) {
  forget(id);
  back(words);
}

async function openJob(id, here) {
  let status = await getJson(`jobs/${id}`);
  const { name } = status;
  if (status.state === "waiting" || status.state === "running") {
    view("job");
    status = await wait(id, name);
  }
  if (here !== visit) return;
  if (status.state === "failed") {
    await remove(id).catch(() => {});
    leave(id, `${name}: ${status.message}`);
  } else if (status.state === "deleted") {
    leave(id, `${name}: it was deleted, or the server stopped, before it was done. Give the file again.`);
  } else if (status.state === "cancelled") {
    if (status.message) back(`${name} was not deleted: ${status.message}`);
    else leave(id, "");
  } else {
    await openResult(await getJson(`jobs/${id}`), here);
  }
}

async function openResult(status, here) {
  const opened = await loadInto(status.id, here);
  if (!opened) return;
  result = opened;
  document.title = `${status.name} · facs`;
  remember(status.id, status.name, status.kept);
  setUpFate(status);
  $("name").focus({ preventScroll: true });
}

async function loadInto(id, here) {
  view("result"); // first, so that what is drawn knows its size
  const opened = await Result.open(id, limits);
  if (here === visit) return opened;
  opened.close();
  return null;
}

function closeResult() {
  result?.close();
  result = null;
}

// The beginning

function setUpStart() {
  const hours = limits.keep_seconds / 3600;
  const time = hours >= 1 ? `${+hours.toFixed(1)} hours` : `${Math.round(hours * 60)} minutes`;
  $("kept-for").textContent = `What you give is deleted after ${time === "1 hours" ? "an hour" : time} unless you keep it, and at once when you delete it.`;
  const minutes = +(limits.max_seconds / 60).toFixed(1);
  $("limits").textContent = `At most ${Math.round(limits.max_bytes / 1e6)} MB and ${minutes} minutes.`;
  setUpCamera(limits.max_seconds, (file) => submitFile(file));
  for (const id of ["file", "film"]) {
    $(id).onchange = (event) => {
      const [file] = event.target.files;
      event.target.value = ""; // so that the same file can be chosen again
      if (file) submitFile(file);
    };
  }
  setUpDrop();
  setUpToken();
  $("examples").replaceChildren(
    ...limits.examples.map((name) => {
      const button = make("button", { type: "button", class: "main" }, name);
      button.onclick = () => tokenIsThere() && submit(() => submitExample(name));
      return button;
    }),
  );
}

/** A file that is dropped anywhere on the first page is taken; elsewhere nothing happens to it. */
function setUpDrop() {
  const over = (event) => {
    event.preventDefault();
    $("drop").classList.toggle("over", event.type === "dragover" && !$("start").hidden);
  };
  for (const name of ["dragover", "dragleave", "drop"]) document.addEventListener(name, over);
  document.addEventListener("drop", (event) => {
    const [file] = event.dataTransfer.files;
    if (file && !$("start").hidden) submitFile(file);
  });
}

/** Who opened the page by an address without the token can give it here. */
function setUpToken() {
  $("token-form").onsubmit = (event) => {
    event.preventDefault();
    const text = $("token").value.trim();
    $("token").value = "";
    if (!text) return;
    takeTyped(text);
    show("token-form", false);
    tellProblem();
    $("file").focus();
  };
}

const needsToken = () => Boolean(limits?.needs_token) && !token();

/** Whether a file may be sent; one that would be refused is not, nor is what was just recorded lost. */
function tokenIsThere() {
  if (!needsToken()) return true;
  tellProblem("This server wants its token first.");
  $("token").focus();
  return false;
}

function submitFile(file) {
  if (!tokenIsThere()) return;
  if (file.size > limits.max_bytes) {
    const size = Math.round(file.size / 1e6);
    tellProblem(`${file.name} has ${size} MB, more than the ${Math.round(limits.max_bytes / 1e6)} MB that this server takes. Cut it, or make it smaller.`);
    return;
  }
  turnOff();
  view("job");
  submit(() => send(file, file.name));
}

/** Hand something in, then go to its job; back to the beginning where that fails. */
async function submit(hand) {
  const here = visit;
  tellProblem();
  try {
    const status = await hand();
    if (status) {
      remember(status.id, status.name, false);
      location.hash = `#/jobs/${status.id}`;
    } else if (here === visit) back("");
  } catch (error) {
    if (error.status === 401) dropToken();
    if (here === visit) back(error.message);
  }
}

async function listRecent() {
  const names = remembered();
  const found = await Promise.all(
    Object.keys(names).map((id) => getJson(`jobs/${id}`).catch((error) => error.status === 404 && forget(id))),
  );
  const links = found.filter(Boolean).map((status) => {
    const link = make("a", { href: `#/jobs/${status.id}`, dir: "auto" }, status.name);
    return make("li", {}, link, make("span", { class: "pale" }, status.kept ? " kept" : ""));
  });
  $("recent-list").replaceChildren(...links);
  show("recent", links.length > 0);
}

// The end

function setUpFate(status) {
  tellFate(status);
  $("keep").onclick = async () => {
    const kept = $("keep").getAttribute("aria-pressed") !== "true";
    try {
      const changed = await keep(status.id, kept);
      remember(status.id, status.name, kept);
      tellFate(changed);
    } catch (error) {
      tellProblem(error.message);
    }
  };
  $("delete").onclick = () => $("sure").showModal();
  $("sure").onclose = async () => {
    if ($("sure").returnValue !== "delete") return;
    $("sure").returnValue = "";
    closeResult(); // lets go of the video before it goes
    const failed = await remove(status.id).then(() => "", (error) => error.message);
    if (failed) back(`${status.name} was not deleted: ${failed}`);
    else leave(status.id, "");
  };
}

function tellFate({ kept, deleted_at }) {
  $("keep").setAttribute("aria-pressed", String(kept));
  $("keep").textContent = kept ? "Kept: let time delete it again" : "Keep it";
  const when = deleted_at && new Date(deleted_at * 1000).toLocaleTimeString([], { timeStyle: "short" });
  $("fate").textContent = kept ? "It stays until somebody deletes it." : `It will be deleted at ${when}.`;
}

start();
