// The desk by keyboard. A row is [data-row] with one link to its detail (data-row="still": it is not opened by moving); what a key presses carries data-key="a".
// Off with data-shortcuts="off" on body (WCAG 2.1.4), while typing, and while a dialog is open.
const list = () => [...document.querySelectorAll("[data-row]")];
const link = (row) => row.querySelector("a[href]");

function current(rows) {
  const focused = rows.findIndex((row) => row.contains(document.activeElement));
  return focused >= 0 ? focused : rows.findIndex((row) => row.hasAttribute("data-open"));
}

function move(step) {
  const rows = list();
  if (!rows.length) return;
  const at = current(rows);
  const next = rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
  next.scrollIntoView({ block: "nearest" });
  link(next).focus({ preventScroll: true });
  if (next.dataset.row !== "still" && matchMedia("(min-width: 64rem)").matches) link(next).click();
}

function select() {
  const rows = list();
  rows[Math.max(0, current(rows))]?.querySelector("input[type=checkbox]")?.click();
}

function press(key) {
  // The last one: the page's own search comes after the shell's.
  const target = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].findLast((part) => part.checkVisibility());
  if (!target) return false;
  if (target.matches("input, select, textarea")) {
    target.focus();
    target.select?.();
  } else target.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.body.dataset.shortcuts === "off" || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]")) return;
  let done = true;
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "x") select();
  else if (event.key === "?") document.getElementById("keys")?.showModal();
  else done = /^[a-z/]$/.test(event.key) && press(event.key);
  if (done) event.preventDefault();
});

// htmx fills the detail: the row that it belongs to is marked at once.
document.addEventListener("click", ({ target }) => {
  const opened = target.closest("[data-row]");
  if (!opened || !target.closest("a[href]")) return;
  list().forEach((row) => {
    row.toggleAttribute("data-open", row === opened);
    if (row === opened) link(row).setAttribute("aria-current", "true");
    else link(row).removeAttribute("aria-current");
  });
});

// On a phone, list and detail are two pages: the detail shows once it has arrived.
document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target.id === "detail") target.closest(".desk").dataset.view = "detail";
});
