// Where the writer was: what is put in goes to the cursor of the text that was written in last.

import { form } from "./compose-desk.js";

const WRITTEN = "textarea.said";
let last = document.getElementById("text");

form.addEventListener("focusin", (event) => {
  if (event.target.matches(WRITTEN)) last = event.target;
});

export const isWritten = (target) => target.matches?.(WRITTEN);

export function lastWritten() {
  if (!last.isConnected || last.offsetParent === null) last = document.getElementById("text");
  return last;
}

export function putIn(text, area = lastWritten(), start = area.selectionStart, end = area.selectionEnd) {
  area.focus();
  area.setRangeText(text, start, end, "end");
  area.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText", data: text }));
}
