// The frame of the desk: its keys, and its appearance. Without this file the forms and links stay.

const TYPING = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const PATIENCE = 1500; // milliseconds between g and the letter after it
const OFF = "parvis-single-keys-off";

const dialog = document.getElementById("keyboard");
const pages = new Map(
  [...document.querySelectorAll(".rail [data-go]")].map((link) => [link.dataset.go, link]),
);
let goesUntil = 0;

const isOff = () => localStorage.getItem(OFF) !== null;
const isTyping = (target) => target.closest?.(TYPING) || target.isContentEditable;

// In front of the keys of a page, so that the letter after g is not also one of these.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (isOff() || isTyping(event.target) || dialog.open) return;
  const key = event.key.toLowerCase();
  if (goesUntil > event.timeStamp && pages.has(key)) return go(event, pages.get(key));
  goesUntil = key === "g" ? event.timeStamp + PATIENCE : 0;
}, true);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (isOff() || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "?") return show(event);
  const link = document.querySelector(`[data-shortcut="${CSS.escape(event.key.toLowerCase())}"]`);
  if (link) go(event, link);
});

function go(event, link) {
  goesUntil = 0;
  event.preventDefault();
  event.stopPropagation();
  link.click();
}

function show(event) {
  event?.preventDefault();
  dialog.showModal();
}

const list = dialog.querySelector("dl");
row([document.querySelector("[data-shortcut=n]").dataset.shortcut], list.dataset.write);
for (const [key, link] of pages) row(["g", key], link.firstChild.textContent.trim());

function row(keys, words) {
  const [entry, term, said] = ["div", "dt", "dd"].map((name) => document.createElement(name));
  keys.forEach((key, place) => {
    if (place) term.append(` ${list.dataset.goes} `);
    term.append(Object.assign(document.createElement("kbd"), { textContent: key }));
  });
  said.textContent = words;
  entry.append(term, said);
  list.append(entry);
}

for (const button of document.querySelectorAll("[data-opens=keyboard]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    button.closest("[popover]:popover-open")?.hidePopover();
    show();
  });
}

// The switch stands beside the keys, and in the settings.
const switches = document.querySelectorAll("[data-single-keys]");
const showSwitches = () => switches.forEach((one) => { one.checked = !isOff(); });
for (const one of switches) {
  one.parentElement.hidden = false;
  one.addEventListener("change", () => {
    if (one.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
    showSwitches();
  });
}
showSwitches();

// The appearance changes at once: what is being written on the page stays as it is.
for (const form of document.querySelectorAll("form[data-themes]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const chosen = event.submitter.value;
    const answer = await fetch(form.action, {
      method: "POST",
      body: new FormData(form, event.submitter),
      redirect: "manual", // the page is here already
    }).catch(() => null);
    if (answer?.type !== "opaqueredirect") return leaveWith(form, chosen);
    document.documentElement.dataset.theme = chosen;
    for (const button of form.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.value === chosen));
    }
  });
}

// What went wrong is said by the page that the form leads to.
function leaveWith(form, theme) {
  const field = document.createElement("input");
  form.append(Object.assign(field, { type: "hidden", name: "theme", value: theme }));
  form.submit();
}
