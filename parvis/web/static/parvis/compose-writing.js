// What helps while one writes: snippets at the cursor, emoji, completions, and the composer's keys.

import { form } from "./compose-desk.js";
import { putIn } from "./compose-cursor.js";
import "./compose-completions.js";
import "./compose-emoji.js";

const snippet = document.getElementById("snippet");

document.getElementById("put-in")?.addEventListener("click", (event) => {
  event.preventDefault();
  const chosen = snippet.selectedOptions[0];
  if (!chosen.value) return snippet.focus();
  putIn(chosen.dataset.text);
  snippet.value = "";
});

// A campaign's own marks show in the fields that they would fill.
form.querySelector("[name=campaign]").addEventListener("change", (event) => {
  const marks = event.target.selectedOptions[0].dataset;
  for (const field of form.querySelectorAll(".utm input")) {
    field.placeholder = marks[field.name.slice("utm_".length)] ?? "";
  }
});

const keys = document.getElementById("keys-of-composer").content;
if (/Mac|iP/.test(navigator.platform)) {
  for (const key of keys.querySelectorAll("[data-mod]")) key.textContent = "⌘";
}
document.querySelector("#keyboard dl")?.append(keys);
