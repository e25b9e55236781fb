// Theme, copy, dialogs, toasts, selections and announcements. Every page reads and works without this file.
// Loaded in the head and not deferred: the theme is set before anything is painted.
"use strict";
(() => {
  const root = document.documentElement;
  const store = {
    get: (key) => { try { return localStorage.getItem(key); } catch { return null; } },
    set: (key, value) => { try { localStorage.setItem(key, value); } catch { /* private mode: the choice lasts for this page */ } },
  };
  const saved = store.get("theme");
  if (!root.dataset.theme && (saved === "light" || saved === "dark")) root.dataset.theme = saved;

  const word = (name) => document.body.dataset[name] || "";

  function announce(text) {
    const region = document.getElementById("announce");
    if (!region) return;
    region.textContent = "";
    setTimeout(() => { region.textContent = text; }, 50);
  }

  function toast(text, tone) {
    const box = document.createElement("div");
    box.className = "toast";
    if (tone) box.dataset.tone = tone;
    const words = document.createElement("span");
    words.textContent = text;
    const close = document.createElement("button");
    close.type = "button";
    close.dataset.do = "dismiss";
    close.textContent = word("close");
    box.append(words, close);
    document.getElementById("toasts")?.append(box);
    if (!tone) setTimeout(() => box.remove(), 4000);
  }

  const actions = {
    theme() {
      const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = dark ? "light" : "dark";
      store.set("theme", root.dataset.theme);
    },
    async copy(button) {
      try {
        await navigator.clipboard.writeText(button.dataset.text);
        toast(word("copied"));
      } catch { toast(button.dataset.text); }
    },
    open(opener, event) {
      const dialog = document.getElementById(opener.dataset.for || (opener.getAttribute("href") || "#").slice(1));
      if (!dialog?.showModal) return;
      event.preventDefault();
      if (!dialog.open) dialog.showModal();
    },
    close(button, event) {
      const dialog = button.closest("dialog");
      if (!dialog?.open) return;
      event.preventDefault();
      dialog.close();
    },
    dismiss(button) { button.closest(".toast")?.remove(); },
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) actions[button.dataset.do]?.(button, event);
    else if (event.target instanceof HTMLDialogElement && event.target.open) closeOnBackdrop(event);
  });

  function closeOnBackdrop(event) {
    const box = event.target.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside) event.target.close();
  }

  // Pages visited lately (palette.js) are nobody else's business: forgotten at sign-out, and where nobody is signed in.
  function forgetVisits() {
    try {
      Object.keys(localStorage).filter((name) => name.startsWith("recent:")).forEach((name) => localStorage.removeItem(name));
    } catch { /* nothing is kept there */ }
  }
  document.addEventListener("submit", ({ target }) => { if (target.matches("[data-signs-out]")) forgetVisits(); });

  // A form is sent once: a second click on the way changes nothing. Back-and-forward cache frees it again.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "get" || form.method === "dialog" || event.defaultPrevented || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
    setTimeout(() => release(form), 8000);
  });
  function release(form) {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  }
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));

  // Bulk bar: shown as soon as a row is selected.
  function countSelection(form) {
    const bar = form.querySelector("[data-bulk]");
    if (!bar) return;
    const picked = form.querySelectorAll("[data-pick]:checked").length;
    bar.hidden = picked === 0;
    const label = bar.querySelector("[data-bulk-count]");
    label.dataset.word ||= label.textContent;
    label.textContent = `${label.dataset.word}: ${picked}`;
  }
  document.addEventListener("change", ({ target }) => {
    const form = target.closest("form");
    if (target.matches("[data-pick-all]")) form.querySelectorAll("[data-pick]").forEach((box) => { box.checked = target.checked; });
    if (form && target.matches("[data-pick], [data-pick-all]")) countSelection(form);
  });
  document.addEventListener("reset", ({ target }) => setTimeout(() => countSelection(target)));

  document.addEventListener("input", ({ target }) => {
    const out = target.type === "range" && target.closest(".slide")?.querySelector("output");
    if (out) out.value = (out.dataset.unit || "") + Number(target.value).toLocaleString(root.lang);
  });

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("form:has([data-bulk])").forEach(countSelection);
    if ("stranger" in document.body.dataset) forgetVisits();
    document.querySelector("[data-focus]")?.focus();
    const named = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (named instanceof HTMLDialogElement && !named.open) named.showModal();
  });

  // htmx: say what changed, keep selections counted, and never fail silently.
  document.addEventListener("htmx:afterSettle", ({ target }) => {
    const said = target.matches?.("[data-announce]") ? target : target.querySelector?.("[data-announce]");
    if (said) announce(said.dataset.announce || said.textContent);
    target.closest?.("form") && countSelection(target.closest("form"));
    target.querySelectorAll?.("form:has([data-bulk])").forEach(countSelection);
    target.querySelector?.("[data-focus]")?.focus();
  });
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(name, () => toast(word("failed"), "bad"));
  }
})();
