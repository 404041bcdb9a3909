/** The page: one aligned face, and what the model says of it. */

import { check, greyOf, openModel } from "./model.js";

const $ = (id) => document.getElementById(id);
const state = { model: null, checked: "" };

async function open() {
  tell("opening the model");
  state.model = await openModel($("precision").value);
  const { off, may } = await check(state.model, $("precision").value);
  state.checked = off <= may ? "as it should be" : `wrong by ${off.toFixed(3)} on example.json`;
  await look();
}

async function look() {
  await $("face").decode();
  const crop = greyOf($("face"), state.model.facts.crop);
  const began = performance.now();
  const units = await state.model.units(crop);
  const spent = performance.now() - began;
  const strongest = units.sort((a, b) => b.probability - a.probability);
  $("units").replaceChildren(...strongest.map(row));
  tell(`${state.model.facts.name}, ${$("precision").value}, ${spent.toFixed(0)} ms, ${state.checked}`);
}

function row({ unit, name, probability, letter, on }) {
  const item = document.createElement("li");
  item.classList.toggle("on", on);
  item.textContent = `${unit} ${probability.toFixed(3)} ${letter} ${name}`;
  item.style.setProperty("--share", probability);
  return item;
}

function tell(text) {
  $("status").textContent = text;
}

function choose() {
  const [file] = $("file").files;
  if (!file) return;
  $("face").src = URL.createObjectURL(file);
  look().catch(fail);
}

function fail(error) {
  tell(`That did not work: ${error.message}`);
}

$("precision").onchange = () => open().catch(fail);
$("file").onchange = choose;
open().catch(fail);
