// Words with markup, as elements: Slack's mrkdwn, Markdown, rich_text, mentions and emoji.

import { h } from "./dom.js";
import { store, channelName, memberName, visitChannel } from "./store.js";

const EMOJI = {
  white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌", warning: "⚠️", tada: "🎉", eyes: "👀", "+1": "👍", thumbsup: "👍",
  "-1": "👎", thumbsdown: "👎", fire: "🔥", rocket: "🚀", chart_with_upwards_trend: "📈", chart_with_downwards_trend: "📉",
  bar_chart: "📊", moneybag: "💰", dart: "🎯", trophy: "🏆", medal: "🏅", first_place_medal: "🥇", second_place_medal: "🥈",
  third_place_medal: "🥉", bulb: "💡", memo: "📝", pencil2: "✏️", calendar: "📅", date: "📅", clock: "🕐", alarm_clock: "⏰",
  hourglass_flowing_sand: "⏳", bell: "🔔", mag: "🔍", link: "🔗", paperclip: "📎", bookmark: "🔖", books: "📚", book: "📖",
  point_right: "👉", wave: "👋", pray: "🙏", clap: "👏", raised_hands: "🙌", muscle: "💪", heart: "❤️", star: "⭐", sparkles: "✨",
  smile: "😄", slightly_smiling_face: "🙂", thinking_face: "🤔", sweat_smile: "😅", cry: "😢", robot_face: "🤖", zap: "⚡",
  red_circle: "🔴", large_yellow_circle: "🟡", large_green_circle: "🟢", large_blue_circle: "🔵", white_circle: "⚪",
  arrow_up: "⬆️", arrow_down: "⬇️", arrow_right: "➡️", arrow_upper_right: "↗️", arrow_lower_right: "↘️", lock: "🔒", key: "🔑",
  question: "❓", exclamation: "❗", no_entry: "⛔", construction: "🚧", phone: "☎️", email: "📧", handshake: "🤝", seedling: "🌱",
  leftwards_arrow_with_hook: "↩️", repeat: "🔁", globe_with_meridians: "🌐", mortar_board: "🎓", wrench: "🔧", shield: "🛡️",
};

export function emoji(name) {
  return EMOJI[name] || `:${name}:`;
}

export function unescape(text) {
  return String(text).replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

export function safeUrl(url) {
  try {
    const parsed = new URL(url);
    return ["http:", "https:", "mailto:"].includes(parsed.protocol) ? parsed : null;
  } catch {
    return null;
  }
}

// A link; one to a message of this workspace opens that message here.
export function link(url, ...label) {
  const parsed = safeUrl(url);
  if (!parsed) return h("span", {}, label.length ? label : url);
  const own = parsed.origin === location.origin && parsed.pathname.startsWith("/archives/");
  const attributes = own
    ? { href: parsed.href, on: { click: (event) => { event.preventDefault(); openPermalink(parsed); } } }
    : { href: parsed.href, target: "_blank", rel: "noopener noreferrer" };
  return h("a", attributes, label.length ? label : url);
}

export function openPermalink(url) {
  const [, , channel, at] = url.pathname.split("/");
  const ts = at ? `${at.slice(1, -6)}.${at.slice(-6)}` : "";
  visitChannel(channel, { ts, thread: url.searchParams.get("thread_ts") });
}

export function userMention(id) {
  return h("span", { class: ["mention", id === store.me && "me"] }, `@${memberName(id)}`);
}

export function channelMention(id, label) {
  const known = store.channels.has(id);
  if (!known) return h("span", { class: "mention" }, `#${label || id}`);
  return h("button", { type: "button", class: "mention", on: { click: () => visitChannel(id) } }, `#${channelName(id)}`);
}

// Slack's mrkdwn

export function mrkdwn(text) {
  const out = [];
  String(text).split(/```/).forEach((part, index) => {
    if (index % 2) out.push(h("pre", {}, unescape(part.replace(/^\n/, "").replace(/\n$/, ""))));
    else if (part) out.push(...mrkdwnLines(part));
  });
  return out;
}

function mrkdwnLines(text) {
  const out = [];
  let quoted = [];
  const lines = text.split("\n");
  const flush = () => {
    if (quoted.length) out.push(h("blockquote", {}, quoted.flatMap((line, n) => (n ? [h("br"), ...mrkdwnInline(line)] : mrkdwnInline(line)))));
    quoted = [];
  };
  lines.forEach((line, n) => {
    const quote = line.match(/^(?:&gt;|>)\s?(.*)$/);
    if (quote) {
      quoted.push(quote[1]);
      return;
    }
    const wasQuote = quoted.length > 0;
    flush();
    if (n && !wasQuote) out.push(h("br"));
    out.push(...mrkdwnInline(line));
  });
  flush();
  return out;
}

const MRKDWN = /<([@#!]?)([^<>|]+)(?:\|([^<>]*))?>|`([^`]+)`|(?<![\w*])\*(?=\S)([^*\n]*\S)\*(?![\w*])|(?<![\w_])_(?=\S)([^_\n]*\S)_(?![\w_])|(?<![\w~])~(?=\S)([^~\n]*\S)~(?![\w~])|:([a-z0-9_+-]+):/;

function mrkdwnInline(text) {
  const out = [];
  let rest = text;
  for (let match = rest.match(MRKDWN); match; match = rest.match(MRKDWN)) {
    if (match.index) out.push(unescape(rest.slice(0, match.index)));
    const [whole, sign, target, label, code, bold, italic, strike, name] = match;
    if (target !== undefined) out.push(token(sign, target, label));
    else if (code !== undefined) out.push(h("code", {}, unescape(code)));
    else if (bold !== undefined) out.push(h("strong", {}, mrkdwnInline(bold)));
    else if (italic !== undefined) out.push(h("em", {}, mrkdwnInline(italic)));
    else if (strike !== undefined) out.push(h("s", {}, mrkdwnInline(strike)));
    else out.push(emoji(name));
    rest = rest.slice(match.index + whole.length);
  }
  if (rest) out.push(unescape(rest));
  return out;
}

function token(sign, target, label) {
  if (sign === "@") return userMention(target);
  if (sign === "#") return channelMention(target, label);
  if (sign === "!") {
    const date = target.match(/^date\^(\d+)\^/);
    if (date) return label || new Date(date[1] * 1000).toLocaleString();
    return h("span", { class: "mention" }, `@${label || target}`);
  }
  if (!safeUrl(unescape(target))) return label ? unescape(label) : `<${unescape(target)}>`;
  return link(unescape(target), ...(label ? [unescape(label)] : []));
}

// Markdown

const MARKDOWN = /`([^`]+)`|\[([^\]]+)\]\(([^)\s]+)\)|\*\*(?=\S)(.+?)\*\*|__(?=\S)(.+?)__|(?<![\w*])\*(?=\S)([^*\n]+?)\*(?!\w)|(?<![\w_])_(?=\S)([^_\n]+?)_(?!\w)|~~(.+?)~~|(https?:\/\/[^\s<>)]+)|<([@#])([A-Z0-9]+)(?:\|[^>]*)?>|:([a-z0-9_+-]+):|\\([\\`*_{}[\]()#+.!|~<>-])/;

function inline(text) {
  const out = [];
  let rest = text;
  for (let match = rest.match(MARKDOWN); match; match = rest.match(MARKDOWN)) {
    if (match.index) out.push(rest.slice(0, match.index));
    const [whole, code, label, url, bold, bold2, italic, italic2, strike, bare, sign, id, name, escaped] = match;
    if (code !== undefined) out.push(h("code", {}, code));
    else if (url !== undefined) out.push(link(url, ...inline(label)));
    else if (bold ?? bold2) out.push(h("strong", {}, inline(bold ?? bold2)));
    else if (italic ?? italic2) out.push(h("em", {}, inline(italic ?? italic2)));
    else if (strike !== undefined) out.push(h("s", {}, inline(strike)));
    else if (bare !== undefined) out.push(link(bare));
    else if (id !== undefined) out.push(sign === "@" ? userMention(id) : channelMention(id));
    else if (name !== undefined) out.push(emoji(name));
    else out.push(escaped);
    rest = rest.slice(match.index + whole.length);
  }
  if (rest) out.push(rest);
  return out;
}

export function markdown(text) {
  const lines = String(text).split("\n");
  const out = [];
  let at = 0;
  const isTable = (n) => /\|/.test(lines[n] || "") && /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/.test(lines[n + 1] || "");
  const LIST = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/;
  const special = (n) => /^(#{1,6}\s|```|>|\s*([-*_]\s*){3,}$)/.test(lines[n]) || LIST.test(lines[n]) || isTable(n);
  while (at < lines.length) {
    const line = lines[at];
    const heading = line.match(/^(#{1,6})\s+(.*?)#*\s*$/);
    if (!line.trim()) at += 1;
    else if (/^```/.test(line)) {
      const from = at + 1;
      at = from;
      while (at < lines.length && !/^```/.test(lines[at])) at += 1;
      out.push(h("pre", {}, lines.slice(from, at).join("\n")));
      at += 1;
    } else if (heading) {
      out.push(h(`h${Math.min(heading[1].length + 2, 6)}`, { class: `md-h${Math.min(heading[1].length, 4)}` }, inline(heading[2])));
      at += 1;
    } else if (/^\s*([-*_]\s*){3,}$/.test(line)) {
      out.push(h("hr"));
      at += 1;
    } else if (/^>/.test(line)) {
      const from = at;
      while (at < lines.length && /^>/.test(lines[at])) at += 1;
      out.push(h("blockquote", {}, markdown(lines.slice(from, at).map((l) => l.replace(/^>\s?/, "")).join("\n"))));
    } else if (isTable(at)) {
      const from = at;
      while (at < lines.length && /\|/.test(lines[at])) at += 1;
      out.push(markdownTable(lines.slice(from, at)));
    } else if (LIST.test(line)) {
      const from = at;
      while (at < lines.length && (LIST.test(lines[at]) || (/^\s+\S/.test(lines[at]) && lines[at].trim()))) at += 1;
      out.push(markdownList(lines.slice(from, at), LIST));
    } else {
      const from = at;
      at += 1;
      while (at < lines.length && lines[at].trim() && !special(at)) at += 1;
      const words = lines.slice(from, at).flatMap((l, n) => (n ? [h("br"), ...inline(l)] : inline(l)));
      out.push(h("p", {}, words));
    }
  }
  return out;
}

function markdownList(lines, pattern) {
  const first = lines[0].match(pattern);
  const indent = first[1].length;
  const items = [];
  for (const line of lines) {
    const match = line.match(pattern);
    if (match && match[1].length <= indent) items.push({ words: match[3], inner: [] });
    else if (items.length) items[items.length - 1].inner.push(line);
  }
  const list = items.map(({ words, inner }) => {
    const task = words.match(/^\[([ xX])\]\s+(.*)$/);
    const shown = task ? [h("span", { class: "task-box", "aria-hidden": "true" }, task[1] === " " ? "☐" : "☑"), " ", ...inline(task[2])] : inline(words);
    const nested = inner.length && inner.some((l) => pattern.test(l)) ? markdownList(inner, pattern) : inner.map((l) => [" ", ...inline(l.trim())]);
    return h("li", { class: task && "task-item" }, shown, nested);
  });
  return h(/\d/.test(first[2]) ? "ol" : "ul", {}, list);
}

function markdownTable(lines) {
  const cells = (line) => line.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((c) => c.trim());
  const sides = cells(lines[1]).map((c) => (c.endsWith(":") ? (c.startsWith(":") ? "center" : "right") : "left"));
  const row = (tag) => (line) => h("tr", {}, cells(line).map((c, n) => h(tag, { class: `to-${sides[n] || "left"}`, scope: tag === "th" ? "col" : null }, inline(c))));
  return h("div", { class: "table-wrap" }, h("table", {}, h("thead", {}, row("th")(lines[0])), h("tbody", {}, lines.slice(2).map(row("td")))));
}

// Text objects and rich_text

export function textObject(value) {
  if (value === null || value === undefined) return [];
  if (typeof value === "string") return [value];
  if (value.type === "rich_text") return richText(value);
  return value.type === "mrkdwn" ? mrkdwn(value.text) : [plain(value.text)];
}

export function plain(text) {
  return String(text ?? "").replace(/:([a-z0-9_+-]+):/g, (whole, name) => EMOJI[name] || whole);
}

export function richText(block) {
  return (block.elements || []).map(richPart);
}

function richPart(part) {
  const words = (part.elements || []).map((e) => (e.elements ? richPart(e) : richLeaf(e)));
  if (part.type === "rich_text_list") {
    return h(part.style === "ordered" ? "ol" : "ul", { class: `indent-${part.indent || 0}`, start: part.offset ? part.offset + 1 : null }, (part.elements || []).map((e) => h("li", {}, (e.elements || []).map(richLeaf))));
  }
  if (part.type === "rich_text_quote") return h("blockquote", {}, words);
  if (part.type === "rich_text_preformatted") return h("pre", {}, words);
  return h("div", { class: "rich-section" }, words);
}

function richLeaf(leaf) {
  let shown = leafContent(leaf);
  const style = leaf.style || {};
  if (style.code) shown = h("code", {}, shown);
  if (style.strike) shown = h("s", {}, shown);
  if (style.italic) shown = h("em", {}, shown);
  if (style.bold) shown = h("strong", {}, shown);
  return shown;
}

function leafContent(leaf) {
  switch (leaf.type) {
    case "text": return lines(leaf.text);
    case "link": return link(leaf.url, ...(leaf.text ? [leaf.text] : []));
    case "user": return userMention(leaf.user_id);
    case "channel": return channelMention(leaf.channel_id);
    case "emoji": return emoji(leaf.name);
    case "broadcast": return h("span", { class: "mention" }, `@${leaf.range}`);
    case "date": return leaf.fallback || new Date(leaf.timestamp * 1000).toLocaleString();
    case "color": return leaf.value;
    default: return leaf.text || leaf.url || "";
  }
}

function lines(text) {
  return h("span", { class: "lines" }, text);
}
