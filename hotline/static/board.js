// What was ticked on the board stays ticked when the board brings itself up to date; one box ticks all.
"use strict";

(() => {
  const board = document.getElementById("board");
  if (!board) return;
  const boxes = () => [...board.querySelectorAll("input[name=number]")];
  const show = () => board.querySelectorAll("[data-ticks]").forEach((label) => { label.hidden = false; });
  let ticked = new Set();
  show();
  board.addEventListener("change", (event) => {
    if ("all" in event.target.dataset) boxes().forEach((box) => { box.checked = event.target.checked; });
  });
  board.addEventListener("htmx:beforeSwap", () => {
    ticked = new Set(boxes().filter((box) => box.checked).map((box) => box.value));
  });
  board.addEventListener("htmx:afterSwap", () => {
    show();
    boxes().forEach((box) => { box.checked = ticked.has(box.value); });
  });
})();
