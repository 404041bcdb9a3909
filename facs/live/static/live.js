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

let state = null;
let version = -1;

async function start() {
  let facts;
  try {
    facts = await getJson("facts");
  } catch (error) {
    tellProblem(error.message);
    return;
  }
  chooseLanguage(facts.language, () => (version = -1));
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
    tellProblem();
    showState(JSON.parse(data), facts);
  };
  told.onerror = () => {
    if (state?.doing !== "over") tellProblem(text("gone"));
  };
}

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
  if (!said) return;
  if ($("word").dataset.number !== String(said.number)) {
    $("word").dataset.number = said.number;
    $("word").replaceChildren(make("span", {}, said.text)); // new each time, so that it is read again
  }
  $("word").classList.toggle("undone", said.undone);
  $("word").classList.toggle("old", said.ago > OLD);
  say("word-note", said.undone ? `${said.gesture} · ${text("undone")}` : said.gesture);
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
  if (!$("camera").open || document.hidden) return;
  $("picture").src = `api/picture.jpg?${Date.now()}`;
}

start();
