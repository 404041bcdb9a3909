/** The timeline: a strip for each unit, a cursor over all, a click goes there. */

import { $, clock, count, make } from "./dom.js";

const NARROWEST = 1; // seconds that still fill the strips
const BAND = 5; // pixels of an event, at the foot of its strip
const SLIVER = 2; // pixels that can still be seen

export class Timeline {
  /** `go` hears a time in seconds, `choose` a column of a unit. */
  constructor(recording, go, choose) {
    Object.assign(this, { recording, go, choose });
    this.from = recording.times[0] ?? 0;
    this.to = recording.end || 1;
    this.rows = recording.units.map((unit, column) => this.makeRow(unit, column));
    $("rows").querySelectorAll(".row.unit-row").forEach((row) => row.remove());
    $("rows").querySelector(".over").before(...this.rows.map((row) => row.element));
    $("seek").max = Math.max(0, recording.length - 1);
    this.onlyShown = $("only-shown").checked;
    this.resized = new ResizeObserver(() => this.draw());
    this.resized.observe($("rows"));
  }

  makeRow(unit, column) {
    const name = make("span", { class: "label" }, unit.name);
    const button = make("button", { type: "button", "aria-pressed": "false" }, make("b", {}, unit.unit), " ", name);
    const canvas = make("canvas", { role: "img" });
    const track = make("div", { class: "track", dir: "ltr" }, canvas);
    button.onclick = () => this.choose(column);
    track.onpointerdown = (event) => this.press(event, track, column);
    track.onpointermove = (event) => track.hasPointerCapture(event.pointerId) && this.press(event, track);
    const element = make("div", { class: "row unit-row" }, button, track);
    return { element, button, canvas, column };
  }

  press(event, track, column) {
    if (event.button !== 0 && event.type === "pointerdown") return;
    event.preventDefault();
    track.setPointerCapture(event.pointerId);
    if (column !== undefined) this.choose(column);
    const { left, width } = track.getBoundingClientRect();
    this.go(this.from + ((event.clientX - left) / width) * (this.to - this.from));
  }

  // What is shown

  setPerson(person) {
    this.person = person;
    this.draw();
  }

  setChosen(column) {
    this.chosen = column;
    for (const row of this.rows) {
      row.button.setAttribute("aria-pressed", String(row.column === column));
      row.element.classList.toggle("chosen", row.column === column);
    }
    if (this.onlyShown) this.draw();
  }

  setOnlyShown(only) {
    this.onlyShown = only;
    this.draw();
  }

  /** Columns that are to be seen now, from the top. */
  get visible() {
    return this.rows.filter((row) => !row.element.hidden).map((row) => row.column);
  }

  /** Show more or less of the time, around the cursor where it can be. */
  zoom(factor) {
    const whole = this.recording.end - this.recording.times[0];
    const span = Math.min(whole, Math.max(Math.min(NARROWEST, whole), (this.to - this.from) / factor));
    this.centre(this.time, span);
  }

  centre(time, span = this.to - this.from) {
    const first = this.recording.times[0];
    this.from = Math.max(first, Math.min(time - span / 2, this.recording.end - span));
    this.to = this.from + span;
    this.draw();
  }

  setTime(row, time) {
    this.time = time;
    $("seek").value = row;
    $("seek").setAttribute("aria-valuetext", clock(time));
    if (time < this.from || time >= this.to) this.centre(time);
    else this.placeCursor();
  }

  // Drawing

  draw() {
    if (!this.person) return;
    const colours = coloursNow();
    for (const row of this.rows) this.drawRow(row, colours);
    this.drawTicks();
    this.placeCursor();
  }

  drawRow(row, colours) {
    const events = this.recording.events(this.person, row.column);
    row.element.hidden = this.onlyShown && !events.length && row.column !== this.chosen;
    const sheet = fit(row.canvas);
    if (!sheet) return;
    row.canvas.setAttribute("aria-label", this.words(row.column, events));
    this.drawStrip(sheet, row.column, colours);
    this.drawEvents(sheet, events, colours);
    this.drawThreshold(sheet, row.column, colours);
  }

  words(column, events) {
    const { unit } = this.recording.units[column];
    const seconds = this.recording.seconds(events).toFixed(1);
    return events.length ? `${unit}: ${count(events.length, "event", "events")}, ${seconds} s in all` : `${unit}: never shown`;
  }

  /** The highest probability of each column of pixels; grey where nothing was scored. */
  drawStrip({ context, width, height }, column, colours) {
    for (let x = 0; x < width; x++) {
      const highest = this.recording.highest(this.person, column, this.timeAt(x, width), this.timeAt(x + 1, width));
      const missing = Number.isNaN(highest);
      context.fillStyle = missing ? colours.gap : colours.score;
      const tall = missing ? height : highest * height;
      context.fillRect(x, height - tall, 1, tall);
    }
  }

  drawEvents({ context, width, height, ratio }, events, colours) {
    context.fillStyle = colours.event;
    for (const event of events) {
      const x = this.xOf(this.recording.times[event.first], width);
      const end = this.xOf(this.recording.endOf(event.last), width);
      context.fillRect(x, height - BAND * ratio, Math.max(end - x, SLIVER * ratio), BAND * ratio);
    }
  }

  drawThreshold({ context, width, height, ratio }, column, colours) {
    const y = Math.round(height * (1 - this.recording.on(column)));
    context.fillStyle = colours.limit;
    for (let x = 0; x < width; x += 6 * ratio) context.fillRect(x, y, 3 * ratio, Math.max(1, ratio / 1.5));
  }

  drawTicks() {
    const moments = Array.from({ length: 5 }, (_, i) => this.from + (i / 4) * (this.to - this.from));
    $("ticks").replaceChildren(...moments.map((time) => make("span", {}, clock(time))));
  }

  placeCursor() {
    $("cursor").style.transform = `translateX(${this.xOf(this.time ?? this.from, 100)}%)`;
  }

  timeAt(x, width) {
    return this.from + (x / width) * (this.to - this.from);
  }

  xOf(time, width) {
    return ((time - this.from) / (this.to - this.from)) * width;
  }

  close() {
    this.resized.disconnect();
  }
}

function fit(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const width = Math.round(canvas.clientWidth * ratio);
  const height = Math.round(canvas.clientHeight * ratio);
  if (!width || !height) return null;
  Object.assign(canvas, { width, height }); // also clears it
  return { context: canvas.getContext("2d"), width, height, ratio };
}

function coloursNow() {
  const style = getComputedStyle(document.documentElement);
  const names = ["score", "event", "gap", "limit"];
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`)]));
}
