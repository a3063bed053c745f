// Keeps a draft while it is typed, without leaving the page.
// Without these files the same buttons of the same form do the same.

import { changed, field, form, post, token, words } from "./compose-desk.js";
import { arriving, picker } from "./compose-pictures.js";
import "./compose-parts.js";

const KEEP_AFTER = 800;
const TRY_AGAIN_AFTER = 5000;
const TEXTS = new Set(["text", "thread", "first_comment", "poll_option"]);
const NOT_KEPT = new Set(["csrfmiddlewaretoken", "snippet"]);
const ABOUT_THE_TAB = new Set(["post", "revision", "tab", "turn", "planned"]);

const state = document.getElementById("state");
const keepButton = form.querySelector("button.by-hand");
const part = (name) => state.querySelector(`[data-${name}]`);

// What the form says

function typed() {
  const sent = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    const unused = name.startsWith("said-") && !boxOf("differ", name.slice(5))?.checked;
    if (!(value instanceof File) && !NOT_KEPT.has(name) && !unused) sent.append(name, value);
  }
  return sent;
}

function saying() {
  return [...typed()].filter(([name]) => !ABOUT_THE_TAB.has(name));
}

const print = () => JSON.stringify(saying());
const boxOf = (name, value) => form.querySelector(`[name="${name}"][value="${CSS.escape(value)}"]`);

// Keeping

let kept = print();
let keptAt = null;
let queue = Promise.resolve(true);
let timer = null;
let leaving = false;
let stopped = false;
let shownRevision = null;

function keepSoon() {
  remember();
  clearTimeout(timer);
  timer = setTimeout(keep, KEEP_AFTER);
}

function keep() {
  clearTimeout(timer);
  queue = queue.then(() => stopped || print() === kept || send());
  return queue;
}

// Whoever asked is answered, also where there was nothing new.
async function keepNow() {
  if (!(await keep()) || stopped) return;
  part("said").textContent = "";
  keptAt = field("post").value ? Date.now() : null;
  say(field("post").value ? words.kept : words.nothing, part("version").textContent);
}

function keepWhileLeaving() {
  if (!leaving && !stopped && print() !== kept) send({ keepalive: true });
}

async function send(how = {}) {
  const sending = print();
  field("turn").value = Number(field("turn").value) + 1;
  try {
    return told(await post(form.getAttribute("action"), typed(), how), sending);
  } catch {
    return notKept(words.offline);
  }
}

async function told(answer, sending) {
  if (answer.type === "opaqueredirect") return notKept(words.signedOut);
  if (answer.status === 507) return notKept(words.diskFull);
  const said = await answer.json().catch(() => null);
  if (answer.status === 409 && said) return changedElsewhere(said, sending);
  if (answer.status === 410 && said) return handedOverElsewhere();
  return answer.ok && said ? wasKept(said, sending) : notKept(words.trouble);
}

function wasKept(said, sending) {
  kept = sending;
  belongTo(said.post);
  if (!said.post) return true;
  field("revision").value = said.revision;
  document.getElementById("discard").hidden = said.discarded;
  history.replaceState(null, "", said.address);
  keptAt = Date.now();
  say(said.discarded ? words.discarded : words.kept, said.version, said.discarded);
  return true;
}

function notKept(sentence) {
  say(sentence, "", true);
  clearTimeout(timer);
  timer = setTimeout(keep, TRY_AGAIN_AFTER);
  return false;
}

function changedElsewhere(said, sending) {
  kept = sending;
  belongTo(said.post);
  if (shownRevision !== said.revision) {
    shownRevision = said.revision;
    document.getElementById("changed").innerHTML = said.changed;
  }
  say(words.changed, "", true);
  return false;
}

function handedOverElsewhere() {
  stopped = true;
  say(words.elsewhere, "", true);
  return false;
}

function say(sentence, version, isLost = false) {
  if (part("said").textContent !== sentence) part("said").textContent = sentence;
  part("version").textContent = version;
  state.classList.toggle("lost", isLost);
  tellHowLongAgo();
}

function tellHowLongAgo() {
  if (keptAt === null && !state.classList.contains("lost")) return;
  part("ago").textContent = state.classList.contains("lost") ? "" : ago(Date.now() - keptAt);
}

function ago(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 2) return words.now;
  const format = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  if (seconds < 60) return format.format(-seconds, "second");
  if (seconds < 3600) return format.format(-Math.round(seconds / 60), "minute");
  return format.format(-Math.round(seconds / 3600), "hour");
}

// A copy in this browser, until the server has it

const shelf = () => `parvis:${form.dataset.user}:${field("post").value || "new"}`;

function remember() {
  if (print() === kept) return;
  try {
    localStorage.setItem(shelf(), JSON.stringify(saying()));
  } catch {
    // Storage is full or forbidden: the server is still asked to keep the text.
  }
}

// The server has what was sent: a copy stays only of what was typed since, under the draft's name.
function belongTo(post) {
  localStorage.removeItem(shelf());
  field("post").value = post ?? "";
  localStorage.removeItem(shelf());
  remember();
}

function readCopy() {
  try {
    return JSON.parse(localStorage.getItem(shelf()));
  } catch {
    return null;
  }
}

function offerCopy() {
  const copy = readCopy();
  if (!copy || JSON.stringify(copy) === kept) return localStorage.removeItem(shelf());
  const offer = document.getElementById("unkept");
  const text = copy.find(([name, value]) => TEXTS.has(name) && value)?.[1] ?? "";
  offer.querySelector("[data-excerpt]").textContent = text;
  offer.hidden = false;
  offer.querySelector("[data-put-back]").addEventListener("click", () => {
    offer.hidden = true;
    putBack(copy);
  });
  offer.querySelector("[data-forget]").addEventListener("click", () => {
    offer.hidden = true;
    localStorage.removeItem(shelf());
  });
}

function putBack(copy) {
  const values = (wanted) => copy.filter(([name]) => name === wanted).map(([, value]) => value);
  form.dispatchEvent(new CustomEvent("parvis:putback", { detail: values }));
  for (const box of form.querySelectorAll("input[type=checkbox]")) {
    box.checked = values(box.name).includes(box.value);
  }
  for (const [name, value] of copy) {
    const target = field(name);
    if (target instanceof Element && target.matches("textarea, select, input:not([type=checkbox], [type=hidden])")) target.value = value;
  }
  values("media").forEach((media, number) => {
    const shot = boxOf("media", media)?.closest("li");
    for (const name of shot ? ["alt", "media_part"] : []) {
      shot.querySelector(`[name=${name}]`).value = values(name)[number] ?? "";
    }
  });
  showWhatApplies();
  changed();
}

// Accounts, and what belongs to them

function showWhatApplies() {
  for (const line of form.querySelectorAll("[data-account]")) {
    line.hidden = !boxOf("account", line.dataset.account).checked;
  }
  for (const extra of form.querySelectorAll("[data-needs]")) {
    const input = extra.querySelector("input, select");
    const wanted = form.querySelector(`[name=account][data-${extra.dataset.needs}]:checked`);
    extra.hidden = !wanted && !input.value;
  }
}

function beginToDiffer(box) {
  const own = document.getElementById(`said-${box.value}`);
  if (!own.dataset.touched) own.value = field("text").value;
  own.focus();
}

for (const box of form.querySelectorAll("[name=differ]:checked")) {
  document.getElementById(`said-${box.value}`).dataset.touched = "yes";
}

// Without a time of its own a post goes into the next free slot, where the page offers one.
function scheduleButton() {
  const timed = field("date").value || field("time").value;
  const free = timed ? null : form.querySelector("#next-free:not(:disabled)");
  return free ?? document.getElementById("schedule");
}

const handsOver = (button) => button.matches("#schedule, #next-free, .at-once button, [name=moment]");

// What was typed, ticked or chosen while this file was still on its way.

function takeUpWhatCameFirst() {
  if ([...form.elements].some(isChanged)) {
    kept = "";
    keepSoon();
  }
  if (picker.files.length) picker.dispatchEvent(new Event("change"));
}

function isChanged(control) {
  if (control.type === "checkbox") return control.checked !== control.defaultChecked;
  return ["textarea", "text"].includes(control.type) && control.value !== control.defaultValue;
}

// What is listened to

form.classList.add("scripted");
if (/Mac|iP/.test(navigator.platform)) form.querySelector("#schedule kbd").textContent = "⌘↵";
if (!("goesOn" in form.dataset)) {
  // A page that comes back from the browser's history is a new tab to the server.
  field("tab").value = Array.from(crypto.getRandomValues(new Uint8Array(15)), (byte) => byte.toString(36)).join("");
  field("turn").value = 0;
} else if (form.dataset.address) {
  history.replaceState(null, "", form.dataset.address);
}

form.addEventListener("input", (event) => {
  if (event.target.name?.startsWith("said-")) event.target.dataset.touched = "yes";
  if (event.target !== picker) keepSoon();
});
form.addEventListener("change", (event) => {
  if (event.target === picker) return;
  if (event.target.name === "differ" && event.target.checked) beginToDiffer(event.target);
  showWhatApplies();
  keepSoon();
});
form.addEventListener("focusout", () => {
  if (print() !== kept) keep();
});
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  form.requestSubmit(scheduleButton());
});
document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
  event.preventDefault();
  keepNow();
});
form.addEventListener("submit", async (event) => {
  const button = event.submitter;
  if (!button || button === keepButton) {
    event.preventDefault();
    keep();
  } else if ((arriving() && handsOver(button)) || (print() !== kept && (!field("post").value || handsOver(button)))) {
    // The draft and its pictures come first: nothing is handed over without what was still on its
    // way, and who is signed out or without a connection stays beside the text and is told so.
    event.preventDefault();
    const [arrived, isKept] = [await (arriving() ?? true), await keep()];
    if (arrived && isKept) form.requestSubmit(button);
    else (arrived ? state : document.getElementById("arriving")).scrollIntoView({ block: "center" });
  } else {
    field("csrfmiddlewaretoken").value = token();
    field("turn").value = Number(field("turn").value) + 1;
    leaving = true;
  }
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") keepWhileLeaving();
});
addEventListener("pagehide", keepWhileLeaving);
addEventListener("pageshow", () => {
  leaving = false;
});
addEventListener("online", keep);
document.body.addEventListener("htmx:configRequest", (event) => {
  event.detail.parameters.csrfmiddlewaretoken = token();
});
document.body.addEventListener("htmx:beforeOnLoad", (event) => {
  // Who was signed out is told so beside the text, and not led away from it.
  if (event.detail.xhr.getResponseHeader("HX-Refresh")) event.preventDefault();
});

showWhatApplies();
offerCopy();
takeUpWhatCameFirst();
(form.querySelector(".question") ?? form.querySelector("#changed > *"))?.focus();
setInterval(tellHowLongAgo, 10_000);
