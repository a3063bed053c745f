// Drafts are dragged into free slots, and what fills a slot onto another or into a free one. Each
// drop sends the same form as the buttons do; without this file the buttons are enough.

const form = document.getElementById("queue");
let dragged = null;

if (form) {
  for (const one of document.querySelectorAll("[data-post]")) one.draggable = true;
  for (const hint of document.querySelectorAll(".by-script")) hint.hidden = false;
}

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-post]") ?? null;
  if (!dragged) return;
  event.dataTransfer.setData("text/plain", dragged.dataset.post);
  event.dataTransfer.effectAllowed = "move";
  dragged.classList.add("dragged");
});

document.addEventListener("dragend", () => {
  dragged?.classList.remove("dragged");
  dragged = null;
  mark(null);
});

document.addEventListener("dragover", (event) => {
  const place = placeUnder(event);
  mark(place);
  if (place) event.preventDefault();
});

document.addEventListener("drop", (event) => {
  const place = placeUnder(event);
  if (!place) return;
  event.preventDefault();
  if (place.dataset.at) send(form.action, { post: dragged.dataset.post, at: place.dataset.at });
  else send(swapAddress(), { swap: `${dragged.dataset.post},${place.dataset.post}` });
});

// A free slot takes whatever comes; a filled one changes places with another filled one.
function placeUnder(event) {
  const place = dragged && event.target.closest?.(".slot");
  if (!place || place === dragged) return null;
  return place.dataset.at || dragged.matches(".slot") ? place : null;
}

function mark(place) {
  for (const over of document.querySelectorAll(".slot.over")) over.classList.remove("over");
  place?.classList.add("over");
}

function swapAddress() {
  return document.querySelector('button[name="swap"]').formAction;
}

function send(action, values) {
  for (const chosen of document.querySelectorAll('input[name="post"]')) chosen.checked = false;
  for (const [name, value] of Object.entries(values)) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    form.append(field);
  }
  form.action = action;
  form.submit();
}
