/** What the page says, in two languages. */

import { $ } from "./dom.js";

const TEXTS = {
  en: {
    skip: "Skip to the content",
    title: "Gestures become words",
    settings: "Settings",
    scan: "One switch",
    language: "Language",
    keys: "Keys",
    pause: "Pause",
    resume: "Listen again",
    undo: "Take back",
    right: "It was right",
    wrong: "It was wrong",
    rightShort: "Right",
    wrongShort: "Wrong",
    here: "This is her",
    gestures: "Gestures",
    camera: "Camera",
    picture: "Show what it sees",
    pictureAlt: "What the camera sees, with a frame around her face",
    log: "What happened",
    logged: "Marks go into the log, for the next calibration.",
    notLogged: "Nothing of this is kept: --log FILE keeps it.",
    alarm: "This is no alarm and no call bell: what is covered, turned away or out of the picture is not heard.",
    keyPause: "pause, listen again",
    keyUndo: "take the last word back",
    keyMark: "the last word was right, was wrong",
    keyPress: "press what is marked; with one switch, the mark moves by itself",
    keyList: "this list",
    keysOn: "letters are keys",
    close: "Close",
    undone: "taken back",
    gone: "The program does not answer. Is facs live still running?",
    unheard: "Nothing is heard now",
    listening: "Listening",
    paused: "Paused by hand",
    asleep: "Paused: her eyes were shut for long. “{wake}” or the button wakes",
    unseen: "She is not seen",
    somebody: "Somebody is in view, but not where she was enrolled",
    slow: "Too slow: too few frames are decided in time",
    over: "Over",
    frames: "{shown} frames: {decided} decided, {dropped} dropped, {late} too late. Age when decided: {age}; median {median}, 95 % {p95}, at most {worst}.",
    "log.start": "begun",
    "log.stop": "ended",
    "log.pause": "paused by hand",
    "log.listening": "listening again",
    "log.asleep": "eyes shut for long: paused",
    "log.awake": "awake: listening again",
    "log.camera": "camera",
    "log.people": "people",
    "log.here": "chosen by hand",
  },
  he: {
    skip: "דילוג לתוכן",
    title: "מחוות הופכות למילים",
    settings: "הגדרות",
    scan: "מתג אחד",
    language: "שפה",
    keys: "מקשים",
    pause: "הפסקה",
    resume: "להקשיב שוב",
    undo: "ביטול המילה",
    right: "זה היה נכון",
    wrong: "זו הייתה טעות",
    rightShort: "נכון",
    wrongShort: "טעות",
    here: "זו היא",
    gestures: "מחוות",
    camera: "מצלמה",
    picture: "להראות מה היא רואה",
    pictureAlt: "מה שהמצלמה רואה, עם מסגרת סביב הפנים שלה",
    log: "מה קרה",
    logged: "הסימונים נשמרים ביומן, לכיול הבא.",
    notLogged: "דבר מזה אינו נשמר: ‎--log FILE‎ שומר.",
    alarm: "זו אינה אזעקה ואינו פעמון קריאה: מה שמכוסה, מופנה הצידה או מחוץ לתמונה אינו נשמע.",
    keyPause: "הפסקה, הקשבה מחדש",
    keyUndo: "ביטול המילה האחרונה",
    keyMark: "המילה האחרונה הייתה נכונה, הייתה טעות",
    keyPress: "לחיצה על מה שמסומן; במתג אחד הסימון נע מעצמו",
    keyList: "הרשימה הזאת",
    keysOn: "אותיות הן מקשים",
    close: "סגירה",
    undone: "בוטלה",
    gone: "התוכנה אינה עונה. האם facs live עדיין פועלת?",
    unheard: "כרגע דבר אינו נשמע",
    listening: "מקשיבה",
    paused: "הופסקה ידנית",
    asleep: "מופסקת: העיניים היו עצומות זמן רב. “{wake}” או הכפתור מעירים",
    unseen: "לא רואים אותה",
    somebody: "מישהו בתמונה, אבל לא במקום שבו היא נרשמה",
    slow: "איטי מדי: מעט מדי תמונות מוכרעות בזמן",
    over: "הסתיים",
    frames: "{shown} תמונות: {decided} הוכרעו, {dropped} נשמטו, {late} איחרו. גיל בעת ההכרעה: {age}; חציון {median}, ‏95% {p95}, לכל היותר {worst}.",
    "log.start": "התחלה",
    "log.stop": "סוף",
    "log.pause": "הופסקה ידנית",
    "log.listening": "מקשיבה שוב",
    "log.asleep": "עיניים עצומות זמן רב: הפסקה",
    "log.awake": "ערה: מקשיבה שוב",
    "log.camera": "מצלמה",
    "log.people": "אנשים",
    "log.here": "נבחרה ידנית",
  },
};

let texts = TEXTS.en;

// "camera" is a heading and a state; the state has its own words.
const STATES = { camera: { en: "The camera gives no picture", he: "המצלמה אינה נותנת תמונה" } };

export const text = (key) => texts[key] ?? key;

/** What is said where the session's doing is a word that a heading has too. */
export const doingText = (doing) => STATES[doing]?.[document.documentElement.lang] ?? text(doing);

/** Take the language of her words, or the one that was chosen here before. */
export function chooseLanguage(hers, changed) {
  const remembered = localStorage.getItem("facs.live.language");
  const use = (name) => {
    texts = TEXTS[name] ?? TEXTS.en;
    document.documentElement.lang = texts === TEXTS.he ? "he" : "en";
    document.documentElement.dir = texts === TEXTS.he ? "rtl" : "ltr";
    for (const one of document.querySelectorAll("[data-text]")) one.textContent = text(one.dataset.text);
    for (const one of document.querySelectorAll("[data-label]")) one.setAttribute("aria-label", text(one.dataset.label));
    for (const one of document.querySelectorAll("[data-alt]")) one.setAttribute("alt", text(one.dataset.alt));
    $("language").value = document.documentElement.lang;
    changed();
  };
  $("language").onchange = ({ target }) => {
    localStorage.setItem("facs.live.language", target.value);
    use(target.value);
  };
  use(remembered ?? hers);
}
