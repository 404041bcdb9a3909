/** One switch: the mark moves from button to button, and the switch (space or enter) presses. */

import { $ } from "./dom.js";

const STEP = 1500; // ms on each button

let timer = 0;

export function setUpScan() {
  $("scan").checked = localStorage.getItem("facs.live.scan") === "on";
  $("scan").onchange = ({ target }) => {
    localStorage.setItem("facs.live.scan", target.checked ? "on" : "off");
    run(target.checked);
  };
  run($("scan").checked);
}

function run(on) {
  clearInterval(timer);
  for (const button of document.querySelectorAll("[data-scan]")) button.classList.toggle("scanned", on);
  if (on) timer = setInterval(step, STEP);
}

function step() {
  if ($("keys").open) return;
  const buttons = [...document.querySelectorAll("[data-scan]")].filter((one) => !one.hidden && !one.disabled);
  const at = buttons.indexOf(document.activeElement);
  buttons[(at + 1) % buttons.length]?.focus();
}
