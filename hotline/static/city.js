// How long a text message is while it is written. The server counts again and has the last word.
"use strict";

const form = document.querySelector("form[data-example]");
const area = form.querySelector("[name=words]"), box = form.querySelector("[data-filled]");
const example = JSON.parse(form.dataset.example);

function filled(words) {
  const shown = words.replace(/\[([^[\]]*)\]/g, "$1");
  return example[""] + shown.replace(/\{([^{}[\]]*)\}/g, (place, name) => (name && example[name]) || place);
}

function show() {
  const text = filled(area.value.trim().replace(/\s+/g, " "));
  const parts = text.length <= 70 ? 1 : Math.ceil(text.length / 67);
  box.hidden = !area.value.trim();
  box.querySelector("[data-text]").textContent = text;
  const size = box.querySelector("[data-size]");
  size.textContent = size.dataset.words.replace("{n}", text.length).replace("{m}", parts);
  size.classList.toggle("chip--soon", parts > 1);
  size.classList.toggle("chip--ok", parts === 1);
}

area.addEventListener("input", show);
show();
