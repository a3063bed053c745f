// Adds pictures and videos, puts them in order and counts what is said of them.

import { changed, form, post, words } from "./compose-desk.js";

export const picker = document.getElementById("picker");
const pictures = document.getElementById("pictures");
const holdsFiles = (transfer) => transfer.types.includes("Files") && !transfer.types.includes("text/plain");

// Adding

let adding = null;

// Whether all of what is on its way has arrived, once it has; null when nothing is.
export const arriving = () => adding;

function addAll(files) {
  for (const told of document.querySelectorAll("#arriving .no")) told.remove();
  const before = adding ?? Promise.resolve(true);
  const mine = before.then((arrived) => addEach(files, arrived));
  adding = mine;
  mine.finally(() => {
    if (adding === mine) adding = null;
  });
}

async function addEach(files, arrived) {
  let all = arrived;
  for (const file of files) all = (await add(file)) && all;
  return all;
}

async function add(file) {
  const row = document.createElement("li");
  row.textContent = `${file.name} ${words.arriving} …`;
  document.getElementById("arriving").append(row);
  const refused = isTooLarge(file) ?? (await arrive(file));
  row.remove();
  refused.forEach(complain);
  return refused.length === 0;
}

function isTooLarge(file) {
  const isVideo = file.type.startsWith("video/");
  const limit = Number(isVideo ? form.dataset.videoByteLimit : form.dataset.byteLimit);
  return file.size > limit ? [`${file.name} ${isVideo ? words.videoTooLarge : words.tooLarge}`] : null;
}

async function arrive(file) {
  const body = new FormData();
  body.append("picture", file);
  try {
    const answer = await post(form.dataset.upload, body);
    if (answer.type === "opaqueredirect") return [words.signedOut];
    const said = await answer.json();
    pictures.insertAdjacentHTML("beforeend", said.pictures);
    changed();
    return said.refused;
  } catch {
    return [`${file.name} ${words.notArrived}`];
  }
}

function complain(sentence) {
  const row = document.createElement("li");
  row.className = "no";
  row.textContent = sentence;
  document.getElementById("arriving").append(row);
}

function arrange(button) {
  const shot = button.closest("li");
  const [what] = button.value.split("-");
  if (what === "up") shot.previousElementSibling?.before(shot);
  if (what === "down") shot.nextElementSibling?.after(shot);
  if (what === "remove") {
    const neighbour = shot.nextElementSibling ?? shot.previousElementSibling;
    shot.remove();
    (neighbour?.querySelector("textarea") ?? picker).focus();
  } else {
    const visible = button.checkVisibility() ? button : shot.querySelector("textarea");
    visible.focus();
  }
  changed();
}

// In the order in which a drag leaves them. The buttons do the same, without a pointer.

let dragged = null;

function dragOver(event) {
  const over = event.target.closest("[data-shot]");
  if (!dragged || !over) return;
  event.preventDefault();
  if (over === dragged) return;
  const isLater = dragged.compareDocumentPosition(over) & Node.DOCUMENT_POSITION_FOLLOWING;
  if (isLater) over.after(dragged);
  else over.before(dragged);
}

function beginDrag(event) {
  dragged = event.target.closest("[data-shot]");
  if (!dragged) return;
  dragged.classList.add("dragged");
  event.dataTransfer.effectAllowed = "move";
  // Else browsers hand on the picture itself, as if it were a file that is added.
  event.dataTransfer.clearData();
  event.dataTransfer.setData("text/plain", "");
}

function endDrag() {
  dragged?.classList.remove("dragged");
  dragged = null;
  changed();
}

function sayTheSame(button) {
  const shot = button.closest("[data-shot]");
  const field = shot.querySelector("[name=alt]");
  field.value = shot.querySelector("[data-said]").textContent;
  button.closest("[data-before]").remove();
  field.focus();
  changed();
}

function countDescriptions() {
  const limit = Number(document.getElementById("picture-count").dataset.altLimit) || null;
  const written = (number) => number.toLocaleString(document.documentElement.lang);
  for (const shot of pictures.children) {
    const length = shot.querySelector("[name=alt]").value.length;
    const counted = shot.querySelector("[data-alt-count]");
    counted.textContent = length && limit ? `${written(length)} ${words.of} ${written(limit)}` : "";
    counted.classList.toggle("over", limit !== null && length > limit);
  }
}

// What is listened to

pictures.addEventListener("dragover", dragOver);
pictures.addEventListener("drop", (event) => {
  if (dragged) event.preventDefault();
});
pictures.addEventListener("dragstart", beginDrag);
pictures.addEventListener("dragend", endDrag);
document.getElementById("add").append(picker);
picker.addEventListener("change", () => {
  addAll([...picker.files]);
  picker.value = "";
});
pictures.addEventListener("click", (event) => {
  const same = event.target.closest("[data-same]");
  if (same) return sayTheSame(same);
  const button = event.target.closest("button[name=arrange]");
  if (!button) return;
  event.preventDefault();
  arrange(button);
});
form.addEventListener("paste", (event) => {
  if (!holdsFiles(event.clipboardData)) return;
  event.preventDefault();
  addAll([...event.clipboardData.files]);
});
form.addEventListener("dragover", (event) => {
  if (dragged || !event.dataTransfer.types.includes("Files")) return;
  event.preventDefault();
  form.classList.add("dropping");
});
form.addEventListener("dragleave", (event) => {
  if (!form.contains(event.relatedTarget)) form.classList.remove("dropping");
});
form.addEventListener("drop", (event) => {
  if (dragged || !event.dataTransfer.files.length) return;
  event.preventDefault();
  form.classList.remove("dropping");
  addAll([...event.dataTransfer.files]);
});
form.addEventListener("input", (event) => {
  if (event.target.name === "alt") countDescriptions();
});
form.addEventListener("change", countDescriptions);
document.body.addEventListener("htmx:oobAfterSwap", countDescriptions);

countDescriptions();
