// A part of a picture is chosen by drag or by keys; the numbers below say the same, and are what is
// sent. Without this file they are typed.

const CORNER = "corner";

export function letCrop(form) {
  const image = form.querySelector("img");
  const part = form.querySelector(".chosen-part");
  const whole = { width: image.width, height: image.height };
  whole.width = Number(image.getAttribute("width"));
  whole.height = Number(image.getAttribute("height"));
  const number = (name) => form.elements.namedItem(name);
  const box = () => Object.fromEntries(["left", "top", "width", "height"].map((name) => [name, Number(number(name).value)]));
  const ratio = () => Number(form.querySelector("[name=shape]:checked")?.dataset.ratio) || null;
  const within = (value, least, most) => Math.round(Math.max(least, Math.min(value, most)));

  function show() {
    const { left, top, width, height } = box();
    part.style.setProperty("--left", `${(100 * left) / whole.width}%`);
    part.style.setProperty("--top", `${(100 * top) / whole.height}%`);
    part.style.setProperty("--width", `${(100 * width) / whole.width}%`);
    part.style.setProperty("--height", `${(100 * height) / whole.height}%`);
    form.querySelector("[data-measured]").textContent = `${width} × ${height}`;
  }

  function put(wanted) {
    for (const [name, value] of Object.entries(wanted)) number(name).value = value;
    show();
  }

  function move(by, down) {
    const { left, top, width, height } = box();
    put({ left: within(left + by, 0, whole.width - width), top: within(top + down, 0, whole.height - height) });
  }

  // To the right and down, as far as the picture reaches; a shape that was chosen stays.
  function size(width, height) {
    const { left, top } = box();
    const [widest, highest] = [whole.width - left, whole.height - top];
    if (!ratio()) return put({ width: within(width, 1, widest), height: within(height, 1, highest) });
    const fits = Math.min(Math.max(width, height * ratio()), widest, highest * ratio());
    return put({ width: within(fits, 1, widest), height: within(fits / ratio(), 1, highest) });
  }

  function shapeAnew() {
    if (!ratio()) return show();
    const width = Math.min(whole.width, whole.height * ratio());
    const height = Math.min(whole.height, whole.width / ratio());
    return put({
      left: Math.floor((whole.width - width) / 2),
      top: Math.floor((whole.height - height) / 2),
      width: within(width, 1, whole.width),
      height: within(height, 1, whole.height),
    });
  }

  function press(event) {
    const step = Math.max(1, Math.round(Math.max(whole.width, whole.height) / 100));
    const [by, down] = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key] ?? [0, 0];
    if (!by && !down) return;
    event.preventDefault();
    if (!event.shiftKey) return move(by, down);
    const { width, height } = box();
    if (!ratio()) return size(width + by, height + down);
    return by ? size(width + by, 0) : size(0, height + down);
  }

  function drag(begun) {
    const scale = whole.width / image.clientWidth;
    const from = box();
    const sizes = begun.target.classList.contains(CORNER);
    const follow = (event) => {
      const [by, down] = [(event.clientX - begun.clientX) * scale, (event.clientY - begun.clientY) * scale];
      if (sizes) size(from.width + by, ratio() ? 0 : from.height + down);
      else put({ left: within(from.left + by, 0, whole.width - from.width), top: within(from.top + down, 0, whole.height - from.height) });
    };
    begun.preventDefault();
    part.focus();
    part.setPointerCapture(begun.pointerId);
    part.addEventListener("pointermove", follow);
    part.addEventListener("lostpointercapture", () => part.removeEventListener("pointermove", follow), { once: true });
  }

  part.hidden = false;
  form.querySelector(".by-crop-script").hidden = false;
  part.addEventListener("keydown", press);
  part.addEventListener("pointerdown", drag);
  form.addEventListener("input", (event) => {
    if (event.target.name === "shape") shapeAnew();
    else show();
  });
  show();
}

for (const form of document.querySelectorAll("[data-crop]")) if (form.matches("form")) letCrop(form);
