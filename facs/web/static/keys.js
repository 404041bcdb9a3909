/** Keys of the result page; they can be turned off, and are silent where somebody types. */

import { $ } from "./dom.js";
import { choice } from "./memory.js";

const TAKES_KEYS = "input, select, textarea, dialog *";
const TAKES_SPACE = "button, a, summary, label";

/** `current` gives the open result, or null. */
export function setUpKeys(current) {
  const dialog = $("keys");
  $("keys-button").onclick = () => dialog.showModal();
  $("keys-on").checked = choice.get("keys", "on") === "on";
  $("keys-on").onchange = (event) => choice.set("keys", event.target.checked ? "on" : "off");
  document.addEventListener("keydown", (event) => {
    const result = current();
    if (!result || !$("keys-on").checked || isTaken(event)) return;
    const action = actions(result)[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}

function isTaken(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  if (event.target.closest(TAKES_KEYS)) return true;
  return event.key === " " && event.target.closest(TAKES_SPACE) !== null;
}

function actions(result) {
  const { player, recording } = result;
  const here = () => recording.times[player.row];
  const always = {
    " ": () => player.toggle(),
    k: () => player.toggle(),
    ",": () => player.step(-1),
    ".": () => player.step(1),
    ArrowLeft: () => player.seekTime(here() - 1),
    ArrowRight: () => player.seekTime(here() + 1),
    Home: () => player.seek(0),
    End: () => player.seek(recording.length - 1),
    "?": () => $("keys").showModal(),
  };
  return result.person ? { ...always, ...ofPerson(result) } : always;
}

function ofPerson(result) {
  const { player, timeline, unit, recording } = result;
  const event = (forward) => {
    const row = unit.neighbour(player.row, forward);
    if (row !== null) player.seek(row);
  };
  const neighbour = (step) => {
    const { visible } = timeline;
    result.chooseUnit(visible[visible.indexOf(result.column) + step]);
  };
  const people = recording.people.slice(0, 9).map((one, i) => [String(i + 1), () => result.choosePerson(one)]);
  return {
    ArrowUp: () => neighbour(-1),
    ArrowDown: () => neighbour(1),
    n: () => event(true),
    p: () => event(false),
    "+": () => timeline.zoom(2),
    "-": () => timeline.zoom(0.5),
    ...Object.fromEntries(people),
  };
}
