// A signature in [data-sign]: typed, shown in [data-typed] as one writes the name; or drawn in [data-pad], whose strokes go
// into the hidden field "drawing" as JSON: lists of [x, y] in a field of 600 by 200. Without this module one types.
const WIDTH = 600, HEIGHT = 200, MOST_STROKES = 60, MOST_POINTS = 3000, NEAR = 3;
const NS = "http://www.w3.org/2000/svg";

function strokesIn(text) {
  try {
    const strokes = JSON.parse(text || "[]");
    return Array.isArray(strokes) ? strokes : [];
  } catch {
    return [];
  }
}

function ready(form) {
  const { name, drawing } = form.elements, typed = form.querySelector("[data-typed]"), pad = form.querySelector("[data-pad]");
  const sheet = pad.querySelector("svg");
  const strokes = strokesIn(drawing.value);
  let current = null, line = null;

  const draw = (stroke) => {
    const path = document.createElementNS(NS, "polyline");
    path.setAttribute("points", stroke.map((point) => point.join(",")).join(" "));
    sheet.append(path);
    return path;
  };
  const keep = () => { drawing.value = strokes.length ? JSON.stringify(strokes) : ""; };
  const place = (event) => {
    const box = sheet.getBoundingClientRect();
    const x = Math.round((event.clientX - box.left) / box.width * WIDTH), y = Math.round((event.clientY - box.top) / box.height * HEIGHT);
    return [Math.min(Math.max(x, 0), WIDTH), Math.min(Math.max(y, 0), HEIGHT)];
  };
  const total = () => strokes.reduce((sum, stroke) => sum + stroke.length, 0) + (current?.length || 0);

  sheet.addEventListener("pointerdown", (event) => {
    if (strokes.length >= MOST_STROKES || total() >= MOST_POINTS) return;
    event.preventDefault();
    sheet.setPointerCapture(event.pointerId);
    current = [place(event)];
    line = draw(current);
  });
  sheet.addEventListener("pointermove", (event) => {
    if (!current || total() >= MOST_POINTS) return;
    const [x, y] = place(event), [before, above] = current.at(-1);
    if (Math.hypot(x - before, y - above) < NEAR) return;
    current.push([x, y]);
    line.setAttribute("points", current.map((point) => point.join(",")).join(" "));
  });
  const end = () => {
    if (current && current.length > 1) strokes.push(current);
    else line?.remove();
    current = line = null;
    keep();
  };
  sheet.addEventListener("pointerup", end);
  sheet.addEventListener("pointercancel", end);
  pad.querySelector("[data-clear]").addEventListener("click", () => {
    strokes.length = 0;
    sheet.replaceChildren();
    keep();
  });

  const show = () => {
    const drawn = form.elements.way.value === "drawn";
    typed.hidden = drawn;
    pad.hidden = !drawn;
  };
  name.addEventListener("input", () => { typed.textContent = name.value; });
  form.addEventListener("change", show);
  strokes.forEach(draw);
  show();
}

document.querySelectorAll("[data-sign]").forEach(ready);
