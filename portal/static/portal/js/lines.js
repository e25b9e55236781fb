// Product lines of a deal: a formset in [data-lines] with rows [data-line], a <template> for the next one, [data-line-add]
// and [data-line-remove]. Sums follow quantity and price: [data-line-quantity], [data-line-price], [data-line-sum] in a row,
// [data-lines-total] for all. A product's price stands on its option (data-price); [data-line-price] may be left out. Amounts are typed text, never numbers, so
// "12,oo" stays for the server to explain; a row that can't be read shows no sum.
const format = (value, currency) => new Intl.NumberFormat(document.documentElement.lang || "en", {
  style: "currency", currency, maximumFractionDigits: Number.isInteger(value) ? 0 : 2 }).format(value);

function read(text) {
  let plain = (text || "").replace(/[\s\u00a0\u202f']/g, "");
  if (/^\d{1,3}(\.\d{3})+(,\d+)?$/.test(plain) || /^\d+,\d{1,2}$/.test(plain)) plain = plain.replaceAll(".", "").replace(",", ".");
  else if (/^\d{1,3}(,\d{3})+(\.\d+)?$/.test(plain)) plain = plain.replaceAll(",", "");
  return /^\d+(\.\d+)?$/.test(plain) ? Number(plain) : NaN;
}

// A price that can be typed stands in [data-line-price]; a list price stands on the option chosen.
function priceOf(row) {
  const field = row.querySelector("[data-line-price]");
  return read(field ? field.value : row.querySelector("select")?.selectedOptions[0]?.dataset.price);
}

const rowsOf = (box) => [...box.querySelectorAll("[data-line]")].filter((row) => !row.hidden);

function currencyOf(box) {
  const field = box.dataset.currencyField && document.getElementsByName(box.dataset.currencyField)[0];
  const code = (field?.value || box.dataset.currency || "EUR").toUpperCase();
  return /^[A-Z]{3}$/.test(code) ? code : "EUR";
}

function sum(box) {
  const currency = currencyOf(box);
  let total = NaN;
  for (const row of rowsOf(box)) {
    const value = read(row.querySelector("[data-line-quantity]")?.value) * priceOf(row);
    const out = row.querySelector("[data-line-sum]");
    if (out) out.textContent = Number.isFinite(value) ? format(value, currency) : "–";
    if (Number.isFinite(value)) total = (total || 0) + value;
  }
  const out = box.querySelector("[data-lines-total]");
  if (out) out.textContent = Number.isFinite(total) ? format(total, currency) : "–";
}

function add(box) {
  const total = box.querySelector('[name$="-TOTAL_FORMS"]');
  const most = Number(box.querySelector('[name$="-MAX_NUM_FORMS"]')?.value || 1000);
  const number = Number(total.value);
  if (number >= most) return;
  const holder = document.createElement("tbody");
  holder.innerHTML = box.querySelector("template").innerHTML.replaceAll("__prefix__", number);
  const row = holder.firstElementChild;
  const last = [...box.querySelectorAll("[data-line]")].pop();
  if (last) last.after(row);
  else box.querySelector("[data-lines-body]").append(row);
  total.value = number + 1;
  row.dispatchEvent(new Event("lines:added", { bubbles: true }));
  row.querySelector("input:not([type=hidden], [hidden]), select:not([hidden])")?.focus();
  sum(box);
}

function remove(row) {
  const box = row.closest("[data-lines]");
  const gone = row.querySelector('[name$="-DELETE"]');
  if (gone) gone.checked = true;
  else row.querySelectorAll("input, select").forEach((field) => { field.value = ""; });
  row.hidden = true;
  (rowsOf(box).pop()?.querySelector("input, select") || box.querySelector("[data-line-add]"))?.focus();
  sum(box);
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-line-add], [data-line-remove]");
  if (!button) return;
  event.preventDefault();
  if (button.matches("[data-line-add]")) add(button.closest("[data-lines]"));
  else remove(button.closest("[data-line]"));
});
document.addEventListener("input", ({ target }) => { const box = target.closest("[data-lines]"); if (box) sum(box); });
document.addEventListener("change", ({ target }) => {
  const row = target.closest("[data-line]");
  const price = target.selectedOptions?.[0]?.dataset.price;
  const field = row?.querySelector("[data-line-price]");
  if (field && price && (!field.value || field.dataset.filled === field.value)) { field.value = price; field.dataset.filled = price; }
  document.querySelectorAll("[data-lines]").forEach(sum);
});
document.querySelectorAll("[data-lines]").forEach(sum);
