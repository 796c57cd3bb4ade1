// The one script of the house: every page works without it. It keeps open pages up to date, shows where a
// request would go while it is typed, and asks before what cannot be undone. Nothing here decides anything.
"use strict";

const one = (query, within = document) => within.querySelector(query);
const all = (query, within = document) => [...within.querySelectorAll(query)];

// a fragment of the server's put in place; a later answer never loses to an earlier one
const turns = new WeakMap();
async function swap(target, url, options = {}) {
  const turn = (turns.get(target) || 0) + 1;
  turns.set(target, turn);
  const answer = await fetch(url, { headers: { Accept: "text/html" }, ...options }).catch(() => null);
  if (answer && answer.ok && !answer.redirected && turns.get(target) === turn) target.innerHTML = await answer.text();
  return Boolean(answer && answer.ok);
}

// what happens while the page is open; the browser comes back by itself with the last id it heard
function listen() {
  const bell = one("[data-stream]");
  if (!bell || !window.EventSource) return;
  let source = null, last = bell.dataset.last || "";
  const hear = (event, then) => source.addEventListener(event, (message) => {
    last = message.lastEventId || last;
    then(JSON.parse(message.data));
  });
  const open = () => {
    source = new EventSource(bell.dataset.stream + (last ? "?last=" + encodeURIComponent(last) : ""));
    hear("bell", ({ unseen }) => ring(unseen));
    hear("alert", ({ number, words }) => tell(words, "/cases/" + number));
    hear("call", call);
    hear("board", () => all("[data-on=board]").forEach((part) => swap(part, part.dataset.fragment + location.search)));
  };
  open();
  const shut = () => { source.close(); source = null; };
  if (bell.dataset.stream !== "/desk/events") { // a browser holds few connections open: hidden pages let go of theirs
    document.addEventListener("visibilitychange", () => {
      if (document.hidden && source) shut(); else if (!document.hidden && !source) open();
    });
  }
  window.addEventListener("pagehide", () => source && shut());
}

function ring(unseen) {
  const bell = one("[data-bell]");
  bell.textContent = unseen;
  bell.classList.toggle("is-none", !unseen);
}

function tell(words, href, stays = false) {
  const box = document.createElement("div"), link = document.createElement("a");
  box.className = "notice notice--soon";
  box.setAttribute("role", "status");
  link.href = href;
  link.textContent = words;
  box.append(link);
  one("[data-told]").append(box);
  if (!stays) setTimeout(() => box.remove(), 12000);
  while (one("[data-told]").children.length > 4) one("[data-told]").firstElementChild.remove();
}

// a telephone rings: the caller pops up, unless somebody else's matter is being typed
async function call({ call: id, state }) {
  const place = one("[data-on=call]"), form = one("#request");
  if (!place || !form) return;
  const shown = one("[data-id]", place)?.dataset.id;
  if (state === "ended" && shown !== id) return;
  if (shown !== id && one("[name=text]", form).value.trim()) {
    if (state === "ringing") tell("新来电，点此接入（当前填写的内容会清空）", "/desk?call=" + encodeURIComponent(id), true);
    return;
  }
  if (!await swap(place, place.dataset.fragment + "?call=" + encodeURIComponent(id))) return;
  const found = one("[data-id]", place);
  if (!found) return;
  one("[data-call]", form).value = found.dataset.id;
  one("[data-key]", form).value = found.dataset.formKey;
  one("[data-phone]", form).placeholder = "留空即用来电号码 " + found.dataset.caller;
  if (state === "ringing") { document.title = "☎ " + found.dataset.caller; place.scrollIntoView({ block: "nearest" }); }
}

// where it would go, after a pause in typing
function preview(form) {
  const into = document.getElementById(form.dataset.into);
  let timer = 0;
  const ask = () => swap(into, form.dataset.preview, { method: "POST", body: new FormData(form) });
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 500); });
  into.addEventListener("change", (event) => event.target.name === "asked_street" && ask());
  if (one("[name=text]", form).value.trim()) ask();
}

// parts of a form that belong to one choice: data-when="name=value"
function parts(form) {
  const show = () => all("[data-when]", form).forEach((part) => {
    const [name, value] = part.dataset.when.split("=");
    part.hidden = one(`[name="${name}"]:checked`, form)?.value !== value;
  });
  form.addEventListener("change", show);
  show();
}

function tickAll(box) {
  const boxes = () => all(`input[name="${box.dataset.all}"]`, box.form);
  box.hidden = false;
  box.addEventListener("change", () => boxes().forEach((other) => { other.checked = box.checked; }));
}

listen();
all("[data-preview]").forEach(preview);
all("form").filter((form) => one("[data-when]", form)).forEach(parts);
all("[data-all]").forEach(tickAll);
document.addEventListener("submit", (event) => {
  const form = event.target, said = form.dataset.confirm;
  if (said && !window.confirm(said)) return event.preventDefault();
  if (form.method === "post") { // one press, one request; the key makes a second one harmless all the same
    setTimeout(() => all("button", form).forEach((button) => { button.disabled = true; }));
    setTimeout(() => all("button", form).forEach((button) => { button.disabled = false; }), 6000);
  }
});
if (location.hash.startsWith("#step-")) one(location.hash)?.setAttribute("open", "");
