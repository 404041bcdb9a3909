/** What the page asks of its server. */

import { tellProblem } from "./dom.js";
import { text } from "./texts.js";

async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(`api/${path}`, options);
  } catch {
    throw new Error(text("gone"));
  }
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).detail ?? answer.statusText);
  return answer;
}

export const getJson = async (path) => (await ask(path)).json();

/** Do something; what is refused is told. */
export async function deed(path, body) {
  const json = { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  try {
    await ask(path, body ? { method: "PUT", ...json } : { method: "POST" });
    tellProblem(); // of what was refused before
  } catch (error) {
    tellProblem(error.message);
  }
}
