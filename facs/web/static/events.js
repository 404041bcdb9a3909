/** Events from a probability over time: the same rule as facs.events.find_events. */

/** Times the odds of `on` that an event must reach: SURER of facs.events. */
const SURER = 3;

/** What an event must reach at its apex, as facs.events.least_peak. */
export function leastPeak(on) {
  return (SURER * on) / (SURER * on + 1 - on);
}

/**
 * Spans in which `value(row)` rises to `on`, until it falls below `off`, and which reach
 * `minPeak`. A missing value (NaN) ends a span: what was not seen is never counted as shown.
 *
 * @returns {{first: number, last: number, apex: number, peak: number}[]} rows, in order
 */
export function findEvents(length, value, on, off, minPeak) {
  const events = [];
  let open = null;
  for (let row = 0; row < length; row++) {
    const now = value(row);
    if (open && !(now >= off)) {
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
