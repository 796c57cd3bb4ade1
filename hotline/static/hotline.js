// The one script of the house; every page works without it. htmx puts the server's fragments in place; here stands
// what htmx cannot do: events that go on where they broke off, a call that pops up without taking what is being
// typed, drafts kept on this machine while the line is cut, keys, and a question before what cannot be undone.
"use strict";

const one = (query, within = document) => within.querySelector(query);
const all = (query, within = document) => [...within.querySelectorAll(query)];
const text = (element, said) => { if (element) element.textContent = said; return element; };

// -- events: what sse.min.js asks for in place of an EventSource -----------------------------------------------
// Each event's id says how far this page has heard, so a new connection begins there: nothing missed, nothing twice.
class Stream {
  constructor(url) {
    this.url = url; this.last = began(); this.heard = []; this.wait = 1000;
    this.readyState = EventSource.CONNECTING;
    this.open();
    if (document.body.dataset.keeps === undefined) { // a browser holds few connections: hidden pages let go of theirs
      document.addEventListener("visibilitychange", () => (document.hidden ? this.shut() : this.open()));
    }
    window.addEventListener("pagehide", () => this.shut());
    window.addEventListener("pageshow", () => this.open());
    window.addEventListener("online", () => { this.shut(); this.open(); });
  }
  open() {
    if (this.source || this.over) return;
    const source = this.source = new EventSource(this.url + (this.last ? "?last=" + encodeURIComponent(this.last) : ""));
    source.onopen = (event) => { this.readyState = EventSource.OPEN; this.wait = 1000; cut(false); this.onopen?.(event); };
    source.onerror = () => { // always our own new connection: the address must name the last id heard
      this.shut(); this.readyState = EventSource.CONNECTING;
      if (!document.hidden || document.body.dataset.keeps !== undefined) cut(true);
      setTimeout(() => this.open(), this.wait + 500 * Math.random());
      this.wait = Math.min(this.wait * 2, 20000);
    };
    this.heard.forEach(([event, then]) => this.bind(event, then));
  }
  bind(event, then) {
    this.source.addEventListener(event, (message) => {
      this.last = message.lastEventId || this.last;
      sessionStorage.setItem("heard", this.last); // the next page of this window goes on from here
      then(message);
    });
  }
  shut() { this.source?.close(); this.source = null; }
  addEventListener(event, then) { this.heard.push([event, then]); if (this.source) this.bind(event, then); }
  removeEventListener(event, then) { this.heard = this.heard.filter((pair) => pair[0] !== event || pair[1] !== then); }
  close() { this.over = true; this.shut(); }
}

function began() { // what the page knows of calls and the board, and what this window has heard of alerts
  const [alert, call, board] = (document.body.dataset.last || "~0~").split("~");
  const heard = (sessionStorage.getItem("heard") || "").split("~")[0];
  return heard || document.body.dataset.last ? [heard || alert, call, board].join("~") : "";
}

let breaking = 0;
function cut(broken) { // a hiccup of a moment is nobody's business
  clearTimeout(breaking);
  if (broken) breaking = setTimeout(() => shown("line", true), 4000); else shown("line", false);
}
function shown(name, yes) { const box = one(`[data-state=${name}]`); if (box) box.hidden = !yes; }

htmx.createEventSource = (url) => {
  const stream = new Stream(url), hear = (event, then) => stream.addEventListener(event, (m) => then(JSON.parse(m.data)));
  hear("bell", ({ unseen: n }) => text(one("[data-bell]"), n)?.classList.toggle("is-none", !n));
  hear("alert", alerted);
  hear("call", call);
  return stream;
};

// in several windows an alert pops up in the one that is looked at, once: they take turns, long enough for what one
// has written to reach the others; where a browser has no locks (plain http), chance parts them
const unseen = [], pause = (most) => new Promise((then) => setTimeout(then, most));
function alerted(alert) {
  if (document.hidden) unseen.push(alert);
  else if (navigator.locks) navigator.locks.request("alerts", async () => { pop(alert); await pause(80); });
  else pause(400 * Math.random()).then(() => pop(alert));
}
function pop(alert) {
  const place = "told:" + document.body.dataset.seat, told = JSON.parse(localStorage.getItem(place) || "[]");
  if (told.includes(alert.id)) return;
  localStorage.setItem(place, JSON.stringify([...told.slice(-199), alert.id]));
  tell(alert.words, "/cases/" + alert.number, "alert-" + alert.id);
}
document.addEventListener("visibilitychange", () => { if (!document.hidden) unseen.splice(0).forEach(alerted); });

function tell(words, href, id, stays = false) {
  const known = document.getElementById(id);
  if (known) return one("a", known);
  const box = document.createElement("div"), link = document.createElement("a");
  box.className = "notice notice--soon"; box.id = id;
  box.setAttribute("role", "status");
  link.href = href;
  box.append(text(link, words));
  one("[data-told]").append(box);
  if (!stays) setTimeout(() => box.remove(), 12000);
  const told = all("[data-told] > .notice:not([data-state])");
  told.slice(0, Math.max(0, told.length - 4)).forEach((old) => old.remove());
  return link;
}

// -- what htmx asks and what comes back ------------------------------------------------------------------------
document.addEventListener("htmx:configRequest", ({ detail }) => {
  detail.headers.Accept = "text/html";
  if (detail.verb !== "get") return;
  for (const [name, value] of [...detail.formData.entries()]) { // addresses stay short: they are bookmarks
    if (value === "") detail.formData.delete(name); else if (name === "text") detail.formData.set(name, value.slice(0, 200));
  }
});
document.addEventListener("htmx:beforeRequest", (event) => { // a list that refreshes itself leaves an open form alone
  const { elt } = event.detail;
  if (elt.getAttribute("hx-trigger")?.startsWith("every") && one("details[open]", elt)) event.preventDefault();
});
document.addEventListener("htmx:beforeSwap", (event) => { // a refusal that is a page of its own has no place in a part
  const { xhr } = event.detail;
  if (xhr.status < 400 || !/^\s*<!doctype/i.test(xhr.responseText)) return;
  event.detail.shouldSwap = false;
  shown("failed", true);
});
const failed = (event) => {
  shown("failed", true);
  if (event.detail.pathInfo?.requestPath === "/desk/draft") keep();
};
["htmx:sendError", "htmx:timeout", "htmx:responseError"].forEach((name) => document.addEventListener(name, failed));
document.addEventListener("htmx:afterOnLoad", ({ detail }) => {
  shown("failed", false);
  if (detail.pathInfo.requestPath === "/desk/draft") localStorage.removeItem(shelf());
});
window.addEventListener("offline", () => shown("offline", true));
window.addEventListener("online", () => { shown("offline", false); shown("failed", false); save(); });
if (!navigator.onLine) shown("offline", true);

// -- the desk --------------------------------------------------------------------------------------------------
const desk = () => one("#request");
const shelf = () => "draft:" + document.body.dataset.seat + ":" + (desk()?.elements.call.value || "free");
const typedIn = (form) => Object.fromEntries([...new FormData(form)].filter(([name]) => name !== "_csrf"));
const busy = () => ["text", "title", "place", "name"].some((name) => desk().elements[name].value.trim());

function keep() { if (desk() && busy()) localStorage.setItem(shelf(), JSON.stringify(typedIn(desk()))); }
function save() { if (desk()) htmx.trigger("#draft", "save"); }
function restore(form) { // what could not be sent is here alone, unless somebody has saved since
  const kept = JSON.parse(localStorage.getItem(shelf()) || "null");
  localStorage.removeItem(shelf());
  if (!kept || Number(form.elements.draft_version.value) > Number(kept.draft_version) + 1) return;
  if (["text", "title", "place", "name"].every((name) => form.elements[name].value === kept[name])) return;
  for (const [name, value] of Object.entries(kept)) {
    if (["key", "tab", "draft_version", "call"].includes(name)) continue;
    const control = form.elements[name];
    if (control instanceof RadioNodeList) control.value = value;
    else if (control?.type === "checkbox") control.checked = true;
    else if (control) control.value = value;
  }
  form.dispatchEvent(new Event("change", { bubbles: true }));
  shown("restored", true);
  save();
}

function openElsewhere(form) { // windows of this browser tell each other at once; other machines by the version
  if (!window.BroadcastChannel) return;
  const channel = new BroadcastChannel("desk"), say = (answers) => channel.postMessage({ slot: shelf(), answers });
  channel.onmessage = ({ data }) => {
    if (data.slot !== shelf()) return;
    shown("elsewhere", true);
    if (data.answers) form.elements.tab.value = named(); else say(true); // a window that was copied has its own name
  };
  say(false);
}
const named = () => Math.random().toString(36).slice(2, 12);

function sit(form) {
  form.elements.tab.value = sessionStorage.getItem("tab") || named();
  sessionStorage.setItem("tab", form.elements.tab.value);
  restore(form);
  openElsewhere(form);
  let sent = false;
  form.addEventListener("submit", () => { sent = true; localStorage.removeItem(shelf()); });
  window.addEventListener("pagehide", () => { // the next page may be drawn before this arrives
    if (!sent && busy()) { keep(); navigator.sendBeacon("/desk/draft", new FormData(form)); }
  });
}

async function go(event) { // the draft first, then on
  event.preventDefault();
  await htmx.ajax("POST", "/desk/draft", { source: "#draft", target: "#draft" }).catch(() => {});
  location.assign(event.target.href);
}

// a telephone rings: the caller pops up, unless somebody else's matter is being typed
async function call({ call: id, state }) {
  const place = one("#call"), form = desk();
  if (!place || !form) return;
  const now = one("[data-id]", place)?.dataset.id;
  if (state === "ended" && now !== id) return;
  if (now !== id && busy()) {
    if (state === "ringing") tell(document.body.dataset.rings, "/desk?call=" + encodeURIComponent(id), "call-" + id, true).onclick = go;
    return;
  }
  await htmx.ajax("GET", "/desk/call?call=" + encodeURIComponent(id), { target: place, swap: "innerHTML" });
  const found = one("[data-id]", place);
  if (!found) return;
  form.elements.call.value = found.dataset.id;
  form.elements.key.value = found.dataset.formKey;
  form.elements.draft_version.value = "0";
  form.elements.phone.placeholder = found.dataset.hint;
  htmx.trigger("#day", "refresh");
  if (state === "ringing") { document.title = "☎ " + found.dataset.caller; place.scrollIntoView({ block: "nearest" }); }
}

// -- forms -----------------------------------------------------------------------------------------------------
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
  box.hidden = false;
  box.addEventListener("change", () => {
    all(`input[name="${box.dataset.all}"]`, box.form).forEach((other) => { other.checked = box.checked; });
  });
}

function begin(within) {
  all("form", within).filter((form) => one("[data-when]", form) && !form.dataset.parted).forEach((form) => {
    form.dataset.parted = "1"; parts(form);
  });
  all("[data-all]", within).forEach(tickAll);
}

// keys: data-key="s" is Alt+S, wherever one is; "?" tells them all
document.addEventListener("keydown", (event) => {
  const help = one("#keys");
  if (help && event.key === "?" && !event.target.matches("input, textarea, select")) { help.showModal(); return; }
  if (!event.altKey || event.ctrlKey || event.metaKey) return;
  const found = one(`[data-key="${CSS.escape(event.code.replace(/^(Key|Digit)/, "").toLowerCase())}"]`);
  if (!found) return;
  event.preventDefault();
  if (found.closest("details:not([open])") && !found.matches("summary")) found.closest("details").open = true;
  found.focus();
  if (found.matches("button, a, summary, input[type=radio], input[type=checkbox]")) found.click();
});
document.addEventListener("click", (event) => { if (event.target.closest("[data-help]")) one("#keys")?.showModal(); });

document.addEventListener("submit", (event) => {
  const form = event.target, said = event.submitter?.dataset.confirm || form.dataset.confirm;
  if (said && !window.confirm(said)) { event.preventDefault(); event.stopImmediatePropagation(); return; }
  if (form.method === "post") { // one press, one request; the key makes a second one harmless all the same
    setTimeout(() => all("button", form).forEach((button) => { button.disabled = true; }));
    setTimeout(() => all("button", form).forEach((button) => { button.disabled = false; }), 6000);
  }
}, true);

begin(document);
document.addEventListener("htmx:afterSettle", ({ detail }) => begin(detail.elt));
if (desk()) document.addEventListener("DOMContentLoaded", () => sit(desk())); // when htmx listens
document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) window.print(); });
// what a page of another desk marks with data-on is fetched again when that event comes
all("[data-on=board]:not([hx-trigger])").forEach((part) => {
  part.setAttribute("hx-get", part.dataset.fragment + location.search);
  part.setAttribute("hx-trigger", "sse:board");
});
if (location.hash.startsWith("#step-")) one(location.hash)?.setAttribute("open", "");
