// Interactive elements. In a form their values are kept until it is sent; elsewhere each change is told to the app.

import { h, icon, arrowKeys } from "./dom.js";
import { act, memberName, myChannels, store } from "./store.js";
import { confirmation } from "./dialogs.js";
import { plain, safeUrl, textObject } from "./text.js";

const keyOf = (e, block) => `${block.block_id}/${e.action_id}`;

// Tells the app; false when it did not take it or the person said no.
export async function interact(e, block, place, value) {
  if (e.confirm && !(await confirmation(e.confirm))) return false;
  return (await act("click", { ...place.source, block_id: block.block_id, action_id: e.action_id, value })).ok;
}

// What a form holds for this element now: what was typed, else where it starts.
function current(e, block, place) {
  const kept = place.values?.get(keyOf(e, block));
  return kept ? kept.value : initial(e);
}

function initial(e) {
  if (e.initial_option) return e.initial_option;
  if (e.initial_options) return e.initial_options;
  return e.initial_value ?? e.initial_date ?? e.initial_time ?? e.initial_date_time ?? e.initial_user ?? e.initial_users ?? e.initial_channel
    ?? e.initial_channels ?? e.initial_conversation ?? e.initial_conversations ?? null;
}

async function changed(e, block, place, value) {
  place.values?.set(keyOf(e, block), { block_id: block.block_id, action_id: e.action_id, value });
  if (!place.form || block.dispatch_action) return interact(e, block, place, value);
  return true;
}

export function element(e, block, place, attributes = {}) {
  const draw = ELEMENTS[e.type];
  if (!draw) return h("span", { class: "unsupported" }, `[${e.type}]`);
  const named = attributes.id ? attributes : { "aria-label": e.accessibility_label || plain(e.placeholder?.text) || e.type.replaceAll("_", " "), ...attributes };
  return draw(e, block, place, named);
}

function button(e, block, place) {
  const press = async (event) => {
    const target = event.currentTarget;
    const url = e.url && safeUrl(e.url);
    if (e.confirm && !(await confirmation(e.confirm))) return;
    if (url) window.open(url.href, "_blank", "noopener");
    target.classList.add("busy");
    target.setAttribute("aria-busy", "true");
    await interact({ ...e, confirm: null }, block, place);
    target.classList.remove("busy");
    target.removeAttribute("aria-busy");
  };
  if (e.type === "icon_button") return h("button", { type: "button", class: "icon-button", "aria-label": e.accessibility_label || e.text.text, title: e.text.text, on: { click: press } }, icon("trash"));
  return h("button", { type: "button", class: ["button", e.style], "aria-label": e.accessibility_label, title: e.text.text.length > 34 ? e.text.text : null, on: { click: press } }, h("span", { class: "label" }, plain(e.text.text)));
}

function optionsOf(e) {
  return [...(e.options || []), ...(e.option_groups || []).flatMap((g) => g.options)];
}

function staticSelect(e, block, place, attributes) {
  const now = current(e, block, place);
  const option = (o) => h("option", { value: o.value, selected: now?.value === o.value }, plain(o.text.text));
  const groups = e.option_groups ? e.option_groups.map((g) => h("optgroup", { label: plain(g.label.text) }, g.options.map(option))) : e.options.map(option);
  const choose = (event) => changed(e, block, place, optionsOf(e).find((o) => o.value === event.target.value) || null);
  return h("select", { ...attributes, class: "input select", on: { change: choose } }, h("option", { value: "", selected: !now }, plain(e.placeholder?.text) || "Choose an option"), groups);
}

function nativeSelect(choices) {
  return (e, block, place, attributes) => {
    const many = e.type.startsWith("multi_");
    const now = [current(e, block, place) ?? []].flat();
    const option = ([value, words]) => h("option", { value, selected: now.includes(value) }, words);
    const choose = (event) => {
      const chosen = [...event.target.selectedOptions].map((o) => o.value).filter(Boolean);
      changed(e, block, place, many ? chosen : chosen[0] || null);
    };
    return h("select", { ...attributes, class: "input select", multiple: many, on: { change: choose } }, !many && h("option", { value: "" }, plain(e.placeholder?.text) || "Choose"), choices().map(option));
  };
}

const people = () => [...store.members.values()].filter((m) => !m.deleted && !m.is_bot).map((m) => [m.id, memberName(m.id)]);
const places = () => myChannels().map((c) => [c.id, `#${c.name}`]);

function checks(e, block, place, attributes) {
  const one = e.type === "radio_buttons";
  const now = [current(e, block, place) ?? []].flat().map((o) => o.value);
  const name = `${keyOf(e, block)}/${attributes.id || ""}`;
  const box = h("div", { class: "checks", role: "group", "aria-label": attributes["aria-label"] });
  const choose = () => {
    const chosen = [...box.querySelectorAll("input:checked")].map((i) => optionsOf(e).find((o) => o.value === i.value));
    changed(e, block, place, one ? chosen[0] : chosen);
  };
  box.append(...optionsOf(e).map((o) => h("label", { class: "check" },
    h("input", { type: one ? "radio" : "checkbox", name, value: o.value, checked: now.includes(o.value), on: { change: choose } }),
    h("span", {}, textObject(o.text), o.description && h("small", {}, textObject(o.description))))));
  return box;
}

function multiStatic(e, block, place, attributes) {
  const now = new Set([current(e, block, place) ?? []].flat().map((o) => o.value));
  const words = () => optionsOf(e).filter((o) => now.has(o.value)).map((o) => plain(o.text.text)).join(", ") || plain(e.placeholder?.text) || "Choose options";
  const summary = h("summary", { ...attributes, class: "input select" }, words());
  const choose = (o) => (event) => {
    if (event.target.checked) now.add(o.value); else now.delete(o.value);
    summary.textContent = words();
    changed(e, block, place, optionsOf(e).filter((x) => now.has(x.value)));
  };
  const list = optionsOf(e).map((o) => h("label", { class: "check" }, h("input", { type: "checkbox", checked: now.has(o.value), on: { change: choose(o) } }), h("span", {}, textObject(o.text))));
  return h("details", { class: "multi" }, summary, h("div", { class: "menu" }, list));
}

let lists = 0;

function externalSelect(e, block, place, attributes) {
  lists += 1;
  const many = e.type.startsWith("multi_");
  const chosen = [current(e, block, place) ?? []].flat();
  const least = e.min_query_length ?? 3;
  const list = h("div", { class: "menu", role: "listbox", id: `options-${lists}`, hidden: true });
  const chips = h("div", { class: "chips" });
  const box = h("input", {
    ...attributes, class: "input select", type: "text", role: "combobox", autocomplete: "off", "aria-expanded": "false", "aria-controls": `options-${lists}`,
    placeholder: plain(e.placeholder?.text) || "Type to search", value: many ? "" : plain(chosen[0]?.text?.text ?? ""),
  });
  let asked = 0;
  const shut = () => { list.hidden = true; box.setAttribute("aria-expanded", "false"); };
  const drawChips = () => chips.replaceChildren(...(many ? chosen : []).map((o) => h("button", { type: "button", class: "chip", "aria-label": `Remove ${o.text.text}`, on: { click: () => { chosen.splice(chosen.indexOf(o), 1); told(); } } }, plain(o.text.text), icon("close"))));
  const told = () => { drawChips(); changed(e, block, place, many ? [...chosen] : chosen[0] || null); };
  const take = (o) => {
    if (many) { if (!chosen.some((c) => c.value === o.value)) chosen.push(o); box.value = ""; } else { chosen.splice(0, 1, o); box.value = plain(o.text.text); }
    shut();
    box.focus();
    told();
  };
  const draw = (answer) => {
    const row = (o) => h("button", { type: "button", role: "option", class: "menu-item", on: { click: () => take(o) } }, plain(o.text.text));
    const rows = answer.option_groups ? answer.option_groups.flatMap((g) => [h("div", { class: "menu-label" }, plain(g.label.text)), ...g.options.map(row)]) : (answer.options || []).map(row);
    list.replaceChildren(...(rows.length ? rows : [h("div", { class: "menu-label" }, "No results")]));
    list.hidden = false;
    list.scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-expanded", "true");
  };
  const ask = async () => {
    if (box.value.length < least) return shut();
    asked += 1;
    const mine = asked;
    const answer = await act("options", { ...place.source, block_id: block.block_id, action_id: e.action_id, query: box.value });
    if (mine === asked && answer.ok) draw(answer);
    return undefined;
  };
  let timer;
  box.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 120); if (!many && !box.value) { chosen.length = 0; told(); } });
  box.addEventListener("focus", () => { if (!box.value || least === 0) ask(); });
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && !list.hidden) { event.preventDefault(); list.querySelector(".menu-item")?.focus(); }
    if (event.key === "Enter" && !list.hidden) { event.preventDefault(); list.querySelector(".menu-item")?.click(); }
    if (event.key === "Escape" && !list.hidden) { event.stopPropagation(); shut(); }
  });
  const wrap = h("div", { class: "combo" }, chips, box, list);
  wrap.addEventListener("focusout", (event) => { if (!wrap.contains(event.relatedTarget)) shut(); });
  arrowKeys(list, ".menu-item");
  drawChips();
  return wrap;
}

function overflow(e, block, place) {
  const menu = h("details", { class: "multi overflow" });
  const choose = (o) => () => {
    menu.open = false;
    const url = o.url && safeUrl(o.url);
    if (url) window.open(url.href, "_blank", "noopener");
    interact(e, block, place, o);
  };
  const items = h("div", { class: "menu", role: "menu" }, e.options.map((o) => h("button", { type: "button", role: "menuitem", class: "menu-item", on: { click: choose(o) } }, plain(o.text.text))));
  arrowKeys(items, ".menu-item");
  menu.addEventListener("toggle", () => menu.open && items.scrollIntoView({ block: "nearest" }));
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) { event.stopPropagation(); menu.open = false; menu.firstChild.focus(); }
    if (event.key === "ArrowDown" && document.activeElement === menu.firstChild) { event.preventDefault(); menu.open = true; items.firstChild.focus(); }
  });
  menu.append(h("summary", { class: "icon-button", "aria-label": "More actions", title: "More actions" }, icon("dots")), items);
  return menu;
}

function picker(type, read = (v) => v, write = (v) => v) {
  return (e, block, place, attributes) => h("input", { ...attributes, class: "input", type, value: write(current(e, block, place)) ?? "", on: { change: (event) => changed(e, block, place, read(event.target.value) || null) } });
}

function textInput(type, mode) {
  return (e, block, place, attributes) => {
    const kept = { ...attributes, class: "input", placeholder: plain(e.placeholder?.text) || null, maxlength: e.max_length, autofocus: e.focus_on_load };
    const keep = (event) => place.values?.set(keyOf(e, block), { block_id: block.block_id, action_id: e.action_id, value: event.target.value });
    const send = (event) => { if (event.key === "Enter" && block.dispatch_action && !event.shiftKey) { event.preventDefault(); changed(e, block, place, event.target.value); } };
    const value = current(e, block, place) ?? "";
    if (e.multiline) return h("textarea", { ...kept, rows: 4, value, on: { input: keep } });
    return h("input", { ...kept, type, inputmode: mode, value, on: { input: keep, keydown: send } });
  };
}

const seconds = (local) => (local ? Math.floor(new Date(local).getTime() / 1000) : null);
const local = (at) => (at ? new Date(at * 1000 - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 16) : "");

function richInput(e, block, place, attributes) {
  const keep = (event) => place.values?.set(keyOf(e, block), {
    block_id: block.block_id, action_id: e.action_id,
    value: event.target.value ? { type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text: event.target.value }] }] } : null,
  });
  return h("textarea", { ...attributes, class: "input", rows: 4, on: { input: keep } });
}

const ELEMENTS = {
  button, icon_button: button, workflow_button: button, overflow,
  static_select: staticSelect, multi_static_select: multiStatic, external_select: externalSelect, multi_external_select: externalSelect,
  users_select: nativeSelect(people), multi_users_select: nativeSelect(people), channels_select: nativeSelect(places), multi_channels_select: nativeSelect(places),
  conversations_select: nativeSelect(places), multi_conversations_select: nativeSelect(places),
  checkboxes: checks, radio_buttons: checks,
  datepicker: picker("date"), timepicker: picker("time"), datetimepicker: picker("datetime-local", seconds, local),
  plain_text_input: textInput("text"), email_text_input: textInput("email", "email"), url_text_input: textInput("url", "url"), number_input: textInput("text", "decimal"),
  rich_text_input: richInput,
};
