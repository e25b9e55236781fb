// Keeps a form as a draft while one types. <form data-draft-url="…"> with <input name="draft_revision"> and, anywhere in the
// page, <p data-draft-status data-saved="Draft saved at {time}" data-saving="…" data-stale="…" data-offline="…">.
// The server answers {"revision": 4, "saved_at": "9:47", "url": "…" (where the draft now lives)}; 409 where another tab or
// person has saved a newer one. Submitting never waits for it. Files go with the form itself, not with the draft.
const PAUSE = 800;
const KEEPALIVE_LIMIT = 60_000;

class Draft {
  constructor(form) {
    this.form = form;
    this.status = document.querySelector("[data-draft-status]");
    this.timer = 0;
    this.dirty = false;
    this.stopped = false;
    this.running = null;
    form.addEventListener("input", () => this.touch());
    form.addEventListener("change", () => this.touch());
    form.addEventListener("submit", () => this.stop());
    window.addEventListener("pagehide", () => this.flush());
    document.addEventListener("visibilitychange", () => document.hidden && this.flush());
    window.addEventListener("pageshow", (event) => { if (event.persisted) this.stopped = false; });
  }

  touch() {
    if (this.stopped) return;
    this.dirty = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE);
  }

  stop() {
    clearTimeout(this.timer);
    this.stopped = true;
  }

  body() {
    const data = new FormData(this.form);
    for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
    return new URLSearchParams(data);
  }

  send(keepalive) {
    return fetch(this.form.dataset.draftUrl, {
      method: "POST", body: this.body(), keepalive, credentials: "same-origin",
      headers: { Accept: "application/json", "X-Requested-With": "fetch" },
    });
  }

  async save() {
    if (!this.dirty || this.stopped) return;
    if (this.running) { this.touch(); return; }
    this.dirty = false;
    this.say("saving");
    this.running = this.send(false);
    try {
      const answer = await this.running;
      if (answer.ok) this.saved(await answer.json());
      else if (answer.status === 409) this.conflict();
      else this.failed(answer.status);
    } catch { this.failed(0); } finally { this.running = null; }
  }

  saved(answer) {
    const revision = this.form.elements.draft_revision;
    if (revision) revision.value = answer.revision;
    if (answer.url) this.form.dataset.draftUrl = answer.url;
    if (answer.page) history.replaceState(history.state, "", answer.page);
    if (this.form.elements.draft && answer.id) this.form.elements.draft.value = answer.id;
    this.say("saved", answer.saved_at);
  }

  conflict() {
    this.stop();
    this.say("stale");
  }

  failed(status) {
    this.dirty = true;
    this.say("offline");
    if (status < 400 || status >= 500) setTimeout(() => this.save(), 10_000);
  }

  flush() {
    if (!this.dirty || this.stopped || this.running) return;
    clearTimeout(this.timer);
    if (this.body().toString().length > KEEPALIVE_LIMIT) return;
    this.dirty = false;
    this.send(true).then((answer) => (answer.ok ? answer.json().then((json) => this.saved(json)) : null)).catch(() => { this.dirty = true; });
  }

  say(name, time = "") {
    const text = this.status?.dataset[name];
    if (!text) return;
    const words = this.status.querySelector("[data-words]") || this.status;
    words.textContent = text.replace("{time}", time);
    this.status.dataset.tone = name === "stale" || name === "offline" ? "warn" : "";
  }
}

document.querySelectorAll("form[data-draft-url]").forEach((form) => new Draft(form));
