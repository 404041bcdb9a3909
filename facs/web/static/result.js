/** The result: everything that follows one recording, one person, one unit and one row. */

import { address } from "./api.js";
import { $, clock, count, make, show } from "./dom.js";
import { showDownloads } from "./downloads.js";
import { colourOf, drawOverlay } from "./overlay.js";
import { showTop } from "./panel.js";
import { Player } from "./player.js";
import { letter, loadRecording } from "./recording.js";
import { Timeline } from "./timeline.js";
import { UnitPanel } from "./unit.js";
import { WhyPanel } from "./why.js";

const CALM = 350; // milliseconds between two rankings while the video plays, so that one can read

export class Result {
  static async open(id, limits) {
    return new Result(await loadRecording(id), limits);
  }

  constructor(recording, limits) {
    Object.assign(this, { recording, limits, row: 0, ranked: 0, order: null });
    this.describe();
    const somebody = recording.people.length > 0;
    show("nobody", !somebody);
    show("measured", somebody);
    show("panel", somebody);
    this.player = new Player(
      recording,
      address(`jobs/${recording.id}/playback`),
      (row) => this.arrive(row),
      () => this.playingChanged(),
    );
    this.watchSize();
    if (somebody) this.setUpMeasured();
    this.setUpControls();
    this.playingChanged();
    this.arrive(0);
  }

  setUpMeasured() {
    this.timeline = new Timeline(
      this.recording,
      (time) => this.player.seekTime(time),
      (column) => this.chooseUnit(column),
    );
    this.unit = new UnitPanel(this.recording, (row) => this.player.seek(row), () => this.rejudge());
    this.why = new WhyPanel(this.recording);
    this.setUpPeople();
    this.choosePerson(this.recording.people[0]);
  }

  describe() {
    const { facts } = this.recording;
    $("name").textContent = facts.source;
    const parts = [count(facts.frames, "frame", "frames")];
    if (facts.duration) parts.push(clock(facts.duration));
    if (facts.size) parts.push(`${facts.size[0]} × ${facts.size[1]}`);
    if (facts.rate) parts.push(`${facts.rate.toFixed(2)} frames/s`);
    parts.push(count(facts.people.length, "person", "people"));
    if (facts.model) parts.push(`model ${facts.model.name} ${facts.model.version}`);
    $("facts").textContent = parts.join(" · ");
    const notes = facts.damage ? [`The file is damaged: ${facts.damage}`, ...facts.notes] : facts.notes;
    $("notes").replaceChildren(...notes.map((note) => make("p", {}, note)));
    show("notes", notes.length > 0);
  }

  setUpPeople() {
    const choices = this.recording.people.map((person) => {
      const radio = make("input", { type: "radio", name: "person", value: person.person });
      radio.onchange = () => this.choosePerson(person);
      const chip = make("span", { class: "chip", "aria-hidden": "true" });
      chip.style.background = colourOf(person);
      const share = Math.round((100 * person.scored) / this.recording.length);
      return make("label", {}, radio, chip, ` ${person.person} `, make("span", { class: "pale" }, `${share} % scored`));
    });
    $("people").replaceChildren($("people").querySelector("legend"), ...choices);
  }

  setUpControls() {
    const { player } = this;
    $("play").onclick = () => player.toggle();
    $("back").onclick = () => player.step(-1);
    $("forward").onclick = () => player.step(1);
    $("speed").onchange = (event) => (player.speed = Number(event.target.value));
    $("seek").oninput = (event) => player.seek(Number(event.target.value));
    $("zoom-in").onclick = () => this.timeline.zoom(2);
    $("zoom-out").onclick = () => this.timeline.zoom(0.5);
    $("only-shown").onchange = (event) => this.timeline.setOnlyShown(event.target.checked);
    for (const id of ["show-box", "show-points", "show-units"]) $(id).onchange = () => this.draw();
    $("show-picture").onchange = (event) => $("stage").classList.toggle("dark", !event.target.checked);
    this.scheme = matchMedia("(prefers-color-scheme: dark)");
    this.schemeChanged = () => this.timeline?.draw();
    this.scheme.addEventListener("change", this.schemeChanged);
  }

  watchSize() {
    const [width, height] = this.recording.facts.size ?? [4, 3];
    $("stage").style.setProperty("--aspect", width / height);
    this.resized = new ResizeObserver(() => this.draw());
    this.resized.observe($("stage"));
  }

  // What changes

  choosePerson(person) {
    if (!person) return;
    this.person = person;
    $("people").querySelector(`input[value="${person.person}"]`).checked = true;
    this.timeline.setPerson(person);
    const [first] = this.recording.topOfVideo(person, 1);
    this.rejudge();
    this.chooseUnit(this.column ?? first?.column ?? 0);
    this.arrive(this.row);
  }

  chooseUnit(column) {
    if (!this.recording.units[column]) return;
    this.column = column;
    this.timeline.setChosen(column);
    this.unit.show(this.person, column);
    this.why.moved(this.person, column, this.row);
  }

  /** A threshold is another one now: events, and all that is counted from them, are too. */
  rejudge() {
    this.timeline.draw();
    const rows = this.recording.topOfVideo(this.person).map((row) => this.videoRow(row));
    showTop("video-top", this.recording, rows, (column) => this.chooseUnit(column));
    showDownloads(this.recording, this.limits.downloads);
    this.draw();
  }

  videoRow({ column, events, seconds, peak }) {
    return {
      column,
      active: events > 0,
      share: this.recording.facts.duration ? seconds / this.recording.facts.duration : Number(events > 0),
      value: `${seconds.toFixed(1)} s`,
      words: events ? `${events} ×` : `peak ${peak?.toFixed(2) ?? "unknown"}`,
    };
  }

  arrive(row) {
    this.row = row;
    const time = this.recording.times[row] ?? 0;
    $("time").textContent = clock(time);
    this.timeline?.setTime(row, time);
    if (this.person) this.showFrame(row, time);
    if (this.person) this.why.moved(this.person, this.column, row);
    this.draw();
  }

  showFrame(row, time) {
    const { person, recording } = this;
    const reason = recording.reason(person, row);
    const quality = person.quality[row];
    const facts = [`${clock(time)}, frame ${row}`];
    if (reason) facts.push(`not scored: ${reason}`);
    else if (!Number.isNaN(quality)) facts.push(`quality ${quality.toFixed(2)}`);
    $("frame-facts").textContent = facts.join(" · ");
    this.rank(row);
    const rows = reason ? [] : this.order.map((column) => this.frameRow(column, row));
    showTop("frame-top", recording, rows, (column) => this.chooseUnit(column));
  }

  frameRow(column, row) {
    const { person, recording } = this;
    const at = row * recording.units.length + column;
    const probability = person.probability[at];
    const side = recording.onlySide(person, column, row);
    return {
      column,
      active: probability >= recording.on(column),
      share: probability,
      limit: recording.on(column),
      value: `${probability.toFixed(2)} ${letter(person.intensities[at])}`.trim(),
      words: side && `${side} only`,
    };
  }

  /** The top five of this frame; while the video plays they are ranked anew only so often. */
  rank(row) {
    const now = performance.now();
    if (this.player.playing && this.order?.length && now - this.ranked < CALM) return;
    this.order = this.recording.topOfRow(this.person, row);
    this.ranked = now;
  }

  playingChanged() {
    const { playing } = this.player;
    $("play").setAttribute("aria-label", playing ? "Pause" : "Play");
    $("play").classList.toggle("playing", playing);
    if (!playing && this.person) this.arrive(this.player.row);
  }

  draw() {
    drawOverlay(this.recording, this.row, this.person);
  }

  close() {
    this.player.close();
    this.timeline?.close();
    this.why?.hide();
    this.resized.disconnect();
    this.scheme.removeEventListener("change", this.schemeChanged);
  }
}
