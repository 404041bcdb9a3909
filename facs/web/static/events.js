/** Events from a probability over time: the same rule as facs.events.find_events. */

/** Times the odds of `on` that an event must reach: SURER of facs.events. */
const SURER = 3;

/** What an event must reach at its apex, as facs.events.least_peak. */
export function leastPeak(on) {
  return (SURER * on) / (SURER * on + 1 - on);
}

/** A frame that would last longer than both, in seconds and in median frames: as facs.events. */
const HOLE = 0.25;
const HOLE_FRAMES = 5;
const CLOCK = 1e-6; // s; times carry rounding below this

/** Whether a hole lies before each row, time from which there are no frames: as facs.events.after_holes. */
export function afterHoles(times) {
  const steps = Array.from(times.slice(1), (time, row) => time - times[row]);
  const longest = Math.max(HOLE, HOLE_FRAMES * median(steps)) + CLOCK;
  return [false, ...steps.map((step) => step > longest)].slice(0, times.length);
}

/** The median of numbers; 0 where there are none. */
function median(numbers) {
  const sorted = Float64Array.from(numbers).sort();
  const middle = sorted.length >> 1;
  if (!sorted.length) return 0;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Spans in which `value(row)` rises to `on`, until it falls below `off`, and which reach
 * `minPeak`. A missing value (NaN) ends a span, and so does a hole before a row (`anew`): what was
 * not seen is never counted as shown.
 *
 * @returns {{first: number, last: number, apex: number, peak: number}[]} rows, in order
 */
export function findEvents(length, value, on, off, minPeak, anew = []) {
  const events = [];
  let open = null;
  for (let row = 0; row < length; row++) {
    const now = value(row);
    if (open && (anew[row] || !(now >= off))) {
      events.push(open);
      open = null;
    }
    if (!open && now >= on) open = { first: row, last: row, apex: row, peak: now };
    if (!open) continue;
    open.last = row;
    if (now > open.peak) {
      open.apex = row;
      open.peak = now;
    }
  }
  if (open) events.push(open);
  return events.filter((event) => event.peak >= minPeak);
}
