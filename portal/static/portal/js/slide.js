// A slider beside its field: each follows the other. The field is what is sent; without this file there is no slider.
document.addEventListener("input", ({ target }) => {
  const slide = target.closest?.("[data-slide]");
  if (!slide) return;
  const [field, range] = slide.querySelectorAll("input");
  if (target === range) field.value = range.value === "0" ? "" : range.value;
  else range.value = Number(field.value.replace(/[^0-9.]/g, "")) || 0;
});
