// Dialogs over the page: confirmations, the app's modals, and the switcher. Escape closes the topmost.

import { h, icon, iconButton, arrowKeys } from "./dom.js";
import { act, becomes, channelName, member, memberName, myChannels, store, visitChannel, directChannel, showWelcome } from "./store.js";
import { avatar } from "./people.js";
import { blocks } from "./blocks.js";
import { plain, textObject } from "./text.js";

// A click beside the dialog leaves it only where nothing typed would be lost.
function show(dialog, onCancel, { light = true } = {}) {
  document.getElementById("overlay").append(dialog);
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); onCancel(); });
  if (light) dialog.addEventListener("mousedown", (event) => { if (event.target === dialog) onCancel(); });
  dialog.showModal();
}

// Takes a dialog away and gives the focus back to where it came from.
function shut(dialog) {
  dialog.close();
  dialog.remove();
  if (document.activeElement === document.body && innerWidth > 820) document.querySelector("#composer textarea")?.focus();
}

// Asks what the app wants asked before a click counts.
export function confirmation(confirm) {
  return new Promise((resolve) => {
    const end = (yes) => { shut(dialog); resolve(yes); };
    const dialog = h("dialog", { class: "dialog small", "aria-labelledby": "confirm-title" },
      h("h2", { id: "confirm-title" }, plain(confirm.title.text)), h("div", { class: "dialog-body words" }, textObject(confirm.text)),
      h("div", { class: "dialog-end" }, h("button", { type: "button", class: "button", on: { click: () => end(false) } }, plain(confirm.deny.text)),
        h("button", { type: "button", class: ["button", confirm.style === "danger" ? "danger solid" : "primary"], on: { click: () => end(true) } }, plain(confirm.confirm.text))));
    show(dialog, () => end(false));
    dialog.querySelector(".dialog-end .button:last-child").focus();
  });
}

// The app's modals: only the topmost is shown, what was typed in it survives updates.

const typed = new Map();
let shown = null;

export function drawModal() {
  const stack = store.views[store.me] || [];
  const view = stack.at(-1);
  if (!view) {
    if (shown) shut(shown.dialog);
    shown = null;
    return;
  }
  const kept = typed.get(view.id) || new Map();
  typed.set(view.id, kept);
  if (shown?.id === view.id && shown.hash === view.hash) return;
  drawView(view, stack.length, {});
}

function drawView(view, depth, errors) {
  const values = typed.get(view.id);
  const place = { source: { view: view.id }, values, errors };
  const close = async () => {
    await act("close", { view: view.id });
    typed.delete(view.id);
  };
  const submit = async (event) => {
    event.preventDefault();
    if (!view.submit) return;
    const button = dialog.querySelector("button[type=submit]");
    button.classList.add("busy");
    button.disabled = true;
    const answer = await act("submit", { view: view.id, values: [...values.values()] });
    const wrong = answer.errors || {};
    const still = (store.views[store.me] || []).some((v) => v.id === view.id && v.hash === view.hash);
    if (Object.keys(wrong).length) drawView(view, depth, wrong);
    else if (still && !answer.ok) { button.classList.remove("busy"); button.disabled = false; }
  };
  const dialog = h("dialog", { class: ["dialog", shown && "still"], "aria-labelledby": "view-title" },
    h("form", { novalidate: true, on: { submit } },
      h("header", { class: "dialog-head" }, h("span", { class: "app-mark" }, icon("spark")), h("h2", { id: "view-title" }, plain(view.title.text)),
        depth > 1 && h("span", { class: "muted" }, `Step ${depth}`), iconButton("close", "Close", close)),
      h("div", { class: "dialog-body" }, errors[""] && h("div", { class: "alert error", role: "alert" }, errors[""]), blocks(view.blocks, place)),
      h("footer", { class: "dialog-end" }, h("button", { type: "button", class: "button", on: { click: close } }, plain(view.close?.text) || "Cancel"),
        view.submit && h("button", { type: "submit", class: "button primary" }, plain(view.submit.text)))));
  const scroll = shown?.id === view.id ? shown.dialog.querySelector(".dialog-body").scrollTop : 0;
  const focus = shown?.id === view.id ? document.activeElement?.getAttribute("aria-label") || document.activeElement?.closest(".field")?.querySelector("label,legend")?.textContent : null;
  if (shown) shut(shown.dialog);
  shown = { id: view.id, hash: view.hash, dialog };
  show(dialog, close, { light: false });
  dialog.querySelector(".dialog-body").scrollTop = scroll;
  const wrong = dialog.querySelector(".wrong .input, .wrong input");
  const same = focus && [...dialog.querySelectorAll(".field")].find((f) => f.querySelector("label,legend")?.textContent === focus)?.querySelector(".input, input");
  (wrong || same || dialog.querySelector("[autofocus]") || dialog.querySelector(".dialog-body .input, .dialog-body input") || dialog.querySelector(".dialog-end .button:last-child")).focus();
}

// Ctrl-K: anybody to be, anywhere to go.

export function switcher(only = null) {
  if (document.querySelector(".switcher")) return;
  const end = () => shut(dialog);
  const go = (run) => () => { end(); run(); };
  const list = h("div", { class: "switch-list", role: "listbox", "aria-label": "People and conversations" });
  const box = h("input", { class: "switch-box", type: "text", placeholder: only ? "Who do you want to be?" : "Be somebody or go somewhere", "aria-label": "Filter people and conversations", autocomplete: "off" });
  const entries = entriesFor(only);
  const draw = () => {
    const words = box.value.toLowerCase();
    const found = entries.filter((e) => `${e.words} ${e.more}`.toLowerCase().includes(words));
    list.replaceChildren(...found.map((e) => h("button", { type: "button", role: "option", class: "switch-item", "aria-selected": String(Boolean(e.now)), on: { click: go(e.run) } },
      e.mark, h("span", { class: "switch-words" }, h("strong", {}, e.words), h("small", {}, e.more)), e.now && h("span", { class: "tag" }, "you"))));
    if (!found.length) list.append(h("div", { class: "empty-line" }, "Nobody and nothing by that name."));
  };
  box.addEventListener("input", draw);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") list.querySelector(".switch-item")?.click();
    if (event.key === "ArrowDown") { event.preventDefault(); list.querySelector(".switch-item")?.focus(); }
  });
  arrowKeys(list, ".switch-item");
  list.addEventListener("keydown", (event) => { if (event.key === "ArrowUp" && document.activeElement === list.firstChild) box.focus(); });
  const dialog = h("dialog", { class: "dialog switcher", "aria-label": "Switch person or conversation" }, h("div", { class: "switch-head" }, icon("search"), box, h("kbd", {}, "esc")), list);
  draw();
  show(dialog, end);
  box.focus();
}

function entriesFor(only) {
  const suggested = new Map(store.welcome.map((w) => [w.member_id, w.role]));
  const people = [...store.members.values()].filter((m) => !m.is_bot && !m.deleted)
    .sort((a, b) => Number(suggested.has(b.id)) - Number(suggested.has(a.id)) || memberName(a.id).localeCompare(memberName(b.id)))
    .map((m) => ({ words: memberName(m.id), more: [suggested.get(m.id), m.profile.title].filter((v, n, all) => v && all.indexOf(v) === n).join(" · ") || "Member", mark: avatar(m.id, "small"), now: m.id === store.me, run: () => becomes(m.id) }));
  if (only === "people") return people;
  const direct = { words: store.app.name, more: "Direct message", mark: avatar(store.app.user, "small"), run: () => visitChannel(directChannel()) };
  const home = { words: `${store.app.name} Home`, more: "Home tab", mark: h("span", { class: "switch-mark" }, icon("home")), run: () => visitChannel(directChannel(), { tab: "home" }) };
  const start = { words: "What to try", more: "First screen", mark: h("span", { class: "switch-mark" }, icon("spark")), run: showWelcome };
  const channels = myChannels().map((c) => ({ words: `#${channelName(c.id)}`, more: c.topic?.value || `${c.people.length} members`, mark: h("span", { class: "switch-mark" }, icon(c.is_private ? "lock" : "hash")), run: () => visitChannel(c.id) }));
  return [direct, home, ...channels, ...people, ...(store.welcome.length ? [start] : [])].filter((e) => e && member(store.me));
}
