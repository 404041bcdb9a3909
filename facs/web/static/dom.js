/** Finding and making elements; text goes in as text, never as markup. */

export const $ = (id) => document.getElementById(id);

/** An element with attributes, then text or other elements in it. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

export function show(id, visible) {
  $(id).hidden = !visible;
}

/** Say what went wrong where everybody sees and hears it; nothing to say hides it. */
export function tellProblem(text = "") {
  const box = $("problem");
  box.textContent = text;
  box.hidden = !text;
  if (text) box.scrollIntoView({ block: "nearest" });
}

/** Seconds as 1.20 s, or as 2:05.30 from a minute on. */
export function clock(seconds) {
  const hundredths = Math.round(seconds * 100);
  if (hundredths < 6000) return `${(hundredths / 100).toFixed(2)} s`;
  const rest = ((hundredths % 6000) / 100).toFixed(2).padStart(5, "0");
  return `${Math.floor(hundredths / 6000)}:${rest}`;
}

export const count = (n, one, many) => `${n} ${n === 1 ? one : many}`;
