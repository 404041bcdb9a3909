/** One unit: its threshold, and its events as a list that keyboards and screen readers can use. */

import { $, clock, count, make } from "./dom.js";

export class UnitPanel {
  /** `go` hears a row, `changed` that a threshold is another one. */
  constructor(recording, go, changed) {
    Object.assign(this, { recording, go, changed });
    $("threshold").oninput = (event) => this.setThreshold(Number(event.target.value));
    $("threshold-reset").onclick = () => this.setThreshold(null);
  }

  show(person, column) {
    Object.assign(this, { person, column });
    const { unit, name, region } = this.recording.units[column];
    $("unit-title").replaceChildren(make("b", {}, unit), ` ${name} `, make("span", { class: "pale" }, region));
    $("threshold").setAttribute("aria-label", `Threshold of ${unit}`);
    this.update();
  }

  setThreshold(value) {
    const { unit } = this.recording.units[this.column];
    if (value === null) this.recording.thresholds.delete(unit);
    else this.recording.thresholds.set(unit, value);
    this.update();
    this.changed();
  }

  update() {
    const { recording, column } = this;
    const on = recording.on(column);
    const events = recording.events(this.person, column);
    $("threshold").value = on;
    $("threshold-value").textContent = on.toFixed(2);
    $("threshold-reset").disabled = !recording.thresholds.has(recording.units[column].unit);
    $("unit-facts").textContent = events.length
      ? `${count(events.length, "event", "events")}, ${recording.seconds(events).toFixed(1)} s in all`
      : "no event at this threshold";
    $("events").replaceChildren(...events.map((event) => this.item(event)));
  }

  item(event) {
    const { times } = this.recording;
    const span = `${clock(times[event.first])} – ${clock(this.recording.endOf(event.last))}`;
    const button = make("button", { type: "button" }, make("b", {}, span), ` peak ${event.peak.toFixed(2)}`);
    button.onclick = () => this.go(event.apex);
    return make("li", {}, button);
  }

  /** The row of the next event after `row` (or before it), or null. */
  neighbour(row, forward) {
    const firsts = this.recording.events(this.person, this.column).map((event) => event.first);
    const found = forward ? firsts.find((first) => first > row) : firsts.findLast((first) => first < row);
    return found ?? null;
  }
}
