// A pipeline's cards can be dragged to another stage. Dropping sends the card's own form; without this file there is the form alone.
const board = document.querySelector("[data-board]");
const ends = document.querySelector("[data-board-ends]");
let dragged = null;

const targets = () => document.querySelectorAll("[data-board] [data-stage], [data-board-ends] [data-stage]");
const clear = () => targets().forEach((each) => each.removeAttribute("data-over"));

board?.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-card]");
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.card);
  if (ends) setTimeout(() => { ends.hidden = false; });
});
document.addEventListener("dragover", (event) => {
  const target = dragged && event.target.closest?.("[data-stage]");
  if (!target) return;
  event.preventDefault();
  clear();
  target.setAttribute("data-over", "");
});
document.addEventListener("drop", (event) => {
  const target = dragged && event.target.closest?.("[data-stage]");
  if (!target) return;
  event.preventDefault();
  const form = dragged.querySelector("form");
  if (dragged.closest("[data-stage]") === target) return;
  form.elements.stage.value = target.dataset.stage;
  form.requestSubmit();
});
document.addEventListener("dragend", () => {
  dragged = null;
  clear();
  if (ends) ends.hidden = true;
});
