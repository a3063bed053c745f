// Completes hashtags and mentions from what the workspace has written before.

import { form } from "./compose-desk.js";
import { isWritten, putIn } from "./compose-cursor.js";

const BEGUN = /(?<=^|[\s(«“"])[#@][\p{L}\p{N}_.@-]+$/u;
const MOST = 8;

const list = document.getElementById("completions");
const told = document.getElementById("completions-told");
const known = new Map();
let area = null;
let active = -1;

const options = () => [...list.children];
const folded = (words) => words.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

async function offer(target) {
  const begun = begunIn(target);
  if (!begun) return hide();
  const all = await completions().catch(() => null);
  // Whoever typed on meanwhile is asked for anew.
  if (!all || begunIn(target) !== begun) return;
  const found = all[begun[0]].filter((word) => folded(word).startsWith(folded(begun)) && word !== begun);
  if (found.length) show(target, found.slice(0, MOST));
  else hide();
}

function begunIn(target) {
  if (document.activeElement !== target || target.selectionStart !== target.selectionEnd) return "";
  return target.value.slice(0, target.selectionStart).match(BEGUN)?.[0] ?? "";
}

function completions() {
  const chosen = [...form.querySelectorAll("[name=account]:checked")].map((box) => box.value);
  const asked = new URLSearchParams(chosen.map((value) => ["account", value])).toString();
  if (!known.has(asked)) known.set(asked, fetched(asked));
  return known.get(asked);
}

async function fetched(asked) {
  try {
    const answer = await fetch(`${form.dataset.completions}?${asked}`, { headers: { Accept: "application/json" } });
    return await answer.json();
  } catch (lost) {
    known.delete(asked);
    throw lost;
  }
}

function show(target, words) {
  area = target;
  active = -1;
  list.replaceChildren(...words.map(drawn));
  target.after(list);
  list.hidden = false;
  target.setAttribute("aria-controls", list.id);
  target.setAttribute("aria-autocomplete", "list");
  told.textContent = words.join(", ");
}

function drawn(word, number) {
  const option = document.createElement("div");
  Object.assign(option, { id: `completion-${number}`, textContent: word, dir: "auto" });
  option.setAttribute("role", "option");
  option.setAttribute("aria-selected", "false");
  return option;
}

function hide() {
  if (!area) return;
  area.removeAttribute("aria-activedescendant");
  area.removeAttribute("aria-controls");
  list.hidden = true;
  told.textContent = "";
  area = null;
}

function choose(at) {
  options()[active]?.setAttribute("aria-selected", "false");
  active = (at + options().length) % options().length;
  options()[active].setAttribute("aria-selected", "true");
  area.setAttribute("aria-activedescendant", options()[active].id);
}

function take(option) {
  const [target, begun] = [area, begunIn(area)];
  const end = target.selectionStart;
  hide();
  putIn(`${option.textContent} `, target, end - begun.length, end);
}

form.addEventListener("input", (event) => {
  if (isWritten(event.target)) offer(event.target);
});
form.addEventListener("keydown", (event) => {
  if (event.target !== area || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const chosen = options()[active];
  if (event.key === "ArrowDown") choose(active + 1);
  else if (event.key === "ArrowUp") choose(active < 0 ? -1 : active - 1);
  else if (event.key === "Escape") hide();
  else if (event.key === "Enter" && chosen) take(chosen);
  else return;
  event.preventDefault();
});
// Before the field loses the focus to the pointer.
list.addEventListener("pointerdown", (event) => {
  event.preventDefault();
  const option = event.target.closest("[role=option]");
  if (option) take(option);
});
form.addEventListener("focusout", (event) => {
  if (event.target === area) hide();
});
