/** Recording from the camera: pictures alone, kept in memory until they are sent. */

import { $, clock, show, tellProblem } from "./dom.js";

// VP8 takes a slow machine the least work; Safari records only mp4.
const KINDS = ["video/webm;codecs=vp8", "video/webm", "video/mp4"];
const WANTED = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 } };
const BITS = 4_000_000; // per second: faces must not drown in blocks

let stream = null;
let recorder = null;
let recorded = null;
let ticking = 0;
let wishes = 0; // counts them, so that a camera that comes late is let go of
let offered = ["camera-on"]; // while the camera is off

/** Wire the buttons; `use` gets a file when somebody wants it analysed. */
export function setUpCamera(longest, use) {
  if (!navigator.mediaDevices?.getUserMedia || !window.MediaRecorder) {
    offerTheCameraApp();
    return;
  }
  $("camera-on").onclick = turnOn;
  $("camera-off").onclick = turnOff;
  $("record").onclick = () => start(longest);
  $("record-stop").onclick = () => recorder?.stop();
  $("again").onclick = turnOn;
  $("use").onclick = () => {
    const file = recorded;
    turnOff();
    use(file);
  };
}

/** Browsers give the camera only to this machine's own pages and to https. A phone has an app. */
function offerTheCameraApp() {
  $("camera-note").textContent =
    "This browser gives its camera only to pages that it reaches by https, or on the same machine. Film first, then choose the file.";
  offered = [];
  show("camera-on", false);
  show("film-now", matchMedia("(pointer: coarse)").matches); // elsewhere it would only choose a file
}

async function turnOn() {
  tellProblem();
  letGo();
  const wish = ++wishes;
  try {
    const given = await navigator.mediaDevices.getUserMedia({ video: WANTED, audio: false });
    if (wish !== wishes) return stop(given);
    stream = given;
    await look();
  } catch (error) {
    if (wish !== wishes) return; // what nobody waits for any more is no problem
    turnOff();
    tellProblem(whyNot(error));
    return;
  }
  if (wish === wishes) arrange("ready");
}

/** Show what the camera sees, as in a mirror. */
async function look() {
  const camera = $("camera");
  camera.removeAttribute("src");
  camera.controls = false;
  camera.srcObject = stream;
  camera.classList.add("mirrored");
  await camera.play();
}

function whyNot(error) {
  if (error.name === "NotAllowedError") return "The browser was told not to give the camera to this page.";
  if (error.name === "NotFoundError") return "No camera was found.";
  return `The camera does not answer: ${error.message}`;
}

function start(longest) {
  const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
  const pieces = [];
  const begun = performance.now();
  recorder = new MediaRecorder(stream, { mimeType, videoBitsPerSecond: BITS });
  recorder.ondataavailable = (event) => pieces.push(event.data);
  recorder.onstop = () => finish(pieces, mimeType);
  recorder.start(1000);
  ticking = setInterval(() => {
    const seconds = (performance.now() - begun) / 1000;
    $("clock").textContent = clock(seconds);
    if (seconds >= longest) recorder.stop();
  }, 100);
  arrange("recording");
}

function finish(pieces, mimeType) {
  clearInterval(ticking);
  letGo();
  const kind = mimeType.split(";")[0];
  const stamp = new Date().toISOString().slice(0, 19).replace("T", " ").replaceAll(":", "-");
  recorded = new File(pieces, `recorded ${stamp}.${kind.split("/")[1]}`, { type: kind });
  const camera = $("camera");
  camera.srcObject = null;
  camera.classList.remove("mirrored");
  camera.src = URL.createObjectURL(recorded);
  camera.controls = true;
  arrange("recorded");
}

function stop(given) {
  for (const track of given.getTracks()) track.stop();
}

function letGo() {
  if (stream) stop(stream);
  stream = null;
  if ($("camera").src) URL.revokeObjectURL($("camera").src);
}

/** Let go of the camera and of what was recorded. */
export function turnOff() {
  wishes++;
  if (recorder?.state === "recording") {
    recorder.onstop = null;
    recorder.stop();
  }
  clearInterval(ticking);
  letGo();
  recorded = null;
  $("camera").srcObject = null;
  $("camera").removeAttribute("src");
  arrange("off");
}

/** Show what belongs to a moment, and keep the keyboard where it was. */
function arrange(moment) {
  const buttons = {
    off: offered,
    ready: ["record", "camera-off"],
    recording: ["record-stop"],
    recorded: ["use", "again", "camera-off"],
  };
  const had = Object.values(buttons).flat().includes(document.activeElement?.id);
  for (const id of new Set(Object.values(buttons).flat())) show(id, buttons[moment].includes(id));
  show("camera", moment !== "off");
  show("camera-note", moment === "off");
  show("clock", moment === "recording");
  $("clock").textContent = "";
  if (had) $(buttons[moment][0]).focus();
}
