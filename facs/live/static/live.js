/** The page: what the session does is told by the server ten times a second, and shown. */

import { $, make, show, tellProblem } from "./dom.js";
import { setUpKeys } from "./keys.js";
import { showLevels } from "./levels.js";
import { drawLog } from "./log.js";
import { setUpScan } from "./scan.js";
import { deed, getJson } from "./server.js";
import { chooseLanguage, doingText, text } from "./texts.js";

const OLD = 5; // seconds after which a word is shown paler
const PICTURE = 500; // ms between two pictures, while somebody wants to see them
const SILENT = 2000; // ms without a state after which the program counts as gone
const LOOK = 250; // ms between two looks for that

let state = null;
let version = -1;
let toldAt = 0; // when the latest state came
let gone = false;
let focused = null; // where the keyboard was when it went: a button that is disabled loses it

async function start() {
  let facts;
  try {
    facts = await getJson("facts");
  } catch (error) {
    lose();
    tellProblem(error.message);
    setTimeout(start, SILENT);
    return;
  }
  chooseLanguage(facts.language, () => {
    version = -1;
    if (gone) sayGone();
  });
  if (facts.name) document.title = `${facts.name} · facs live`;
  $("log-note").dataset.text = facts.logged ? "logged" : "notLogged";
  $("log-note").textContent = text($("log-note").dataset.text);
  setUpButtons();
  setUpKeys();
  setUpScan();
  setInterval(showPicture, PICTURE);
  listen(facts);
}

function listen(facts) {
  const told = new EventSource("api/events");
  told.onmessage = ({ data }) => {
    const now = JSON.parse(data);
    if (now.session !== facts.session) {
      told.close();
      location.reload(); // words, lines and names on this page are those of another session
      return;
    }
    toldAt = performance.now();
    if (gone) comeBack();
    showState(now, facts);
  };
  told.onerror = lose;
  toldAt = performance.now();
  setInterval(() => performance.now() - toldAt > SILENT && lose(), LOOK);
}

/** The program does not answer: what stands here was, and nobody is heard. */
function lose() {
  if (gone) return;
  gone = true;
  focused = document.activeElement;
  sayGone();
  for (const button of deeds()) button.disabled = true;
  show("picture", false);
  $("word").classList.add("old");
  showLevels((state?.levels ?? []).map((level) => ({ ...level, value: null, met: false, reading: "" })));
}

function sayGone() {
  if (state?.doing === "over") return; // nobody is surprised
  $("doing").dataset.doing = "gone";
  say("doing", text("unheard"));
  say("why", "");
  tellProblem(text("gone"));
}

function comeBack() {
  gone = false;
  for (const button of deeds()) button.disabled = false;
  if (document.activeElement === document.body) focused?.focus();
  show("picture", true);
  tellProblem();
}

const deeds = () => document.querySelectorAll("[data-scan], #log button");

function showState(now, facts) {
  state = now;
  $("doing").dataset.doing = now.doing;
  say("doing", doingText(now.doing).replace("{wake}", facts.wake));
  say("why", now.doing === "listening" && now.people < 2 ? "" : now.why);
  say("frames", framesOf(now.tally));
  say("problems", now.problems.join("\n"));
  show("problems", now.problems.length > 0);
  showWord(now.said);
  const paused = now.doing === "paused" || now.doing === "asleep";
  $("pause").dataset.text = paused ? "resume" : "pause";
  say("pause", text($("pause").dataset.text));
  show("here", now.doing === "somebody" || now.people > 1);
  showLevels(now.levels);
  if (now.log_version !== version) {
    version = now.log_version;
    getJson("log").then((entries) => drawLog(entries, state), () => {});
  }
}

/** Change a text only where it differs: what is read aloud is then not read again. */
function say(id, words) {
  if ($(id).textContent !== words) $(id).textContent = words;
}

function showWord(said) {
  for (const id of ["undo", "right", "wrong"]) $(id).disabled = !said || said.undone;
  if (!said) {
    clearWord();
    return;
  }
  if ($("word").dataset.number !== String(said.number)) {
    $("word").dataset.number = said.number;
    $("word").replaceChildren(make("span", {}, said.text)); // new each time, so that it is read again
  }
  $("word").classList.toggle("undone", said.undone);
  $("word").classList.toggle("old", said.ago > OLD);
  say("word-note", said.undone ? `${said.gesture} · ${text("undone")}` : said.gesture);
}

function clearWord() {
  delete $("word").dataset.number;
  say("word", "");
  say("word-note", "");
}

function framesOf({ shown, decided, dropped, late, age, median, p95, worst }) {
  const ms = (value) => (value === null ? "–" : `${Math.round(value)} ms`);
  return text("frames")
    .replace("{shown}", shown)
    .replace("{decided}", decided)
    .replace("{dropped}", dropped)
    .replace("{late}", late)
    .replace("{age}", ms(age))
    .replace("{median}", ms(median))
    .replace("{p95}", ms(p95))
    .replace("{worst}", ms(worst));
}

function setUpButtons() {
  $("pause").onclick = () => deed($("pause").dataset.text);
  $("undo").onclick = () => deed("undo");
  $("here").onclick = () => deed("here");
  for (const mark of ["right", "wrong"]) {
    $(mark).onclick = () => state?.said && deed(`words/${state.said.number}/mark`, { mark });
  }
}

function showPicture() {
  if (!$("camera").open || document.hidden || gone) return;
  $("picture").src = `api/picture.jpg?${Date.now()}`;
}

start();
