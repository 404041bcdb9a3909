/** The log: words with right and wrong beside them, and what else happened; newest first. */

import { $, make } from "./dom.js";
import { deed } from "./server.js";
import { text } from "./texts.js";

const SHOWN = 50;

export function drawLog(entries) {
  const had = document.activeElement?.dataset?.of; // the keyboard stays where it was
  const newest = entries.slice(-SHOWN).reverse();
  $("log").replaceChildren(...newest.map((entry) => (entry.number === null ? happened(entry) : word(entry))));
  if (had) $("log").querySelector(`[data-of="${had}"]`)?.focus();
}

function word({ number, clock, word: said, gesture, mark }) {
  const what = make("span", { class: "what" }, make("b", { dir: "auto" }, said), make("span", { class: "pale" }, ` ${gesture}`));
  const fate = mark === "undone" ? [make("span", { class: "pale" }, text("undone"))] : ["right", "wrong"].map((one) => judge(number, said, one, mark));
  return make("li", {}, make("time", {}, clock), what, ...fate);
}

function judge(number, said, one, mark) {
  const pressed = mark === one;
  const button = make("button", { type: "button", "aria-pressed": String(pressed), "aria-label": `${text(`${one}Short`)}: ${said}`, "data-of": `${number} ${one}` }, text(`${one}Short`));
  button.onclick = () => deed(`words/${number}/mark`, { mark: pressed ? "" : one });
  return button;
}

function happened({ clock, kind, text: more }) {
  const words = text(`log.${kind}`);
  return make("li", {}, make("time", {}, clock), make("span", { class: "what pale", dir: "auto" }, more && kind !== "start" ? `${words}: ${more}` : words));
}
