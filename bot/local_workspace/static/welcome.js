// The first screen: what to try, as whom. A click says it as that person.

import { h, icon, iconButton, switchKeys } from "./dom.js";
import { act, becomes, changed, directChannel, memberName, store, visitChannel } from "./store.js";
import { avatar } from "./people.js";

export function welcome(pane) {
  const sign = JSON.stringify([store.welcome, store.me, store.inspecting]);
  if (pane.dataset.place === "welcome" && pane.dataset.sign === sign) return;
  pane.dataset.place = "welcome";
  pane.dataset.sign = sign;
  pane.replaceChildren(
    h("header", { class: "pane-head plain" }, iconButton("menu", "Show the sidebar", () => document.getElementById("app").classList.toggle("with-sidebar"), { class: "narrow-only" }), h("span", { class: "space" }),
      iconButton("pulse", "Inspector: traffic and faults", () => { store.inspecting = !store.inspecting; changed("inspector", "pane"); })),
    h("div", { class: "welcome" },
      h("div", { class: "welcome-head" }, avatar(store.app.user, "large"), h("h1", {}, `Meet ${store.app.name}`), h("p", {}, store.app.description || `Be one of your colleagues and ask ${store.app.name} something.`)),
      h("div", { class: "welcome-cards" }, store.welcome.map(card)),
      h("p", { class: "welcome-end" }, h("kbd", {}, switchKeys), " to be anybody else or go to a channel")));
}

function card(suggestion) {
  const me = suggestion.member_id;
  const go = (run) => async () => { becomes(me); await run(); };
  const open = go(() => visitChannel(directChannel()));
  const ask = (prompt) => go(async () => {
    visitChannel(directChannel());
    const answer = await act("say", { channel: directChannel(), text: prompt });
    if (answer.ok) { store.replying.set(`${store.me}/${store.channel}`, answer.ts); changed("pane"); }
  });
  return h("section", { class: "welcome-card", "aria-label": `${memberName(me)}, ${suggestion.role}` },
    h("button", { type: "button", class: "welcome-person", on: { click: open } }, avatar(me), h("span", {}, h("strong", {}, memberName(me)), h("small", {}, suggestion.role))),
    suggestion.line && h("p", {}, suggestion.line),
    h("div", { class: "welcome-prompts" }, suggestion.prompts.map((p) => h("button", { type: "button", class: "prompt", on: { click: ask(p) } }, h("span", {}, p), icon("send")))));
}
