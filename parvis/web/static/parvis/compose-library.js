// Chooses pictures from the library, and crops them, without leaving the text.
// Without this file the same buttons keep the draft and lead to pages that do the same.

import { changed, field, form, post } from "./compose-desk.js";
import { letCrop } from "./crop.js";

const dialog = document.getElementById("chooser");
const body = document.getElementById("chooser-body");
const pictures = document.getElementById("pictures");
const refused = dialog.querySelector("[data-refused]");
let opener = null;
let cropped = null;

async function open(button, title, address) {
  opener = button;
  dialog.querySelector("#chooser-title").textContent = title;
  body.replaceChildren();
  refused.textContent = "";
  dialog.showModal();
  const asked = field("post").value ? `${address}?post=${field("post").value}` : address;
  await window.htmx.ajax("GET", asked, { target: body });
  body.querySelector("input[type=search], .chosen-part")?.focus();
}

async function send(sent) {
  const answer = await post(sent.action, new FormData(sent)).catch(() => null);
  const said = answer && (await answer.json().catch(() => null));
  if (answer?.ok) return said.pictures;
  refused.textContent = said?.refused?.join(" ") ?? document.getElementById("words").dataset.notArrived;
  return null;
}

async function addChosen(sent) {
  if (!sent.querySelector("[name=chosen]:checked")) return dialog.close();
  const added = await send(sent);
  if (added === null) return;
  pictures.insertAdjacentHTML("beforeend", added);
  opener = pictures.lastElementChild.querySelector("[name=alt]");
  dialog.close();
  changed();
}

async function useCropped(sent) {
  const whole = cropped;
  const part = await send(sent);
  if (part === null) return;
  const [alt, stands] = ["alt", "media_part"].map((name) => whole.querySelector(`[name=${name}]`));
  whole.insertAdjacentHTML("afterend", part);
  const shown = whole.nextElementSibling;
  const now = shown.querySelector("[name=media_part]");
  shown.querySelector("[name=alt]").value = alt.value;
  now.replaceChildren(...[...stands.options].map((option) => option.cloneNode(true)));
  now.value = stands.value;
  now.closest("label").hidden = stands.closest("label").hidden;
  whole.remove();
  opener = shown.querySelector("[name=crop]");
  dialog.close();
  changed();
}

// What is listened to

document.getElementById("choose").addEventListener("click", (event) => {
  event.preventDefault();
  open(event.currentTarget, dialog.dataset.choose, event.currentTarget.dataset.chooseAddress);
});
pictures.addEventListener("click", (event) => {
  const button = event.target.closest("[data-crop-address]");
  if (!button) return;
  event.preventDefault();
  cropped = button.closest("[data-shot]");
  open(button, dialog.dataset.crop, button.dataset.cropAddress);
});
dialog.addEventListener("submit", (event) => {
  if (!event.target.matches(".choosing, .cropping")) return;
  event.preventDefault();
  if (event.target.matches(".choosing")) addChosen(event.target);
  else useCropped(event.target);
});
dialog.addEventListener("close", () => opener?.focus());
document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target === body) for (const found of body.querySelectorAll("[data-crop]")) letCrop(found);
});
form.classList.add("chooses");
