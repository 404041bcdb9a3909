/** Why this frame: the face, with the places that the score of a unit depends on. */

import { address, getArray } from "./api.js";
import { $, clock, show } from "./dom.js";

export class WhyPanel {
  constructor(recording) {
    this.recording = recording;
    this.asked = 0;
    $("why-ask").onclick = () => this.ask();
    this.hide();
  }

  /** Somebody is elsewhere now: at another person, unit or row. */
  moved(person, column, row) {
    const unit = this.recording.units[column];
    if (!unit) return;
    if (person !== this.person || column !== this.column || row !== this.row) this.hide();
    Object.assign(this, { person, column, row });
    const reason = this.recording.reason(person, row);
    $("why-ask").disabled = Boolean(reason) || this.busy;
    $("why-ask").textContent = `Why ${unit.unit} in this frame?`;
  }

  async ask() {
    const { person, column, row, recording } = this;
    const { unit, name } = recording.units[column];
    const time = clock(recording.times[row]);
    this.asked += 1;
    const mine = this.asked;
    this.setBusy(true, `Looking at ${unit} at ${time}.`);
    const path = `jobs/${recording.id}/people/${person.person}/frames/${row}/why/${unit}`;
    try {
      await getArray(path, Uint8Array); // a refusal says its reason here, and an image would not
      if (mine !== this.asked) return;
      $("why-picture").src = address(path);
      $("why-picture").alt = `The aligned face at ${time}, brighter where the score of ${unit} depends on it`;
      $("why-words").textContent =
        `${unit} ${name} at ${time}: the brighter a place, the more the score of the picture changes when the ` +
        "place becomes a little lighter or darker. It shows where the model looks, not whether it is right.";
      show("why", true);
      $("why-state").textContent = "";
    } catch (problem) {
      if (mine === this.asked) $("why-state").textContent = problem.message;
    } finally {
      if (mine === this.asked) this.setBusy(false);
    }
  }

  setBusy(busy, words = $("why-state").textContent) {
    this.busy = busy;
    $("why-ask").disabled = busy;
    $("why-state").textContent = words;
  }

  hide() {
    this.asked += 1; // what is on its way comes too late
    this.setBusy(false, "");
    show("why", false);
    $("why-picture").removeAttribute("src");
  }
}
