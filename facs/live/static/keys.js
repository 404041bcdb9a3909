/** Letters as keys; they can be turned off, and are silent where somebody chooses. */

import { $ } from "./dom.js";

const TAKES_KEYS = "select, dialog *";
const BUTTONS = { p: "pause", u: "undo", r: "right", w: "wrong" };

export function setUpKeys() {
  $("keys-button").onclick = () => $("keys").showModal();
  $("keys-on").checked = localStorage.getItem("facs.live.keys") !== "off";
  $("keys-on").onchange = ({ target }) => localStorage.setItem("facs.live.keys", target.checked ? "on" : "off");
  document.addEventListener("keydown", (event) => {
    if (!$("keys-on").checked || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest(TAKES_KEYS) || event.repeat) return;
    if (event.key === "?") $("keys").showModal();
    const button = $(BUTTONS[event.code.replace("Key", "").toLowerCase()]);
    if (!button || button.disabled || button.hidden) return;
    event.preventDefault();
    button.click();
  });
}
