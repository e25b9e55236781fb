// Turns <select data-combobox> into a field that filters as one types (ARIA 1.2 combobox with a listbox). The select stays
// in the form, hidden, and keeps the value; without this file it is a plain list.
let count = 0;

class Combobox {
  constructor(select) {
    this.select = select;
    this.id = `combo-${++count}`;
    this.at = -1;
    this.build();
    this.input.addEventListener("input", () => this.open(this.input.value));
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("focus", () => this.input.select());
    this.input.addEventListener("click", () => this.open(""));
    this.input.addEventListener("blur", () => setTimeout(() => this.close(true), 120));
    this.listbox.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const item = event.target.closest("[role=option]");
      if (item) this.choose(item);
    });
    this.select.addEventListener("change", () => this.close(true));
    this.select.form?.addEventListener("reset", () => setTimeout(() => this.close(true)));
  }

  build() {
    const { select } = this;
    this.input = Object.assign(document.createElement("input"), { type: "text", className: select.className, autocomplete: "off", id: select.id });
    for (const name of ["aria-describedby", "aria-invalid", "aria-label", "required"]) {
      if (select.hasAttribute(name)) this.input.setAttribute(name, select.getAttribute(name));
    }
    select.removeAttribute("id");
    select.removeAttribute("required");
    select.hidden = true;
    select.dataset.combobox = "ready";
    this.listbox = Object.assign(document.createElement("ul"), { className: "list", id: this.id, hidden: true });
    this.listbox.setAttribute("role", "listbox");
    const label = document.querySelector(`label[for="${CSS.escape(this.input.id)}"]`);
    this.listbox.setAttribute("aria-label", label?.textContent.trim() || select.getAttribute("aria-label") || "");
    const set = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.id };
    for (const [name, value] of Object.entries(set)) this.input.setAttribute(name, value);
    const box = Object.assign(document.createElement("div"), { className: "combo" });
    select.before(box);
    box.append(this.input, this.listbox, select);
    this.close(true);
  }

  open(text) {
    const wanted = text.trim().toLocaleLowerCase();
    const found = [...this.select.options].filter((option) => option.value && option.text.toLocaleLowerCase().includes(wanted)).slice(0, 50);
    this.listbox.replaceChildren(...found.map((option, place) => {
      const item = Object.assign(document.createElement("li"), { id: `${this.id}-${place}`, textContent: option.text });
      item.setAttribute("role", "option");
      item.dataset.value = option.value;
      item.setAttribute("aria-selected", "false");
      return item;
    }));
    this.listbox.hidden = found.length === 0;
    this.input.setAttribute("aria-expanded", String(found.length > 0));
    this.mark(wanted && found.length ? 0 : -1);
  }

  mark(place) {
    const items = [...this.listbox.children];
    this.at = items.length ? (place + items.length) % items.length : -1;
    if (place < 0 && this.at === items.length - 1 && place === -1) this.at = -1;
    items.forEach((item, index) => item.setAttribute("aria-selected", String(index === this.at)));
    const item = items[this.at];
    if (item) { this.input.setAttribute("aria-activedescendant", item.id); item.scrollIntoView({ block: "nearest" }); }
    else this.input.removeAttribute("aria-activedescendant");
  }

  key(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (this.listbox.hidden) this.open("");
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.mark(this.at < 0 && step < 0 ? this.listbox.children.length - 1 : (this.at + step + this.listbox.children.length) % (this.listbox.children.length || 1));
    } else if (event.key === "Enter" && !this.listbox.hidden && this.at >= 0) {
      event.preventDefault();
      this.choose(this.listbox.children[this.at]);
    } else if (event.key === "Escape" && !this.listbox.hidden) {
      event.stopPropagation();
      this.close(true);
    }
  }

  choose(item) {
    this.set(item.dataset.value);
    this.close(true);
  }

  set(value) {
    if (this.select.value === value) return;
    this.select.value = value;
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  close(settle) {
    if (settle && this.input.getAttribute("aria-expanded") === "true" && this.input.value === "") this.set("");
    this.listbox.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    const option = this.select.selectedOptions[0];
    if (settle) this.input.value = option?.value ? option.text : "";
  }
}

const enhance = (root) => root.querySelectorAll?.('select[data-combobox]:not([data-combobox="ready"])').forEach((select) => new Combobox(select));
enhance(document);
document.addEventListener("htmx:afterSettle", ({ target }) => enhance(target));
document.addEventListener("lines:added", ({ target }) => enhance(target));
