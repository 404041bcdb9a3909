/** A bar for each gesture, with the line of its threshold. */

import { $, make } from "./dom.js";

const rows = new Map();

export function showLevels(levels) {
  for (const level of levels) {
    if (!rows.has(level.gesture)) rows.set(level.gesture, row(level));
    update(rows.get(level.gesture), level);
  }
}

function row({ gesture, word, signal, threshold }) {
  const fill = make("div", { class: "fill" });
  const line = make("div", { class: "line" });
  line.style.insetInlineStart = `${100 * threshold}%`;
  const track = make("div", { class: "track", role: "meter", "aria-label": `${word || gesture}: ${signal}`, "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": 0 }, fill, line);
  const reading = make("span", { class: "pale", dir: "ltr" });
  const name = make("div", { class: "level-name" }, make("span", {}, make("b", { dir: "auto" }, word || gesture), word ? make("span", { class: "pale" }, ` ${gesture}`) : ""), reading);
  const item = make("li", {}, name, track);
  $("levels").append(item);
  return { item, fill, track, reading };
}

function update({ item, fill, track, reading }, { value, met, reading: words }) {
  const percent = Math.round(100 * (value ?? 0));
  fill.style.inlineSize = `${percent}%`;
  item.classList.toggle("beyond", met);
  item.classList.toggle("unseen-now", value === null);
  track.setAttribute("aria-valuenow", percent);
  track.setAttribute("aria-valuetext", words || "–");
  if (reading.textContent !== words) reading.textContent = words;
}
