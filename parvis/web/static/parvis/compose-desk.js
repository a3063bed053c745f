// What the composer's files share: the form, what it says, and how it is sent.

export const form = document.getElementById("compose");
export const words = document.getElementById("words").dataset;
export const field = (name) => form.elements.namedItem(name);
export const changed = () => form.dispatchEvent(new Event("change", { bubbles: true }));

export function post(address, body, how = {}) {
  const headers = { Accept: "application/json", "X-CSRFToken": token() };
  return fetch(address, { method: "POST", body, headers, redirect: "manual", ...how });
}

// A rotated token, after signing in again in another tab, is found in the cookie.
export function token() {
  const cookie = document.cookie.split("; ").find((entry) => entry.startsWith("csrftoken="));
  return cookie ? cookie.slice("csrftoken=".length) : field("csrfmiddlewaretoken").value;
}
