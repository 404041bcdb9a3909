/** What the page asks of its server; see /api/ for the whole interface. */

import { token } from "./memory.js";

const AGAIN = 3000; // ms until a server that did not answer is asked again
const BASE = new URL("api/", document.baseURI).pathname;

/** What the server refused, in its own words. */
export class Refused extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

export const address = (path) => BASE + path;

async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(address(path), options);
  } catch {
    throw new Refused(0, "The server does not answer. Is facs serve still running?");
  }
  if (!answer.ok) throw new Refused(answer.status, detailOf(await answer.text()));
  return answer;
}

function detailOf(text) {
  try {
    const { detail } = JSON.parse(text);
    if (typeof detail === "string") return detail;
  } catch {
    // not JSON: a proxy, or no answer at all
  }
  return "The server refused, and did not say why.";
}

export const getJson = async (path) => (await ask(path)).json();

export async function getArray(path, Type) {
  return new Type(await (await ask(path)).arrayBuffer());
}

export const submitExample = async (name) =>
  (await ask(`examples/${encodeURIComponent(name)}`, { method: "POST", headers: bearer() })).json();

/** Delete a job; one that is gone already is as good. */
export async function remove(id) {
  try {
    await ask(`jobs/${id}`, { method: "DELETE" });
  } catch (error) {
    if (error.status !== 404) throw error;
  }
}

export async function keep(id, kept) {
  const answer = await ask(`jobs/${id}/kept`, {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ kept }),
  });
  return answer.json();
}

/** A header holds bytes, not letters: those of UTF-8, as other programs send them. */
function bearer() {
  const bytes = new TextEncoder().encode(token() ?? "");
  return bytes.length ? { Authorization: `Bearer ${String.fromCharCode(...bytes)}` } : {};
}

/** Send a file; `progress` hears a share from 0 to 1. Aborting the signal gives it up. */
export function upload(file, name, progress, signal) {
  return new Promise((resolve, reject) => {
    // fetch cannot tell how much of a body has been sent.
    const request = new XMLHttpRequest();
    request.open("POST", address("jobs"));
    for (const [key, value] of Object.entries(bearer())) request.setRequestHeader(key, value);
    request.upload.onprogress = (e) => e.lengthComputable && progress(e.loaded / e.total);
    request.onload = () => {
      if (request.status === 202) resolve(JSON.parse(request.responseText));
      else reject(new Refused(request.status, detailOf(request.responseText)));
    };
    request.onerror = () => reject(new Refused(0, "The upload broke off, or the server refused it."));
    request.onabort = () => reject(new DOMException("given up", "AbortError"));
    signal.addEventListener("abort", () => request.abort());
    const form = new FormData();
    form.append("file", file, name);
    request.send(form);
  });
}

/**
 * Hear every status of a job until it is over, and `lost` whenever the server does not answer.
 * The function that comes back stops it.
 */
export function follow(id, heard, lost) {
  let source;
  let stopped = false;
  const stop = () => {
    stopped = true;
    source.close();
  };
  const tell = (status) => {
    if (["done", "failed", "deleted"].includes(status.state)) stop();
    heard(status);
  };
  const open = () => {
    if (stopped) return;
    source = new EventSource(address(`jobs/${id}/events`));
    source.onmessage = (event) => tell(JSON.parse(event.data));
    source.onerror = async () => {
      if (source.readyState !== EventSource.CLOSED) return lost(); // it tries again by itself
      const gone = await getJson(`jobs/${id}`).then(() => false, ({ status }) => status === 404);
      if (stopped) return;
      if (gone) return tell({ state: "deleted" });
      lost();
      setTimeout(open, AGAIN);
    };
  };
  open();
  return stop;
}
