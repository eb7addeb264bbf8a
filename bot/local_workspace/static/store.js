// What the page knows, fetched once and kept up to date by the server's changes. The server is the truth.

import { toast } from "./dom.js";

export const store = {
  ready: false, live: false, number: 0, me: null, channel: null, tab: "messages", thread: null, replying: new Map(), highlight: null,
  team: {}, app: {}, members: new Map(), channels: new Map(), messages: new Map(), views: {}, homes: {}, statuses: new Map(), sessions: new Map(),
  titles: new Map(), prompts: new Map(), read: {}, traffic: [], faults: {}, connected: false, welcome: [], inspecting: false,
};

const listeners = new Set();
let drawing = false;
const dirty = new Set();

// Runs `draw(regions)` at most once a frame, with the names of what changed.
export function onChange(draw) {
  listeners.add(draw);
}

export function changed(...regions) {
  regions.forEach((r) => dirty.add(r));
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    const regionsNow = new Set(dirty);
    dirty.clear();
    listeners.forEach((draw) => draw(regionsNow));
  });
}

// Reading

export const member = (id) => store.members.get(id) || { id, name: id, real_name: id, profile: {} };
export const memberName = (id) => member(id).real_name || member(id).name;
export const isApp = (id) => id === store.app.user;
export const isDirect = (id) => Boolean(store.channels.get(id)?.is_im);

export function channelName(id) {
  const channel = store.channels.get(id);
  if (!channel) return id;
  if (channel.is_im) return store.app.name;
  return channel.name || "group";
}

export function directChannel(user = store.me) {
  return [...store.channels.values()].find((c) => c.is_im && c.user === user)?.id;
}

export function myChannels() {
  const mine = [...store.channels.values()].filter((c) => !c.is_im && !c.is_archived && c.people.includes(store.me));
  return mine.sort((a, b) => a.name.localeCompare(b.name));
}

const visible = (m) => !m.ephemeral_to || m.ephemeral_to === store.me;

export function messagesOf(channel) {
  const all = [...(store.messages.get(channel)?.values() || [])].filter(visible);
  return all.sort((a, b) => (a.ts < b.ts ? -1 : 1));
}

export const inThread = (m) => Boolean(m.thread_ts) && m.thread_ts !== m.ts;

export function repliesOf(channel, root) {
  return messagesOf(channel).filter((m) => inThread(m) && m.thread_ts === root);
}

export function unread(channel) {
  const until = store.read[`${store.me}/${channel}`] || "";
  return messagesOf(channel).filter((m) => m.ts > until && m.user !== store.me).length;
}

export function statusOf(channel, thread) {
  return store.statuses.get(`${channel}/${thread}`);
}

// Acting

export async function act(name, body = {}) {
  try {
    const response = await fetch("/page/act", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ act: name, user: store.me, ...body }),
    });
    const answer = await response.json();
    if (!answer.ok) toast(answer.error || "That did not work.", "error");
    return answer;
  } catch {
    toast("The workspace is not answering. Is it still running?", "error");
    return { ok: false };
  }
}

export function becomes(user) {
  store.me = user;
  store.thread = null;
  remember();
  const here = store.channels.get(store.channel);
  if (store.channel && (!here || here.is_im || !here.people.includes(user))) visitChannel(directChannel(), { tab: here?.is_im ? store.tab : "messages" });
  else changed("all");
}

export function visitChannel(id, { ts = null, thread = null, tab = "messages" } = {}) {
  if (id && !store.channels.has(id)) return toast("There is no such conversation.", "error");
  const owner = store.channels.get(id)?.is_im && store.channels.get(id).user;
  if (owner && owner !== store.me) store.me = owner;
  store.channel = id;
  store.tab = tab;
  store.thread = thread && !isDirect(id) ? thread : null;
  store.highlight = ts;
  remember();
  if (id && isDirect(id)) act("open", { tab });
  markRead();
  changed("all");
  return undefined;
}

export function showWelcome() {
  store.channel = null;
  store.thread = null;
  remember();
  changed("all");
}

export function openThread(channel, root) {
  store.channel = channel;
  store.thread = root;
  remember();
  changed("thread", "pane");
}

export function markRead() {
  const last = messagesOf(store.channel).at(-1);
  const key = `${store.me}/${store.channel}`;
  if (!last || document.hidden || (store.read[key] || "") >= last.ts) return;
  store.read[key] = last.ts;
  act("read", { channel: store.channel, ts: last.ts });
}

function remember() {
  const { me, channel, tab, thread } = store;
  sessionStorage.setItem("place", JSON.stringify({ me, channel, tab, thread }));
}

// The server's side

export async function load() {
  const snapshot = await (await fetch("/page/snapshot")).json();
  const first = !store.ready;
  Object.assign(store, {
    ready: true, number: snapshot.number, team: snapshot.team, app: snapshot.app, welcome: snapshot.welcome, read: snapshot.read,
    traffic: snapshot.traffic, faults: snapshot.faults, connected: snapshot.connected, views: snapshot.views, homes: snapshot.homes,
    members: new Map(snapshot.members.map((m) => [m.id, m])), channels: new Map(snapshot.channels.map((c) => [c.id, c])),
    messages: new Map(), statuses: new Map(), sessions: new Map(), titles: new Map(), prompts: new Map(snapshot.prompts.map((p) => [p.channel, p])),
  });
  snapshot.messages.forEach(keep);
  snapshot.statuses.forEach((s) => store.statuses.set(`${s.channel}/${s.thread_ts}`, s));
  snapshot.sessions.forEach((s) => store.sessions.set(`${s.channel}/${s.thread_ts}`, s.status));
  snapshot.titles.forEach((t) => store.titles.set(`${t.channel}/${t.thread_ts}`, t.title));
  if (first) resume();
  changed("all");
}

function resume() {
  let place = {};
  try {
    place = JSON.parse(sessionStorage.getItem("place") || "{}");
  } catch { /* a broken memory is no memory */ }
  const people = [...store.members.values()].filter((m) => !m.is_bot && !m.deleted);
  store.me = store.members.has(place.me) ? place.me : store.welcome[0]?.member_id || people[0]?.id;
  if (store.channels.has(place.channel)) Object.assign(store, { channel: place.channel, tab: place.tab, thread: place.thread });
  else if (!store.welcome.length) store.channel = directChannel();
}

function keep(message) {
  if (!store.messages.has(message.channel)) store.messages.set(message.channel, new Map());
  store.messages.get(message.channel).set(message.ts, message);
}

const TAKE = {
  posted: (m) => {
    keep(m);
    if (!store.channels.has(m.channel)) load();
    if (m.channel === store.channel) markRead();
    followMyThread(m);
    return ["pane", "thread", "sidebar"];
  },
  updated: (m) => (keep(m), ["pane", "thread", "sidebar"]),
  reacted: (m) => (keep(m), ["pane", "thread"]),
  deleted: ({ channel, ts }) => (store.messages.get(channel)?.delete(ts), ["pane", "thread", "sidebar"]),
  status: (s) => {
    if (s.status) store.statuses.set(`${s.channel}/${s.thread_ts}`, s);
    else store.statuses.delete(`${s.channel}/${s.thread_ts}`);
    return ["pane", "thread"];
  },
  session: (s) => (store.sessions.set(`${s.channel}/${s.thread_ts}`, s.status), ["pane", "thread"]),
  title: (t) => (store.titles.set(`${t.channel}/${t.thread_ts}`, t.title), ["pane", "thread"]),
  prompts: (p) => (store.prompts.set(p.channel, p), ["pane"]),
  view: ({ user, stack }) => ((store.views[user] = stack), ["views"]),
  views: ({ user, stack }) => ((store.views[user] = stack), ["views"]),
  home: (view) => ((store.homes[view.user] = view), ["pane"]),
  channel: ({ channel, members }) => {
    const place = store.channels.get(channel);
    if (place) Object.assign(place, { people: members, num_members: members.length });
    return ["sidebar", "pane"];
  },
  connections: ({ connected }) => ((store.connected = connected), ["sidebar", "inspector"]),
  faults: (faults) => ((store.faults = faults), ["inspector"]),
  traffic: (entry) => {
    store.traffic.push(entry);
    if (store.traffic.length > 1500) store.traffic.shift();
    return store.inspecting ? ["inspector"] : [];
  },
};

// In a channel the app answers in a thread: the person who asked sees it at once.
function followMyThread(m) {
  const root = inThread(m) && store.messages.get(m.channel)?.get(m.thread_ts);
  const mine = root && root.user === store.me && (!m.ephemeral_to || m.ephemeral_to === store.me);
  if (mine && m.channel === store.channel && !store.thread && !isDirect(m.channel) && innerWidth > 900) store.thread = m.thread_ts;
}

let wait = 500;
export function connect() {
  const socket = new WebSocket(`ws://${location.host}/page/changes?after=${store.number}`);
  socket.onopen = () => { wait = 500; store.live = true; changed("sidebar"); };
  socket.onmessage = (event) => {
    const { number, kind, data } = JSON.parse(event.data);
    store.number = number;
    const regions = TAKE[kind]?.(data) || [];
    if (regions.length) changed(...regions);
  };
  socket.onclose = () => {
    store.live = false;
    changed("sidebar");
    setTimeout(async () => {
      try {
        await load();
        connect();
      } catch {
        wait = Math.min(wait * 2, 8000);
        setTimeout(() => socket.onclose(), wait);
      }
    }, wait);
  };
}
