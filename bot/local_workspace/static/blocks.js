// Block Kit as elements. A block that is not known here shows its JSON, so that nothing is lost.
//
// `place` says where blocks stand and what their elements act on: {source: {channel, ts} or {view}, values, errors}.

import { h, icon, svg } from "./dom.js";
import { chart } from "./chart.js";
import { element, interact } from "./elements.js";
import { dataTable, table } from "./table.js";
import { link, markdown, mrkdwn, plain, richText, safeUrl, textObject } from "./text.js";

export function blocks(list, place) {
  return (list || []).map((block) => drawBlock(block, place));
}

function drawBlock(block, place) {
  const draw = BLOCKS[block.type];
  if (!draw) return unknown(block);
  try {
    return h("div", { class: ["block", `b-${block.type}`] }, draw(block, place));
  } catch (problem) {
    console.error(problem);
    return unknown(block);
  }
}

function unknown(block) {
  return h("details", { class: "block b-unknown" }, h("summary", {}, `Block of type ${block.type}`), h("pre", {}, JSON.stringify(block, null, 2)));
}

const BLOCKS = {
  section: (b, place) => [
    h("div", { class: "section-words" }, b.text && h("div", { class: "words" }, textObject(b.text)),
      b.fields && h("div", { class: "fields" }, b.fields.map((f) => h("div", { class: "words" }, textObject(f))))),
    b.accessory && h("div", { class: "accessory" }, b.accessory.type === "image" ? image(b.accessory, "thumb") : element(b.accessory, b, place)),
  ],
  header: (b) => h("h3", {}, plain(b.text.text)),
  divider: () => h("hr"),
  context: (b) => b.elements.map((e) => (e.type === "image" ? image(e, "tiny") : h("span", {}, textObject(e)))),
  actions: (b, place) => b.elements.map((e) => element(e, b, place)),
  context_actions: (b, place) => b.elements.map((e) => (e.type === "feedback_buttons" ? feedback(e, b, place) : element(e, b, place))),
  image: (b) => h("figure", {}, b.title && h("figcaption", {}, plain(b.title.text)), image(b, "large")),
  markdown: (b) => h("div", { class: "words markdown" }, markdown(b.text)),
  rich_text: (b) => h("div", { class: "words" }, richText(b)),
  table: (b) => table(b),
  data_table: (b) => dataTable(b),
  data_visualization: (b) => chart(b),
  card: (b, place) => card(b, b, place),
  carousel: (b, place) => h("div", { class: "carousel", tabindex: "0", role: "group", "aria-label": "Cards" }, b.elements.map((c) => card(c, b, place))),
  container: (b, place) => container(b, place),
  plan: (b) => h("div", { class: "plan" }, h("div", { class: "plan-title" }, icon("spark"), textObject(b.title)), (b.tasks || []).map(task)),
  task_card: (b) => task(b),
  input: (b, place) => input(b, place),
  alert: (b) => h("div", { class: ["alert", b.level], role: "note" }, textObject(b.text)),
  file: (b) => h("div", { class: "file" }, icon("file"), b.external_id),
  video: (b) => h("div", { class: "file" }, icon("file"), link(b.video_url, plain(b.title.text))),
};

// The network is not asked for pictures: one from elsewhere shows its description and where it would come from.
function image(b, size) {
  const parsed = safeUrl(b.image_url || b.slack_file?.url || "");
  if (parsed && parsed.origin === location.origin && b.image_url !== undefined) return h("img", { class: `img-${size}`, src: parsed.href, alt: b.alt_text || "" });
  if (size === "tiny") return h("span", { class: "img-tiny", role: "img", "aria-label": b.alt_text, title: b.alt_text }, (b.alt_text || " ").slice(0, 1));
  const where = parsed && parsed.origin !== location.origin ? link(parsed.href, parsed.host) : null;
  return h("span", { class: `img-${size} placeholder`, title: b.alt_text }, h("span", {}, b.alt_text || "image"), size === "large" && where);
}

function card(c, block, place) {
  const holder = { ...block, ...c, block_id: c.block_id || block.block_id };
  return h("div", { class: "card" },
    c.hero_image && image(c.hero_image, "hero"),
    h("div", { class: "card-body" },
      h("div", { class: "card-head" }, c.icon && image(c.icon, "tiny"), h("div", {}, c.title && h("div", { class: "card-title" }, textObject(c.title)), c.subtitle && h("div", { class: "card-subtitle" }, textObject(c.subtitle)))),
      c.body && h("div", { class: "words" }, textObject(c.body)),
      c.subtext && h("div", { class: "card-subtitle" }, textObject(c.subtext)),
      c.actions && c.actions.length > 0 && h("div", { class: "card-actions" }, c.actions.map((e) => element(e, holder, place)))));
}

function container(b, place) {
  const title = [b.icon && image(b.icon, "tiny"), h("span", {}, textObject(b.title || b.rich_text_title)), b.subtitle && h("span", { class: "card-subtitle" }, textObject(b.subtitle))];
  const inside = blocks(b.child_blocks, place);
  const classes = ["container", `width-${b.width || "standard"}`];
  if (b.is_collapsible) return h("details", { class: classes, open: !b.default_collapsed }, h("summary", { class: "container-title" }, title, icon("chevron")), h("div", { class: "container-body" }, inside));
  return h("div", { class: classes }, h("div", { class: ["container-title", b.has_header_divider && "divided"] }, title), h("div", { class: "container-body" }, inside));
}

const MARKS = { complete: ["M5 10.500l3.500 3.500L15.500 6.500", "done"], error: ["M6 6l8 8M14 6l-8 8", "failed"], in_progress: ["", "in progress"], pending: ["", "waiting"] };

function task(t) {
  const [path, words] = MARKS[t.status] || MARKS.pending;
  const detail = [t.details && h("div", { class: "words" }, textObject(t.details)), t.output && h("div", { class: "words" }, textObject(t.output)),
    t.sources && h("div", { class: "sources" }, t.sources.map((s) => link(s.url, s.text || s.url)))].filter(Boolean);
  const mark = h("span", { class: ["task-mark", t.status], role: "img", "aria-label": words }, path && svg("svg", { viewBox: "0 0 20 20", class: "icon" }, svg("path", { d: path })));
  return h("div", { class: "task" }, mark, h("div", {}, h("div", { class: "task-title" }, textObject(t.title)), detail));
}

const given = new Map();

function feedback(e, block, place) {
  const key = `${place.source.ts}/${e.action_id}`;
  const group = h("div", { class: "feedback", role: "group", "aria-label": "Was this helpful?" });
  const draw = () => group.replaceChildren(...["positive_button", "negative_button"].map((side) => h("button", {
    type: "button", class: "icon-button", "aria-label": e[side].accessibility_label || e[side].text.text, title: e[side].text.text, "aria-pressed": String(given.get(key) === side),
    on: { click: async () => { if (await interact(e, block, place, side === "negative_button" ? e[side].value : e.positive_button.value)) { given.set(key, side); draw(); } } },
  }, icon(side === "positive_button" ? "up" : "down"))));
  draw();
  return group;
}

let ids = 0;

function input(b, place) {
  ids += 1;
  const id = `field-${ids}`;
  const error = place.errors?.[b.block_id];
  const group = ["checkboxes", "radio_buttons"].includes(b.element.type);
  const label = [plain(b.label.text), b.optional && h("span", { class: "optional" }, " (optional)")];
  const described = [b.hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || null;
  const drawn = element(b.element, b, { ...place, form: true }, { id, "aria-describedby": described, "aria-invalid": error ? "true" : null });
  const rest = [b.hint && h("div", { class: "hint", id: `${id}-hint` }, plain(b.hint.text)), error && h("div", { class: "field-error", id: `${id}-error`, role: "alert" }, error)];
  if (group) return h("fieldset", { class: ["field", error && "wrong"] }, h("legend", {}, label), drawn, rest);
  return h("div", { class: ["field", error && "wrong"] }, h("label", { for: id }, label), drawn, rest);
}

// Attachments: the older way, of which only the words and blocks are shown.
export function attachments(list, place) {
  return (list || []).map((a) => h("div", { class: "attachment", style: { borderColor: /^#?[0-9a-f]{6}$/i.test(a.color || "") ? `#${a.color.replace("#", "")}` : "" } },
    a.pretext && h("div", { class: "words" }, mrkdwn(a.pretext)), a.title && h("strong", {}, a.title_link ? link(a.title_link, a.title) : a.title),
    a.text && h("div", { class: "words" }, mrkdwn(a.text)), blocks(a.blocks, place)));
}

export function files(list) {
  return (list || []).map((f) => (/^image\/(png|jpeg|gif|webp)$/.test(f.mimetype)
    ? h("figure", {}, h("figcaption", {}, f.title || f.name), image({ image_url: f.url_private, alt_text: f.alt_txt || f.title || f.name }, "large"))
    : h("a", { class: "file", href: safeUrl(f.url_private)?.href, download: f.name }, icon("file"), h("span", {}, h("strong", {}, f.title || f.name), h("small", {}, `${(f.filetype || "file").toUpperCase()} · ${size(f.size)}`)))));
}

function size(bytes) {
  return bytes < 1024 ? `${bytes} bytes` : bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} kB` : `${(bytes / 1048576).toFixed(1)} MB`;
}
