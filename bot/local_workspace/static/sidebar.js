// Who you are and where you can go.

import { h, icon, arrowKeys, switchKeys } from "./dom.js";
import { directChannel, member, memberName, myChannels, showWelcome, store, unread, visitChannel } from "./store.js";
import { avatar } from "./people.js";
import { switcher } from "./dialogs.js";

export function drawSidebar(bar) {
  const focused = bar.contains(document.activeElement) && document.activeElement.dataset.go;
  const me = member(store.me);
  const role = store.welcome.find((w) => w.member_id === store.me)?.role || me.profile.title || "Member";
  const item = (go, mark, words, active, run, count = 0, badge = false) => h("button", {
    type: "button", class: ["side-item", count > 0 && "unread"], "aria-current": active ? "page" : null, "data-go": go, on: { click: () => { document.getElementById("app").classList.remove("with-sidebar"); run(); } },
  }, mark, h("span", { class: "side-words" }, words), count > 0 && h("span", { class: badge ? "badge" : "dot" }, badge ? count : "", h("span", { class: "hidden" }, badge ? " unread" : "unread")));
  const dm = directChannel();
  const list = h("div", { class: "side-list" },
    store.welcome.length > 0 && item("start", icon("spark"), "What to try", !store.channel, showWelcome),
    h("h2", {}, "Direct messages"),
    dm && item("dm", avatar(store.app.user, "tiny"), store.app.name, store.channel === dm && store.tab !== "home", () => visitChannel(dm), unread(dm), true),
    dm && item("home", icon("home"), "Home", store.channel === dm && store.tab === "home", () => visitChannel(dm, { tab: "home" })),
    h("h2", {}, "Channels"),
    myChannels().map((c) => item(c.id, icon(c.is_private ? "lock" : "hash"), c.name, store.channel === c.id, () => visitChannel(c.id), unread(c.id))));
  arrowKeys(list, ".side-item");
  bar.replaceChildren(
    h("div", { class: "team" }, h("strong", {}, store.team.name), h("span", { class: ["live", store.live && store.connected && "on"], title: state() }, h("span", {}, state()))),
    h("button", { type: "button", class: "who", "data-go": "who", "aria-haspopup": "dialog", on: { click: () => switcher("people") } }, avatar(store.me), h("span", { class: "who-words" }, h("small", {}, "You are"), h("strong", {}, memberName(store.me)), h("small", {}, role)), icon("chevron")),
    list,
    h("button", { type: "button", class: "side-find", "data-go": "find", on: { click: () => switcher() } }, icon("search"), "Switch", h("kbd", {}, switchKeys)));
  if (focused) bar.querySelector(`[data-go="${CSS.escape(focused)}"]`)?.focus();
}

function state() {
  if (!store.live) return "reconnecting…";
  return store.connected ? `${store.app.name} is connected` : `${store.app.name} is not connected`;
}
