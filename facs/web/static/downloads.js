/** Links to every format, with the thresholds that are chosen now. */

import { address } from "./api.js";
import { $, make } from "./dom.js";

export function showDownloads(recording, downloads) {
  const groups = new Map();
  for (const one of downloads) groups.set(one.group, [...(groups.get(one.group) ?? []), one]);
  $("downloads").replaceChildren(
    ...[...groups].map(([group, ones]) => {
      const links = ones.map((one) => make("li", {}, link(recording, one)));
      return make("div", {}, make("h3", {}, group), make("ul", { class: "plain" }, ...links));
    }),
  );
  const changed = [...recording.thresholds.keys()];
  $("downloads-note").textContent = changed.length
    ? `Events in the files are by your own thresholds for ${changed.join(", ")}, and by the model’s for the others.`
    : "Events in the files are by the model’s thresholds. A file is written when you ask for it, which takes a moment.";
}

function link(recording, one) {
  const chosen = new URLSearchParams();
  for (const [unit, on] of recording.thresholds) chosen.append("on", `${unit}:${on.toFixed(2)}`);
  const query = chosen.size ? `?${chosen}` : "";
  const href = `${address(`jobs/${recording.id}/files/${one.format}`)}${query}`;
  return make("a", { href, download: "" }, one.words);
}
