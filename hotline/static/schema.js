// Draws the interface's description; the page forbids scripts inside itself.
window.addEventListener("load", () => {
  window.SwaggerUIBundle({ url: "/schema/openapi.json", dom_id: "#swagger", deepLinking: true, validatorUrl: null });
});
