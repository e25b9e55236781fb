// Recolours the preview while the sliders move. Custom properties set from a script are no inline style: the policy allows them.
const form = document.querySelector("[data-branding]");
const previews = document.querySelectorAll("[data-preview]");

function recolour() {
  for (const preview of previews) {
    preview.style.setProperty("--brand-hue", form.elements.hue.value);
    preview.style.setProperty("--brand-chroma", form.elements.chroma.value / 1000);
  }
}
form.addEventListener("input", recolour);
form.addEventListener("change", ({ target }) => {
  const file = target.name === "logo" && target.files[0];
  if (!file || !file.type.startsWith("image/")) return;
  const reader = new FileReader();
  reader.addEventListener("load", () => document.querySelectorAll("[data-preview] img").forEach((img) => { img.src = reader.result; }));
  reader.readAsDataURL(file);
});
recolour();
