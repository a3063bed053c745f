// A small picker: found by name, moved through by arrows. The list comes from the desk itself.

import { form } from "./compose-desk.js";
import { lastWritten, putIn } from "./compose-cursor.js";

const MOST = 120;

const dialog = document.getElementById("emoji");
const search = document.getElementById("emoji-search");
const grid = dialog.querySelector(".emoji-grid");
const told = dialog.querySelector("[role=status]");
let list = null;
let area = null;

const folded = (words) => words.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const buttons = () => [...grid.children];

async function open() {
  area = lastWritten();
  search.value = "";
  dialog.showModal();
  search.focus();
  try {
    list ??= await fetched();
    show();
  } catch {
    told.textContent = told.dataset.failed;
  }
}

async function fetched() {
  const answer = await fetch(dialog.dataset.source, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(answer.status);
  const { usual, named } = await answer.json();
  return { usual, named: named.map(([sign, name]) => ({ sign, name, words: folded(name) })) };
}

function show() {
  const sought = folded(search.value.trim()).split(/\s+/).filter(Boolean);
  const found = sought.length
    ? list.named.filter(({ sign, words }) => sign === search.value.trim() || sought.every((word) => words.includes(word)))
    : list.named.slice(0, list.usual);
  grid.replaceChildren(...found.slice(0, sought.length ? MOST : list.usual).map(drawn));
  if (grid.firstChild) grid.firstChild.tabIndex = 0;
  told.textContent = found.length ? "" : told.dataset.none;
}

function drawn({ sign, name }) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", textContent: sign, title: name, tabIndex: -1 });
  button.setAttribute("aria-label", name);
  return button;
}

function take(button) {
  dialog.close();
  putIn(button.textContent, area);
}

function perRow() {
  const [first] = buttons();
  return buttons().filter((button) => button.offsetTop === first.offsetTop).length;
}

function step(event) {
  const at = buttons().indexOf(document.activeElement);
  if (at < 0) return;
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: perRow(), ArrowUp: -perRow() };
  const to = buttons()[at + (steps[event.key] ?? NaN)];
  if (event.key === "ArrowUp" && !to) search.focus();
  if (!to) return;
  event.preventDefault();
  buttons()[at].tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
}

document.getElementById("open-emoji").addEventListener("click", open);
search.addEventListener("input", () => list && show());
search.addEventListener("keydown", (event) => {
  const [first] = buttons();
  if (!first || !["ArrowDown", "Enter"].includes(event.key)) return;
  event.preventDefault();
  if (event.key === "Enter") take(first);
  else first.focus();
});
grid.addEventListener("keydown", step);
grid.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) take(button);
});
dialog.addEventListener("close", () => (area ?? form).focus());
