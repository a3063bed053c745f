// Small comforts of every page. Without this file everything still works.

for (const button of document.querySelectorAll("button[data-shows]")) {
  const field = document.getElementById(button.dataset.shows);
  const [show, hide] = [button.textContent, button.dataset.hide];
  button.hidden = false;
  button.addEventListener("click", () => {
    const hidden = field.type === "password";
    field.type = hidden ? "text" : "password";
    button.textContent = hidden ? hide : show;
    button.setAttribute("aria-pressed", String(hidden));
  });
}

for (const button of document.querySelectorAll("button[data-copies]")) {
  if (!navigator.clipboard) continue; // only in a secure context; the field can be copied by hand
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).value);
    button.textContent = button.dataset.copied;
  });
}

// Who must correct something begins there.
document.querySelector(".wrong :is(input, select, textarea)")?.focus();

for (const select of document.querySelectorAll("select[data-guess-zone]")) {
  if (document.querySelector(".errorlist")) continue; // the person has chosen already
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...select.options].some((option) => option.value === here)) select.value = here;
}

// What changes while a page watches deliveries is said once, and only when it is news.
const told = () =>
  [...document.querySelectorAll("[data-told]")].map((delivery) => delivery.dataset.told).join(". ");
let known = told();
document.addEventListener("htmx:afterSettle", () => {
  const news = document.getElementById("news");
  if (!news || told() === known) return;
  known = told();
  news.textContent = known;
});

// While a page watches deliveries, what its reader has opened or folded stays so, and nothing that
// is being typed is taken away.
const folded = new Map();
document.addEventListener("click", (event) => {
  const about = event.target.closest("summary")?.parentElement;
  if (about?.id) folded.set(about.id, !about.open);
});
document.addEventListener("htmx:afterSwap", () => {
  for (const [id, open] of folded) document.getElementById(id)?.toggleAttribute("open", open);
});
document.addEventListener("htmx:beforeRequest", (event) => {
  const typed = [...event.detail.elt.querySelectorAll("input[type=url]")];
  if (typed.some((field) => field.value || field === document.activeElement)) event.preventDefault();
});
