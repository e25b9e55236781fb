// The command palette: Ctrl-K or ⌘K anywhere, arrows, Enter, Escape; pages visited lately, kept in this browser per seat
// and forgotten at sign-out (look.js). The results come from the search page, which works without this file.
const dialog = document.getElementById("palette");
const field = dialog?.querySelector("[role=combobox]");
const results = dialog?.querySelector("[role=listbox]");
const seat = document.body.dataset.seat;
const KEPT = 8;
let at = -1;

const options = () => [...results.querySelectorAll('[role="option"][href]')];

function mark(place) {
  const all = options();
  at = all.length ? (place + all.length) % all.length : -1;
  all.forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
  if (at < 0) return field.removeAttribute("aria-activedescendant");
  field.setAttribute("aria-activedescendant", all[at].id);
  all[at].scrollIntoView({ block: "nearest" });
}

// -- visited lately
const key = `recent:${seat}`;
function read() {
  try { return JSON.parse(localStorage.getItem(key)) || []; } catch { return []; }
}
function remember() {
  const label = document.querySelector("main h1")?.textContent.trim().replace(/\s+/g, " ").slice(0, 80);
  if (!seat || !label || location.pathname.startsWith("/search")) return;
  const here = { label, url: location.pathname };
  try { localStorage.setItem(key, JSON.stringify([here, ...read().filter((page) => page.url !== here.url)].slice(0, KEPT))); } catch { /* private mode */ }
}

function option(page, number) {
  const link = document.createElement("a");
  Object.assign(link, { href: page.url, id: `hit-recent-${number}`, tabIndex: -1 });
  link.setAttribute("role", "option");
  link.setAttribute("aria-selected", "false");
  const icon = document.querySelector("#palette .palette__ask .i").cloneNode(true);
  icon.firstElementChild.setAttribute("href", icon.firstElementChild.getAttribute("href").replace(/#.*/, "#clock"));
  link.append(icon, Object.assign(document.createElement("span"), { textContent: page.label }));
  return link;
}

function showRecent() {
  const pages = read().filter((page) => page.url !== location.pathname && page.url.startsWith("/"));
  if (field.value.trim() || !pages.length) return;
  const group = document.createElement("div");
  group.setAttribute("role", "group");
  group.setAttribute("aria-labelledby", "found-recent");
  const title = Object.assign(document.createElement("h3"), { id: "found-recent", textContent: dialog.dataset.recent });
  title.setAttribute("role", "presentation");
  group.append(title, ...pages.map(option));
  results.prepend(group);
}

// -- opening and choosing
function open(text = "") {
  if (dialog.open) return field.select();
  dialog.showModal();
  field.value = text;
  field.focus();
  field.dispatchEvent(new CustomEvent("open"));
}

if (dialog) {
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    dialog.open ? dialog.close() : open();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest('[data-do="palette"]') || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    open();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      mark(event.key === "ArrowDown" ? at + 1 : at <= 0 ? -1 : at - 1);
    } else if (event.key === "Enter" && !event.isComposing) {
      const chosen = options()[Math.max(at, 0)];
      if (!chosen) return;
      event.preventDefault();
      chosen.click();
    }
  });
  results.addEventListener("click", ({ target }) => target.closest("a") && dialog.close());
  document.addEventListener("htmx:afterSwap", ({ target }) => {
    if (target !== results) return;
    showRecent();
    mark(options().length ? 0 : -1);
  });
  remember();
}
