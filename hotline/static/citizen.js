// Beside pages that work without it: where somebody stands, if they say so, and how large the chosen files are.
"use strict";

const place = document.querySelector("[data-position]");
if (place && "geolocation" in navigator) {
  const said = place.querySelector("[data-said]"), form = place.closest("form");
  place.hidden = false;
  place.querySelector("button").addEventListener("click", () => {
    said.textContent = said.dataset.asking;
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      form.elements.lat.value = coords.latitude.toFixed(5);
      form.elements.lon.value = coords.longitude.toFixed(5);
      said.textContent = said.dataset.got;
    }, () => { said.textContent = said.dataset.failed; }, { timeout: 15000, maximumAge: 60000 });
  });
}

document.querySelectorAll("[data-sizes]").forEach((input) => {
  const told = document.createElement("p");
  told.className = "hint";
  told.setAttribute("aria-live", "polite");
  input.after(told);
  input.addEventListener("change", () => {
    told.textContent = [...input.files].map((file) => `${file.name} ${(file.size / 1048576).toFixed(1)} MB`).join("；");
  });
});
