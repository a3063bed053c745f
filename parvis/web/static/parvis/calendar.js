// Moving what stands in the calendar, by pointer and by keys. The server decides what may be moved;
// without this file a post is moved on its own page.

const form = document.getElementById("calendar-move");
const says = document.getElementById("calendar-says");
const words = form.dataset;
const say = (sentence) => { says.textContent = sentence; };

// Clocks are read as if they were UTC, so that adding a day never meets a change of the clocks:
// what the chosen time means there is the server's to say.
const local = (entry) => new Date(`${entry.dataset.seen.slice(0, 16)}Z`);
const dateOf = (clock) => clock.toISOString().slice(0, 10);
const timeOf = (clock) => clock.toISOString().slice(11, 16);
const language = document.documentElement.lang;
// The pages write English dates as Britain does: the day first, and 24 hours.
const written = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, {
  weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", timeZone: "UTC",
});

const calendar = () => document.getElementById("calendar");
const isWeek = () => calendar().dataset.view === "week";
const place = (clock) => {
  const at = isWeek() ? clock.toISOString().slice(0, 13) : dateOf(clock);
  return calendar().querySelector(`[data-at="${at}"]`);
};
const point = (to) => {
  for (const marked of calendar().querySelectorAll(".target")) marked.classList.remove("target");
  to?.classList.add("target");
  to?.scrollIntoView({ block: "nearest", inline: "nearest" });
};
const reason = (entry) => {
  const stays = entry.dataset.stays;
  return stays ? words[`stays${stays[0].toUpperCase()}${stays.slice(1)}`] : "";
};

let picked = null; // {entry, clock}: what is held, and the clock time chosen for it

function pick(entry) {
  if (reason(entry)) return say(reason(entry));
  picked = { entry, clock: local(entry) };
  entry.classList.add("picked");
  point(place(picked.clock));
  const parts = [...entry.querySelectorAll(".clock, .said")];
  say(words.picked.replace("{entry}", parts.map((part) => part.textContent.trim()).join(", ")));
}

function leave(sentence) {
  picked?.entry.classList.remove("picked");
  picked = null;
  point(null);
  say(sentence);
}

function choose(minutes) {
  picked.clock = new Date(picked.clock.getTime() + minutes * 60_000);
  point(place(picked.clock));
  say(words.chosen.replace("{moment}", written.format(picked.clock)));
}

function putDown(entry, clock) {
  if (clock.getTime() === local(entry).getTime()) return leave(words.left);
  const fields = form.elements;
  fields.post.value = entry.dataset.post;
  fields.seen.value = entry.dataset.seen;
  fields.date.value = dateOf(clock);
  fields.time.value = timeOf(clock);
  leave(words.moving);
  calendar().classList.add("is-moving");
  form.requestSubmit();
}

const DAY = 24 * 60;
const steps = () => ({
  ArrowLeft: -DAY,
  ArrowRight: DAY,
  ArrowUp: isWeek() ? -60 : -7 * DAY,
  ArrowDown: isWeek() ? 60 : 7 * DAY,
});

// Before any other listener: while something is held, these keys are about it alone.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const entry = event.target.closest?.("a.entry");
  if (!picked) {
    if (entry && event.key.toLowerCase() === "m") taken(event, () => pick(entry));
    return;
  }
  if (event.key in steps()) taken(event, () => choose(steps()[event.key]));
  else if (event.key === "Enter") taken(event, () => putDown(picked.entry, picked.clock));
  else if (event.key === "Escape") taken(event, () => leave(words.left));
  else if (event.key === "Tab") leave(words.left);
}, true);

function taken(event, act) {
  event.preventDefault();
  event.stopImmediatePropagation();
  act();
}

let dragged = null;
document.addEventListener("dragstart", (event) => {
  const entry = event.target.closest?.("a.entry");
  if (!entry) return;
  if (reason(entry)) {
    event.preventDefault();
    say(reason(entry));
    return;
  }
  dragged = entry;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", entry.href);
  entry.classList.add("picked");
});
document.addEventListener("dragover", (event) => {
  const to = dragged && event.target.closest?.("#calendar [data-at]");
  if (!to) return;
  event.preventDefault();
  if (!to.classList.contains("target")) point(to);
});
document.addEventListener("drop", (event) => {
  const to = dragged && event.target.closest?.("#calendar [data-at]");
  if (!to) return;
  event.preventDefault();
  const [day, hour] = to.dataset.at.split("T");
  const time = timeOf(local(dragged));
  putDown(dragged, new Date(`${day}T${hour ? `${hour}${time.slice(2)}` : time}Z`));
});
document.addEventListener("dragend", () => {
  dragged?.classList.remove("picked");
  dragged = null;
  point(null);
});

// What became of it is said, and the keyboard goes on from where the entry stands now.
document.addEventListener("htmx:afterSettle", () => {
  const answer = document.getElementById("calendar-answer");
  if (!answer || answer.dataset.told) return;
  answer.dataset.told = "yes";
  say(answer.querySelector("p").textContent);
  const choice = answer.querySelector("button.btn");
  const entry = calendar().querySelector(`a.entry[data-post="${answer.dataset.post}"]`);
  (choice ?? (entry?.checkVisibility() ? entry : answer)).focus();
});
for (const lost of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(lost, () => {
    calendar().classList.remove("is-moving");
    say(words.lost);
  });
}

// On a narrow window a week is wider than what is seen of it.
calendar().querySelector(".week thead .now")?.scrollIntoView({ block: "nearest", inline: "center" });

if (matchMedia("(hover: hover)").matches) say(words.hint); // a telephone has neither keys nor a pointer
