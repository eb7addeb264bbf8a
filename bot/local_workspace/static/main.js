// Starts the page: loads what the server knows, then redraws what its changes touch.

import { h } from "./dom.js";
import { changed, connect, load, markRead, onChange, store, visitChannel } from "./store.js";
import { drawInspector } from "./inspector.js";
import { drawModal, switcher } from "./dialogs.js";
import { drawPane, drawThread } from "./conversation.js";
import { drawSidebar } from "./sidebar.js";
import { openPermalink } from "./text.js";

const at = (id) => document.getElementById(id);

onChange((regions) => {
  const touched = (name) => regions.has("all") || regions.has(name);
  if (touched("sidebar")) drawSidebar(at("sidebar"));
  if (touched("pane")) drawPane(at("pane"));
  if (touched("thread")) drawThread(at("thread"));
  if (touched("inspector")) drawInspector(at("inspector"));
  if (touched("views")) drawModal();
  at("app").classList.toggle("has-thread", !at("thread").hidden);
  at("app").classList.toggle("has-inspector", store.inspecting);
  document.title = `${store.app.name || ""} · ${store.team.name || "Workspace"}`;
});

document.addEventListener("keydown", (event) => {
  if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    switcher();
  } else if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
    if (store.thread) { store.thread = null; changed("thread", "pane"); } else if (store.inspecting) { store.inspecting = false; changed("inspector", "pane"); }
  }
});

// Menus made of <details> close when one clicks elsewhere or presses Escape.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.multi[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("visibilitychange", markRead);

try {
  await load();
  if (location.pathname.startsWith("/archives/")) {
    openPermalink(new URL(location.href));
    history.replaceState(null, "", "/");
  } else if (store.channel) visitChannel(store.channel, { tab: store.tab, thread: store.thread });
  connect();
} catch (problem) {
  console.error(problem);
  at("pane").replaceChildren(h("div", { class: "empty" }, h("h2", {}, "The workspace is not answering"), h("p", {}, "Start it, then load this page again.")));
}
