/** Drawing what was measured over the picture, at the size at which it is seen. */

import { $ } from "./dom.js";

// Colours that also people who see few colours can tell apart, as in facs.outputs.drawing.
const PALETTE = ["#56b4e9", "#e69f00", "#00be8c", "#cc79a7", "#f0e442", "#e66e1e"];
const DARK = "#181a1e";
const LIGHT = "#eceef0";

export const colourOf = (person) => PALETTE[person.person % PALETTE.length];

/** Draw one row; `chosen` is the person whose numbers stand beside. */
export function drawOverlay(recording, row, chosen) {
  const sheet = fit($("overlay"), recording.facts.size);
  if (!sheet) return;
  for (const person of recording.people) drawPerson(sheet, recording, person, row, person === chosen);
}

/** Fit the canvas to the screen's own pixels; lengths in `sheet` are those of the source. */
function fit(canvas, size) {
  const ratio = window.devicePixelRatio || 1;
  const width = Math.round(canvas.clientWidth * ratio);
  const height = Math.round(canvas.clientHeight * ratio);
  if (!width || !size) return null;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width, height);
  const scale = width / size[0];
  context.setTransform(scale, 0, 0, scale, 0, 0);
  return { context, pixel: ratio / scale, size };
}

function drawPerson(sheet, recording, person, row, isChosen) {
  const box = person.boxes.subarray(row * 4, row * 4 + 4);
  if (Number.isNaN(box[0])) return;
  const { context, pixel } = sheet;
  const colour = colourOf(person);
  if ($("show-box").checked) {
    context.lineWidth = (isChosen ? 2.5 : 1.5) * pixel;
    context.strokeStyle = colour;
    context.strokeRect(box[0], box[1], box[2] - box[0], box[3] - box[1]);
  }
  if ($("show-points").checked) drawPoints(sheet, person.landmarks.subarray(row * 136, row * 136 + 136), box);
  if ($("show-units").checked) drawTag(sheet, tag(recording, person, row), box, colour);
}

function drawPoints({ context, pixel }, landmarks, box) {
  // Small enough that the dots of a small face do not run together.
  const radius = Math.min(2.2 * pixel, Math.max(0.8 * pixel, (box[2] - box[0]) / 130));
  context.fillStyle = LIGHT;
  context.beginPath();
  for (let i = 0; i < 136; i += 2) {
    const [x, y] = [landmarks[i], landmarks[i + 1]];
    if (Number.isNaN(x)) continue;
    context.moveTo(x + radius, y);
    context.arc(x, y, radius, 0, 2 * Math.PI);
  }
  context.fill();
}

/** The person's number, and what is shown now: "0: 6 12 25", or why nothing is known. */
function tag(recording, person, row) {
  const reason = recording.reason(person, row);
  if (reason) return `${person.person}: ${reason}`;
  const shown = recording.units
    .map((unit, column) => ({ unit, column }))
    .filter(({ column }) => recording.probability(person, column, row) >= recording.on(column))
    .map(({ unit, column }) => initial(recording.onlySide(person, column, row)) + unit.unit.slice(2));
  return shown.length ? `${person.person}: ${shown.join(" ")}` : `${person.person}`;
}

const initial = (side) => ({ left: "L", right: "R" })[side] ?? "";

function drawTag({ context, pixel, size }, text, box, colour) {
  const height = 20 * pixel;
  context.font = `600 ${13 * pixel}px system-ui, sans-serif`;
  const width = context.measureText(text).width + 12 * pixel;
  const x = Math.min(Math.max(box[0], 0), Math.max(0, size[0] - width));
  const y = box[1] >= height ? box[1] - height : Math.max(0, box[1]);
  context.fillStyle = colour;
  context.fillRect(x, y, width, height);
  context.fillStyle = DARK;
  context.textBaseline = "middle";
  context.fillText(text, x + 6 * pixel, y + height / 2);
}
