/** A result as the page uses it: facts, arrays of numbers, thresholds, events. */

import { getArray, getJson } from "./api.js";
import { afterHoles, findEvents, leastPeak } from "./events.js";

const PICTURE = 0.04; // seconds that a single picture is taken to stay, as in facs.outputs.spans
const FLOATS = ["probability", "intensities", "left", "right", "boxes", "landmarks", "quality"];

export async function loadRecording(id) {
  const facts = await getJson(`jobs/${id}/result`);
  const times = await getArray(`jobs/${id}/times`, Float64Array);
  const people = await Promise.all(facts.people.map((one) => loadPerson(id, one)));
  return new Recording(id, facts, times, people);
}

async function loadPerson(id, facts) {
  const path = `jobs/${id}/people/${facts.person}`;
  const arrays = await Promise.all(FLOATS.map((name) => getArray(`${path}/${name}`, Float32Array)));
  const reasons = await getArray(`${path}/reasons`, Uint8Array);
  return { ...facts, ...Object.fromEntries(FLOATS.map((name, i) => [name, arrays[i]])), reasons };
}

export class Recording {
  constructor(id, facts, times, people) {
    Object.assign(this, { id, facts, times, people });
    this.anew = afterHoles(times); // rows before which there is a hole
    this.units = facts.model?.units ?? [];
    this.thresholds = new Map(); // by unit, where they differ from the model's
  }

  get length() {
    return this.times.length;
  }

  /** The row that is shown at a time of the video; a tick early counts as on time. */
  rowAt(time) {
    let low = 0;
    let high = this.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.times[middle] <= time + 1e-3) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** When a row ends: where the next begins; the last, and one before a hole, stays as long as is usual. */
  endOf(row) {
    if (row + 1 < this.length && !this.anew[row + 1]) return this.times[row + 1];
    const end = this.times[0] + (this.facts.duration || PICTURE);
    return end - (this.times[this.length - 1] - this.times[row]);
  }

  get end() {
    return this.length ? this.endOf(this.length - 1) : 0;
  }

  // One unit of one person

  on(column) {
    const { unit, on } = this.units[column];
    return this.thresholds.get(unit) ?? on;
  }

  off(column) {
    return Math.min(this.units[column].off, this.on(column));
  }

  probability(person, column, row) {
    return person.probability[row * this.units.length + column];
  }

  /** The highest probability of the rows that are shown within a span; NaN where none is scored, as in a hole. */
  highest(person, column, from, to) {
    const before = this.rowAt(from);
    const first = from < this.endOf(before) ? before : before + 1;
    const last = Math.max(before, this.rowAt(to - 2e-3));
    let highest = NaN;
    for (let row = first; row <= last; row++) {
      const value = this.probability(person, column, row);
      if (!(value <= highest)) highest = Number.isNaN(value) ? highest : value;
    }
    return highest;
  }

  events(person, column) {
    const value = (row) => this.probability(person, column, row);
    const on = this.on(column);
    return findEvents(this.length, value, on, this.off(column), leastPeak(on), this.anew);
  }

  /** Seconds that events last, to the end of their last frame. */
  seconds(events) {
    return events.reduce((sum, e) => sum + this.endOf(e.last) - this.times[e.first], 0);
  }

  /** "left" or "right" where only that side of the subject shows the unit, else "". */
  onlySide(person, column, row) {
    const { side } = this.units[column];
    if (side === null) return "";
    const sided = this.units.filter((unit) => unit.side !== null).length;
    const [left, right] = [person.left, person.right].map((values) => values[row * sided + side]);
    if (left >= this.on(column) && right < this.off(column)) return "left";
    return right >= this.on(column) && left < this.off(column) ? "right" : "";
  }

  // One person

  scored(person, row) {
    return !Number.isNaN(this.probability(person, 0, row));
  }

  /** Why a row has no numbers, in words; "" where it has. */
  reason(person, row) {
    if (this.units.length && this.scored(person, row)) return "";
    return this.facts.reasons[person.reasons[row]] || "not scored";
  }

  /** Columns of the most probable units of a row, first the most probable. */
  topOfRow(person, row, size = 5) {
    if (!this.units.length || !this.scored(person, row)) return [];
    const value = (column) => this.probability(person, column, row);
    return columns(this).sort((a, b) => value(b) - value(a)).slice(0, size);
  }

  /** What stands for the whole video: the units that were shown longest, as in facs.web.view. */
  topOfVideo(person, size = 5) {
    const rows = columns(this).map((column) => {
      const events = this.events(person, column);
      return { column, events: events.length, seconds: this.seconds(events), peak: this.peak(person, column) };
    });
    return rows.sort((a, b) => b.seconds - a.seconds || (b.peak ?? 0) - (a.peak ?? 0)).slice(0, size);
  }

  peak(person, column) {
    let peak = null;
    for (let row = 0; row < this.length; row++) {
      const value = this.probability(person, column, row);
      if (!Number.isNaN(value) && (peak === null || value > peak)) peak = value;
    }
    return peak;
  }
}

const columns = (recording) => recording.units.map((_, column) => column);

const LETTERS = ["", "A", "B", "C", "D", "E"];

/** The FACS letter of an intensity, as facs.units.letter. */
export function letter(intensity) {
  if (Number.isNaN(intensity)) return "?";
  return LETTERS[Math.min(5, Math.max(0, Math.floor(intensity + 0.5)))];
}
