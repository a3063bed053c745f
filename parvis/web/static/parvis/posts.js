// Ticks a page of posts at once, and says how many are ticked.

const ticks = [...document.querySelectorAll("input[name=post]")];
const told = document.querySelector("[data-ticked]");
const all = document.querySelector("[data-tick-all]");

function tell() {
  if (!told) return;
  const number = ticks.filter((tick) => tick.checked).length;
  told.textContent = number ? `(${number})` : "";
}

if (all && ticks.length > 1) {
  all.hidden = false;
  all.addEventListener("click", () => {
    const some = ticks.some((tick) => !tick.checked);
    for (const tick of ticks) tick.checked = some;
    tell();
  });
}
for (const tick of ticks) {
  tick.addEventListener("change", () => {
    document.querySelector("[name=scope][value=ticked]").checked = true;
    tell();
  });
}
tell();
