/** The lists of five: a unit, its name, a few words, a number, a bar. */

import { $, make } from "./dom.js";

/**
 * Fill a list; rows that are there already only change their numbers, so that focus stays.
 *
 * @param {{column: number, active: boolean, share: number, limit: number?, value: string,
 *   words: string}[]} rows - `share` and `limit` are places on the bar, from 0 to 1
 */
export function showTop(id, recording, rows, choose) {
  const list = $(id);
  while (list.children.length > rows.length) list.lastChild.remove();
  while (list.children.length < rows.length) list.append(makeItem());
  rows.forEach((row, i) => fill(list.children[i], recording.units[row.column], row, choose));
}

function makeItem() {
  const button = make("button", { type: "button" }, make("b"), " ", make("span", { class: "label" }));
  const bar = make("span", { class: "bar-trough", "aria-hidden": "true" }, make("i"), make("u"));
  const words = make("span", { class: "words pale" });
  return make("li", {}, button, " ", words, " ", make("span", { class: "value" }), bar);
}

function fill(item, unit, row, choose) {
  item.querySelector("b").textContent = unit.unit;
  item.querySelector(".label").textContent = unit.name;
  item.querySelector("button").onclick = () => choose(row.column);
  item.querySelector(".words").textContent = row.words;
  item.querySelector(".value").textContent = row.value;
  item.classList.toggle("active", row.active);
  item.querySelector("i").style.inlineSize = `${100 * row.share}%`;
  item.querySelector("u").hidden = row.limit === undefined;
  item.querySelector("u").style.insetInlineStart = `${100 * (row.limit ?? 0)}%`;
}
