// The pane: a channel, the conversation with the app, or the app's Home tab; and the thread beside it.

import { h, icon, iconButton, reconcile, toast } from "./dom.js";
import { act, changed, channelName, inThread, isApp, isDirect, memberName, messagesOf, openThread, repliesOf, statusOf, store, visitChannel } from "./store.js";
import { attachments, blocks, files } from "./blocks.js";
import { avatar } from "./people.js";
import { composer } from "./composer.js";
import { emoji, mrkdwn, plain } from "./text.js";
import { welcome } from "./welcome.js";

const seconds = (ts) => Number(ts) * 1000;
const time = (ts) => new Date(seconds(ts)).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
const day = (ts) => {
  const date = new Date(seconds(ts));
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / 86400000);
  return days === 0 ? "Today" : days === 1 ? "Yesterday" : date.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" });
};

// One message

function message(m, { compact = false, summary = null, inPanel = false } = {}) {
  const place = { source: { channel: m.channel, ts: m.ts }, values: new Map() };
  const words = m.blocks?.length && !(m.blocks.length === 1 && m.blocks[0].block_id === "typed") ? blocks(m.blocks, place) : m.text && h("div", { class: "words" }, mrkdwn(m.text));
  const head = !compact && h("div", { class: "message-head" }, h("strong", {}, memberName(m.user)), isApp(m.user) && h("span", { class: "tag" }, "app"), h("time", { datetime: new Date(seconds(m.ts)).toISOString() }, time(m.ts)));
  return h("article", { class: ["message", compact && "compact", m.ephemeral_to && "ephemeral", store.highlight === m.ts && "highlight", m.streaming && "streaming"], "aria-label": `${memberName(m.user)}, ${time(m.ts)}`, "data-ts": m.ts },
    h("div", { class: "gutter" }, compact ? h("time", {}, time(m.ts)) : avatar(m.user)),
    h("div", { class: "message-body" },
      m.ephemeral_to && h("div", { class: "only-you" }, icon("eye"), "Only visible to you"),
      head, words, attachments(m.attachments, place), files(m.files),
      m.edited && h("span", { class: "edited" }, "(edited)"), reactions(m), summary),
    tools(m, inPanel));
}

function reactions(m) {
  if (!m.reactions?.length) return null;
  return h("div", { class: "reactions" }, m.reactions.map((r) => h("button", {
    type: "button", class: "reaction", "aria-pressed": String(r.users.includes(store.me)), "aria-label": `${r.name.replaceAll("_", " ")}, ${r.count}`, title: r.users.map(memberName).join(", "),
    on: { click: () => act("react", { channel: m.channel, ts: m.ts, name: r.name }) },
  }, emoji(r.name), h("span", {}, r.count))));
}

function tools(m, inPanel) {
  if (m.ephemeral_to) return h("div", { class: "tools" }, iconButton("close", "Dismiss", () => act("delete", { channel: m.channel, ts: m.ts })));
  const direct = isDirect(m.channel);
  const quick = (name, shape, words) => iconButton(shape, `React: ${words}`, () => act("react", { channel: m.channel, ts: m.ts, name }));
  const reply = () => (direct ? continueIn(m.channel, m.thread_ts || m.ts) : openThread(m.channel, m.thread_ts || m.ts));
  return h("div", { class: "tools" }, quick("+1", "up", "thumbs up"), quick("eyes", "eye", "looking"), quick("white_check_mark", "check", "done"), !inPanel && iconButton("reply", direct ? "Continue this conversation" : "Reply in thread", reply),
    iconButton("link", "Copy link", () => copyLink(m)), m.user === store.me && iconButton("trash", "Delete", () => act("delete", { channel: m.channel, ts: m.ts })));
}

async function copyLink(m) {
  const link = `${location.origin}/archives/${m.channel}/p${m.ts.replace(".", "")}${inThread(m) ? `?thread_ts=${m.thread_ts}` : ""}`;
  try {
    await navigator.clipboard.writeText(link);
    toast("Link copied");
  } catch {
    toast(link);
  }
}

function continueIn(channel, root) {
  store.replying.set(`${store.me}/${channel}`, root);
  changed("pane");
  requestAnimationFrame(() => document.querySelector("#composer textarea")?.focus());
}

// Lists of messages

function rows(list, options = () => ({})) {
  const wanted = [];
  let before = null;
  for (const m of list) {
    if (!before || day(before.ts) !== day(m.ts)) {
      const name = day(m.ts);
      wanted.push({ key: `day-${name}`, sign: name, make: () => h("div", { class: "day", role: "separator" }, h("span", {}, name)) });
      before = null;
    }
    const extra = options(m);
    const compact = Boolean(before) && before.user === m.user && m.ts - before.ts < 300 && !extra.apart && !m.ephemeral_to && !before.ephemeral_to && !before.apart;
    const sign = JSON.stringify([m, compact, extra.sign, store.highlight === m.ts, store.me]);
    wanted.push({ key: m.ts, sign, make: () => message(m, { compact, ...extra }) });
    if (extra.after) wanted.push(...extra.after);
    before = extra.after?.length ? null : { ...m, apart: extra.apart };
  }
  return wanted;
}

function statusRow(channel, root) {
  const s = statusOf(channel, root);
  const working = store.sessions.get(`${channel}/${root}`) === "processing";
  if (!s && !working) return [];
  const words = s?.status || "is working…";
  const stop = working && h("button", { type: "button", class: "button tiny", on: { click: () => act("stop", { channel, thread_ts: root }) } }, icon("stop"), "Stop");
  return [{ key: `status-${root}`, sign: JSON.stringify([s, working]), make: () => h("div", { class: "status", role: "status" }, h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")), `${store.app.name} ${words}`, s?.loading_messages?.[0] && h("span", { class: "muted" }, s.loading_messages[0]), stop) }];
}

// A channel: messages outside threads, each with what its thread holds.
function channelRows(channel) {
  return rows(messagesOf(channel).filter((m) => !inThread(m)), (m) => {
    const replies = repliesOf(channel, m.ts);
    const status = statusRow(channel, m.ts);
    if (!replies.length) return { after: status };
    const faces = [...new Set(replies.map((r) => r.user))].slice(0, 4);
    const last = replies.at(-1);
    const words = `${replies.length} ${replies.length === 1 ? "reply" : "replies"}`;
    const summary = h("button", { type: "button", class: ["summary", store.thread === m.ts && "open"], on: { click: () => openThread(channel, m.ts) } }, faces.map((f) => avatar(f, "tiny")), h("strong", {}, words), h("span", { class: "muted" }, `last at ${time(last.ts)}`));
    return { summary, sign: [words, last.ts, store.thread === m.ts], after: status };
  });
}

// The conversation with the app: every message of one's own starts one, and its thread stands right below it.
function directRows(channel) {
  const all = messagesOf(channel);
  const roots = all.filter((m) => !inThread(m));
  const wanted = [];
  for (const root of roots) {
    const title = store.titles.get(`${channel}/${root.ts}`);
    if (title) wanted.push({ key: `title-${root.ts}`, sign: title, make: () => h("div", { class: "conversation-title" }, title) });
    wanted.push(...rows([root, ...repliesOf(channel, root.ts)]).map((r) => ({ ...r, key: r.key.startsWith("day-") ? `${r.key}-${root.ts}` : r.key })), ...statusRow(channel, root.ts));
  }
  let last = "";
  return wanted.filter((r) => {
    if (!r.key.startsWith("day-")) return true;
    const same = r.sign === last;
    last = r.sign;
    return !same;
  });
}

// The pane

// A list follows its newest message until the reader moves away from it; one's own message brings them back.
function follow(list) {
  const stay = () => requestAnimationFrame(() => { list.dataset.follow = list.scrollHeight - list.scrollTop - list.clientHeight < 80 ? "yes" : "no"; });
  for (const event of ["wheel", "touchmove", "keyup", "pointerup"]) list.addEventListener(event, stay, { passive: true });
  list.dataset.follow = "yes";
  return list;
}

function settle(list, newest) {
  const fresh = newest && list.dataset.newest !== newest.ts;
  const sign = JSON.stringify(newest);
  if (fresh && newest.user === store.me) list.dataset.follow = "yes";
  if (list.dataset.follow === "yes" && (list.dataset.shown !== sign || list.querySelector(".status"))) toEnd(list);
  list.dataset.newest = newest?.ts || "";
  list.dataset.shown = sign;
}

export function drawPane(pane) {
  if (!store.channel) return welcome(pane);
  const channel = store.channels.get(store.channel);
  const direct = isDirect(store.channel);
  const home = direct && store.tab === "home";
  const place = `${store.me}/${store.channel}/${home ? "home" : "messages"}`;
  if (pane.dataset.place !== place) {
    pane.replaceChildren(head(channel, direct, home), home ? h("div", { class: "home", tabindex: "-1" }) : follow(h("div", { class: "messages", role: "log", "aria-label": "Messages", tabindex: "0" })), ...(home ? [] : [h("div", { class: "below" })]));
    pane.dataset.place = place;
    pane.dataset.sign = "";
    if (innerWidth > 820) requestAnimationFrame(() => document.querySelector("dialog[open]") || pane.querySelector("textarea")?.focus());
  }
  pane.firstChild.replaceWith(head(channel, direct, home));
  if (home) return drawHome(pane.querySelector(".home"));
  drawMessages(pane, channel, direct, place);
  return undefined;
}

function drawMessages(pane, channel, direct, place) {
  const list = pane.querySelector(".messages");
  const wanted = direct ? directRows(channel.id) : channelRows(channel.id);
  if (!wanted.length) wanted.push({ key: "empty", sign: place, make: () => empty(channel, direct) });
  reconcile(list, wanted);
  const below = pane.querySelector(".below");
  const member_ = channel.people.includes(store.me);
  const root = direct ? store.replying.get(`${store.me}/${channel.id}`) : null;
  const sign = JSON.stringify([place, root, member_, store.prompts.get(channel.id), messagesOf(channel.id).length > 0 && root]);
  if (below.dataset.sign !== sign) {
    const had = below.contains(document.activeElement);
    below.dataset.sign = sign;
    below.replaceChildren(...underneath(channel, direct, root));
    if (had) below.querySelector("textarea")?.focus();
  }
  const target = store.highlight && list.querySelector(`[data-ts="${CSS.escape(store.highlight)}"]`);
  if (target) { target.scrollIntoView({ block: "center" }); store.highlight = null; list.dataset.follow = "no"; } else settle(list, messagesOf(channel.id).at(-1));
}

// Down to the newest message; one taller than the pane is shown from its beginning.
function toEnd(list) {
  const last = list.lastElementChild;
  const tall = last?.matches(".message") && last.offsetHeight > list.clientHeight - 40;
  list.scrollTop = tall ? last.offsetTop - list.offsetTop - 8 : list.scrollHeight;
}

function underneath(channel, direct, root) {
  const prompts = direct && !root && store.prompts.get(channel.id);
  const start = (text) => act("say", { channel: channel.id, text });
  const chips = prompts && h("div", { class: "prompts", role: "group", "aria-label": prompts.title || "Suggestions" }, prompts.title && h("span", { class: "muted" }, prompts.title),
    prompts.prompts.map((p) => h("button", { type: "button", class: "prompt", title: p.message, on: { click: () => start(p.message) } }, p.title)));
  const leave = () => { store.replying.delete(`${store.me}/${channel.id}`); changed("pane"); };
  const about = root && store.messages.get(channel.id)?.get(root);
  const note = about && h("div", { class: "continuing" }, icon("reply"), h("span", {}, "Continuing ", h("em", {}, store.titles.get(`${channel.id}/${root}`) || plain(about.text).slice(0, 80))), h("button", { type: "button", class: "button tiny", on: { click: leave } }, icon("plus"), "New conversation"));
  const sent = (ts) => { if (direct && !root) { store.replying.set(`${store.me}/${channel.id}`, ts); changed("pane"); } };
  return [chips, composer({ channel: channel.id, thread: root, id: "composer", sent, leave: root ? leave : null, note, commands: true,
    placeholder: direct ? (root ? `Reply to ${store.app.name}` : `Message ${store.app.name}`) : `Message #${channelName(channel.id)}` })].filter(Boolean);
}

function empty(channel, direct) {
  const words = direct
    ? ["Talk to " + store.app.name, store.app.description || "Write what you want to know or do, in plain words."]
    : [`#${channelName(channel.id)}`, channel.topic?.value || `This is the very beginning. Mention @${store.app.name} to ask it something.`];
  return h("div", { class: "empty" }, direct ? avatar(store.app.user, "large") : h("span", { class: "empty-mark" }, icon("hash")), h("h2", {}, words[0]), h("p", {}, words[1]));
}

function head(channel, direct, home) {
  const tab = (name, words) => h("button", { type: "button", role: "tab", "aria-selected": String((home ? "home" : "messages") === name), on: { click: () => visitChannel(channel.id, { tab: name }) } }, words);
  const people = channel.people.filter((p) => !isApp(p));
  return h("header", { class: "pane-head" },
    iconButton("menu", "Show the sidebar", () => document.getElementById("app").classList.toggle("with-sidebar"), { class: "narrow-only" }),
    direct ? avatar(store.app.user, "small") : h("span", { class: "head-mark" }, icon(channel.is_private ? "lock" : "hash")),
    h("div", { class: "head-words" }, h("h1", {}, channelName(channel.id)), !direct && h("span", { class: "muted" }, channel.topic?.value)),
    direct && h("div", { class: "tabs", role: "tablist" }, tab("home", "Home"), tab("messages", "Messages")),
    h("span", { class: "space" }),
    !direct && h("span", { class: "faces", title: people.map(memberName).join(", "), "aria-label": `${channel.people.length} members` }, people.slice(0, 3).map((p) => avatar(p, "tiny")), h("span", { class: "muted" }, channel.people.length)),
    iconButton("pulse", "Inspector: traffic and faults", () => { store.inspecting = !store.inspecting; changed("inspector", "pane"); }, { class: store.inspecting ? "pressed" : "", attributes: { "aria-pressed": String(store.inspecting) } }));
}

function drawHome(box) {
  const view = store.homes[store.me];
  if (!view) return box.replaceChildren(h("div", { class: "empty" }, avatar(store.app.user, "large"), h("h2", {}, "Nothing here yet"), h("p", {}, `${store.app.name} has been told that you opened its Home tab.`)));
  if (box.dataset.hash === view.hash) return undefined;
  const scroll = box.scrollTop;
  box.dataset.hash = view.hash;
  box.replaceChildren(h("div", { class: "home-sheet" }, blocks(view.blocks, { source: { view: view.id }, values: new Map() })));
  box.scrollTop = scroll;
  return undefined;
}

// The thread

export function drawThread(panel) {
  const open = Boolean(store.thread && store.channel && !isDirect(store.channel));
  panel.hidden = !open;
  if (!open) { panel.dataset.place = ""; return; }
  const place = `${store.me}/${store.channel}/${store.thread}`;
  if (panel.dataset.place !== place) {
    panel.dataset.place = place;
    const close = () => { store.thread = null; changed("thread", "pane"); };
    panel.replaceChildren(h("header", { class: "pane-head" }, h("div", { class: "head-words" }, h("h2", {}, "Thread"), h("span", { class: "muted" }, `#${channelName(store.channel)}`)), h("span", { class: "space" }), iconButton("close", "Close the thread", close)),
      follow(h("div", { class: "messages", role: "log", "aria-label": "Replies", tabindex: "0" })),
      h("div", { class: "below" }, composer({ channel: store.channel, thread: store.thread, placeholder: "Reply…", leave: close })));
  }
  const list = panel.querySelector(".messages");
  const root = store.messages.get(store.channel)?.get(store.thread);
  const replies = repliesOf(store.channel, store.thread);
  const wanted = rows([root, ...replies].filter(Boolean), () => ({ inPanel: true }));
  if (replies.length) wanted.splice(wanted.findIndex((r) => r.key === store.thread) + 1, 0, { key: "count", sign: String(replies.length), make: () => h("div", { class: "day" }, h("span", {}, `${replies.length} ${replies.length === 1 ? "reply" : "replies"}`)) });
  reconcile(list, [...wanted, ...statusRow(store.channel, store.thread)]);
  settle(list, replies.at(-1) || root);
}

