// Where one writes: Enter sends, Shift-Enter breaks the line, "/" offers commands, "@" people, Escape leaves.

import { h, iconButton } from "./dom.js";
import { act, member, memberName, store } from "./store.js";
import { avatar } from "./people.js";

const drafts = new Map();

export function composer({ channel, thread = null, placeholder, id = null, sent = () => {}, leave = null, note = null, commands = !thread }) {
  const key = `${store.me}/${channel}/${thread || ""}`;
  const menu = h("div", { class: "menu suggestions", role: "listbox", "aria-label": "Suggestions", hidden: true });
  const box = h("textarea", { rows: 1, placeholder, "aria-label": placeholder, autocomplete: "off", spellcheck: "true", value: drafts.get(key) || "" });
  const send = iconButton("send", "Send", () => submit(), { class: "send" });
  let offered = [];
  let at = 0;

  const grow = () => {
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 220)}px`;
    send.disabled = !box.value.trim();
  };
  const put = (value) => { box.value = value; drafts.set(key, value); grow(); };

  async function submit() {
    const text = box.value.trim();
    if (!text) return;
    hide();
    const command = commands && text.match(/^(\/[\w-]+)(?:\s+([\s\S]*))?$/);
    put("");
    const answer = command && store.app.commands.some((c) => c.command === command[1])
      ? await act("slash", { channel, command: command[1], text: command[2] || "" })
      : await act("say", { channel, text, thread_ts: thread });
    if (!answer.ok) put(text);
    else if (answer.ts) sent(answer.ts);
  }

  function hide() {
    menu.hidden = true;
    offered = [];
    box.removeAttribute("aria-activedescendant");
  }

  // What the word before the cursor could become.
  function suggestions() {
    const before = box.value.slice(0, box.selectionStart);
    const command = commands && before.match(/^\/(\S*)$/);
    if (command) {
      return store.app.commands.filter((c) => c.command.slice(1).startsWith(command[1]))
        .map((c) => ({ words: c.command, more: [c.usage_hint, c.description].filter(Boolean).join(" — "), from: 0, value: `${c.command} ` }));
    }
    const mention = before.match(/(^|\s)@([\p{L}\w .-]{0,30})$/u);
    if (!mention) return [];
    const typed = mention[2].toLowerCase();
    const from = before.length - mention[2].length - 1;
    const here = new Set(store.channels.get(channel)?.people || []);
    return [...store.members.values()].filter((m) => !m.deleted && (m.id === store.app.user || !m.is_bot) && m.id !== store.me)
      .filter((m) => [memberName(m.id), m.name].some((n) => n.toLowerCase().split(/\s+/).some((w, i, all) => all.slice(i).join(" ").startsWith(typed))))
      .sort((a, b) => Number(b.id === store.app.user) - Number(a.id === store.app.user) || Number(here.has(b.id)) - Number(here.has(a.id)) || memberName(a.id).localeCompare(memberName(b.id)))
      .slice(0, 7).map((m) => ({ words: memberName(m.id), more: member(m.id).profile.title, face: m.id, from, value: `@${memberName(m.id)} ` }));
  }

  function offer() {
    offered = suggestions();
    at = 0;
    drawMenu();
  }

  function drawMenu() {
    menu.hidden = !offered.length;
    menu.replaceChildren(...offered.map((o, n) => h("div", { class: "menu-item", role: "option", id: `suggestion-${n}`, "aria-selected": String(n === at), on: { mousedown: (event) => { event.preventDefault(); take(n); } } },
      o.face && avatar(o.face, "tiny"), h("strong", {}, o.words), o.more && h("small", {}, o.more))));
    if (offered.length) box.setAttribute("aria-activedescendant", `suggestion-${at}`);
    menu.children[at]?.scrollIntoView({ block: "nearest" });
  }

  // What is typed to its end already is sent by Enter, not completed once more.
  const complete = () => box.value.slice(offered[at].from, box.selectionStart).trim().toLowerCase() === offered[at].value.trim().toLowerCase();

  function take(n) {
    const chosen = offered[n];
    const end = box.selectionStart;
    put(box.value.slice(0, chosen.from) + chosen.value + box.value.slice(end));
    box.selectionStart = box.selectionEnd = chosen.from + chosen.value.length;
    hide();
    box.focus();
  }

  box.addEventListener("input", () => { drafts.set(key, box.value); grow(); offer(); });
  box.addEventListener("blur", () => setTimeout(hide, 100));
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (offered.length && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      at = (at + (event.key === "ArrowDown" ? 1 : offered.length - 1)) % offered.length;
      drawMenu();
    } else if (offered.length && (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey && !complete()))) {
      event.preventDefault();
      take(at);
    } else if (event.key === "Escape") {
      if (offered.length) { event.stopPropagation(); hide(); } else if (leave) { event.stopPropagation(); leave(); }
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      submit();
    }
  });
  requestAnimationFrame(grow);
  return h("div", { class: "composer", id }, note, h("div", { class: "composer-box" }, menu, box, send),
    h("div", { class: "composer-hint", "aria-hidden": "true" }, h("span", {}, h("kbd", {}, "Enter"), " sends"), h("span", {}, h("kbd", {}, "Shift Enter"), " new line"), commands && store.app.commands.length > 0 && h("span", {}, h("kbd", {}, "/"), " commands"), h("span", {}, h("kbd", {}, "@"), " mention")));
}
