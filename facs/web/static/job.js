/** A job on its way: upload, waiting, analysis; and giving it up. */

import { follow, remove, upload } from "./api.js";
import { $, show } from "./dom.js";

const STEPS = {
  analysis: "Looking at every frame",
  playback: "Making a copy that this page can play",
};

const SENDING = "Sending it to the server";
const LOST = "The server does not answer. Asking again";

let leaving = () => {};

/** Let go of what was waited for, because somebody goes elsewhere; an upload is given up. */
export function abandon() {
  leaving();
  leaving = () => {};
}

/** Show the page of a job before anything is known of it. */
function begin(name, words) {
  $("job-name").textContent = name;
  say(words, null);
  show("job-progress", true);
  $("job-cancel").disabled = false;
  $("job-name").focus();
}

function say(words, share, number = "") {
  // The status is read out when it changes; a number that runs would never let a reader finish.
  if ($("job-state").textContent !== words) $("job-state").textContent = words;
  $("job-count").textContent = number;
  const bar = $("job-progress");
  if (share === null) bar.removeAttribute("value");
  else bar.value = share;
}

/** Send a file; the status of its job, or null where somebody gave it up. */
export async function send(file, name) {
  const giveUp = new AbortController();
  const size = `of ${(file.size / 1e6).toFixed(1)} MB`;
  const sent = (share) => say(SENDING, share, `${Math.round(100 * share)} % ${size}`);
  begin(name, SENDING);
  leaving = () => giveUp.abort();
  $("job-cancel").onclick = abandon;
  try {
    return await upload(file, name, sent, giveUp.signal);
  } catch (error) {
    if (error.name === "AbortError") return null;
    throw error;
  }
}

/** Wait until a job is over; its last status, "cancelled" (with a message if it was not deleted) where somebody does that. */
export function wait(id, name) {
  begin(name, "Waiting");
  return new Promise((resolve) => {
    const heard = (status) => {
      if (["done", "failed", "deleted"].includes(status.state)) resolve(status);
      else say(...wordsOf(status));
    };
    leaving = follow(id, heard, () => say(LOST, null));
    $("job-cancel").onclick = async () => {
      $("job-cancel").disabled = true;
      abandon();
      const message = await remove(id).then(() => "", (error) => error.message);
      resolve({ state: "cancelled", message });
    };
  });
}

function wordsOf(status) {
  if (status.state === "waiting") {
    const others = status.ahead ? `, ${status.ahead} before it` : "";
    return [`Waiting until another video is done${others}`, null];
  }
  const share = status.expected ? Math.min(1, status.frames / status.expected) : null;
  const all = status.expected ? ` of about ${status.expected}` : "";
  return [STEPS[status.step] ?? "Beginning", share, `${status.frames}${all} frames`];
}
