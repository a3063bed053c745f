// How long until the next post goes out. Without this file its time stands there alone.

const words = (amount, unit) =>
  new Intl.NumberFormat(document.documentElement.lang, {
    style: "unit", unit, unitDisplay: unit === "second" || unit === "day" ? "long" : "short",
  }).format(amount);

// Whoever opened the page may have a clock that is wrong: only what passes since then is its own.
let ahead = 0;
let shownAt = performance.now();

function begin() {
  const place = document.querySelector("[data-until]");
  if (!place) return;
  ahead = Number(place.dataset.until);
  shownAt = performance.now();
  tick();
}

function tick() {
  const place = document.querySelector("[data-until]");
  if (!place) return;
  const left = Math.round(ahead - (performance.now() - shownAt) / 1000);
  const told = left > 0 ? place.dataset.in.replace("%s", span(left)) : place.dataset.now;
  if (place.textContent !== told) place.textContent = told;
  place.hidden = false;
}

function span(seconds) {
  if (seconds < 60) return words(seconds, "second");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return words(minutes, "minute");
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${words(hours, "hour")} ${words(minutes % 60, "minute")}`;
  return words(Math.floor(hours / 24), "day");
}

begin();
setInterval(tick, 1000);
document.addEventListener("htmx:afterSettle", begin);
