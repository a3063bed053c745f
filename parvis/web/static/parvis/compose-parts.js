// Adds, moves and removes the parts of a thread and the options of a poll without leaving the page.
// Without this file the same buttons send the form, and the page comes back so.

import { changed, form, words } from "./compose-desk.js";

const parts = document.getElementById("parts");
const pollPlace = document.getElementById("poll-place");
const addPoll = document.getElementById("add-poll");
const text = document.getElementById("text");

const typedParts = () => [text, ...parts.querySelectorAll("textarea")];
const mediaParts = () => [...form.querySelectorAll("[name=media_part]")];
const options = () => [...pollPlace.querySelectorAll("[name=poll_option]")];

function made(template, number) {
  const whole = document.getElementById(template).innerHTML;
  return whole.replaceAll("NUMBER", number).replaceAll("SHOWN", number + 1);
}

// A thread: fields stay where they are, and what stands in them moves.

function addPart() {
  parts.insertAdjacentHTML("beforeend", made("a-part", parts.children.length + 1));
  nameParts();
}

function swapParts(at, other) {
  const fields = typedParts();
  if (!fields[at] || !fields[other]) return;
  [fields[at].value, fields[other].value] = [fields[other].value, fields[at].value];
  moveMedia((part) => (part === at ? other : part === other ? at : part));
  fields[other].focus();
}

function removePart(at) {
  const fields = typedParts();
  for (let next = at; next + 1 < fields.length; next += 1) fields[next].value = fields[next + 1].value;
  moveMedia((part) => (part >= at ? part - 1 : part));
  parts.lastElementChild.remove();
  nameParts();
  typedParts()[at - 1].focus();
}

function moveMedia(to) {
  for (const select of mediaParts()) select.value = String(to(Number(select.value)));
}

// Each picture may stand with any part, once there are several.
function nameParts() {
  const last = parts.children.length;
  for (const select of mediaParts()) {
    const chosen = Math.min(Number(select.value), last);
    const shown = Array.from({ length: last + 1 }, (_, part) => new Option(`${words.part} ${part + 1}`, part));
    select.replaceChildren(...shown);
    select.value = String(chosen);
    select.closest("label").hidden = last === 0;
  }
  if (last === 0) document.getElementById("part-count-0").textContent = "";
}

// A poll

function showPoll(wanted) {
  pollPlace.innerHTML = wanted ? made("a-poll", 0) : "";
  addPoll.hidden = wanted;
}

function addOption() {
  pollPlace.querySelector(".options").insertAdjacentHTML("beforeend", made("an-option", options().length));
}

function startPoll() {
  showPoll(true);
  addOption();
  addOption();
  options()[0].focus();
}

function endPoll() {
  showPoll(false);
  addPoll.focus();
}

function removeOption(at) {
  const fields = options();
  for (let next = at; next + 1 < fields.length; next += 1) fields[next].value = fields[next + 1].value;
  fields.at(-1).closest("li").remove();
  options()[Math.max(0, at - 1)]?.focus();
}

// What is listened to

const ONCE = {
  "part-add": () => { addPart(); typedParts().at(-1).focus(); },
  "poll-add": startPoll,
  "poll-remove": endPoll,
  "option-add": () => { addOption(); options().at(-1).focus(); },
};
const AT = {
  "part-up": (at) => swapParts(at, at - 1),
  "part-down": (at) => swapParts(at, at + 1),
  "part-remove": removePart,
  "option-remove": removeOption,
};

function arrange(order) {
  const cut = order.lastIndexOf("-");
  const what = ONCE[order] ?? AT[order.slice(0, cut)];
  what(Number(order.slice(cut + 1)));
  changed();
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("#thread button[name=arrange], #poll-place button[name=arrange]");
  if (!button) return;
  event.preventDefault();
  arrange(button.value);
});

// As many fields as a copy of this browser needs, before its values are put back.
form.addEventListener("parvis:putback", (event) => {
  const values = event.detail;
  const [thread, asked] = [values("thread"), values("poll_option")];
  while (parts.children.length < thread.length) addPart();
  while (parts.children.length > thread.length) parts.lastElementChild.remove();
  nameParts();
  showPoll(asked.length > 0);
  asked.forEach(addOption);
  typedParts().slice(1).forEach((field, number) => { field.value = thread[number]; });
  options().forEach((field, number) => { field.value = asked[number]; });
});

new MutationObserver(nameParts).observe(document.getElementById("pictures"), { childList: true });
