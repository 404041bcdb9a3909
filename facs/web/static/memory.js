/** What this browser remembers: the token while the tab is open, and where results are. */

const TOKEN = "facs.token";
const RECENT = "facs.recent";

/** Take the token out of an address such as /#token=..., so that nobody reads it there. */
export function takeToken() {
  const match = /^#token=(.+)$/.exec(location.hash);
  if (!match) return;
  keepToken(unquoted(match[1]));
  history.replaceState(null, "", "#/");
}

/** Take a token that was typed, or the address in which it was printed. */
export function takeTyped(text) {
  const match = /#token=(.+)$/.exec(text);
  keepToken(match ? unquoted(match[1]) : text);
}

/** Somebody may have typed it by hand, with a sign that begins no code. */
function unquoted(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export const token = () => sessionStorage.getItem(TOKEN);
const keepToken = (text) => sessionStorage.setItem(TOKEN, text);
export const dropToken = () => sessionStorage.removeItem(TOKEN);

function read(storage) {
  try {
    return JSON.parse(storage.getItem(RECENT)) ?? {};
  } catch {
    return {};
  }
}

function change(storage, id, name) {
  const all = read(storage);
  if (name === null) delete all[id];
  else all[id] = name;
  storage.setItem(RECENT, JSON.stringify(all));
}

/** Results that are kept are remembered for good, others until the tab is closed. */
export function remember(id, name, kept) {
  change(sessionStorage, id, name);
  change(localStorage, id, kept ? name : null);
}

export function forget(id) {
  change(sessionStorage, id, null);
  change(localStorage, id, null);
}

export const remembered = () => ({ ...read(localStorage), ...read(sessionStorage) });

/** A choice such as "keys are on", which is of this browser. */
export const choice = {
  get: (name, otherwise) => localStorage.getItem(`facs.${name}`) ?? otherwise,
  set: (name, value) => localStorage.setItem(`facs.${name}`, value),
};
