// The console's forms and lists, a little quicker. Without this file a link opens a page of its own, and all else is the same.

// A facet's menu closes when one clicks elsewhere, or presses Escape.
const open = () => [...document.querySelectorAll("details.facet[open]")];
document.addEventListener("click", ({ target }) => open().forEach((menu) => { if (!menu.contains(target)) menu.open = false; }));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of open()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// "Add a …" beside a field opens a small window; what is added there is chosen here.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-related]");
  if (!link || event.ctrlKey || event.metaKey) return;
  const opened = window.open(link.href, link.dataset.related, "popup,width=720,height=720");
  if (opened) event.preventDefault();
});
window.addEventListener("message", ({ origin, data, source }) => {
  if (origin !== location.origin || !data || data.kind !== "added") return;
  const field = document.querySelector(`a[data-related="${CSS.escape(source.name)}"]`)?.closest("form")
    ?.querySelector(`select[name="${CSS.escape(source.name.replace(/^id_/, ""))}"]`);
  if (!field) return;
  field.add(new Option(data.label, data.value, true, true));
  field.dispatchEvent(new Event("change", { bubbles: true }));
  source.close();
});
const added = document.querySelector("[data-added]");
if (added && window.opener) {
  const { value, obj } = JSON.parse(added.dataset.added);
  window.opener.postMessage({ kind: "added", value, label: obj }, location.origin);
}
