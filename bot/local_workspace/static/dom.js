// Building elements. Foreign text only ever becomes text nodes: nothing here parses HTML.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [event, run] of Object.entries(value)) element.addEventListener(event, run);
    else if (name === "style") Object.assign(element.style, value);
    else if (name === "class") element.setAttribute("class", Array.isArray(value) ? value.filter(Boolean).join(" ") : value);
    else if (name === "value" && "value" in element) element.value = value;
    else if (name === "checked" || name === "selected" || name === "disabled") element[name] = Boolean(value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return element;
}

export function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

const ICONS = {
  hash: "M7 3 5 17M14 3l-2 14M3 7.5h14M2.500 12.500h14",
  lock: "M5.500 9V6.500a4.500 4.500 0 0 1 9 0V9M4.500 9h11v8h-11z",
  reply: "M3.500 4.500h13v9h-7l-4 3v-3h-2z",
  close: "M5 5l10 10M15 5 5 15",
  send: "M3.500 4 17 10 3.500 16 5.500 10zM5.500 10H11",
  chevron: "M6 8l4 4 4-4",
  search: "M9 3.500a5.500 5.500 0 1 1 0 11 5.500 5.500 0 0 1 0-11zM13 13l4 4",
  pulse: "M2.500 10.500h3.500l2.500-6 3.500 11 2.500-5h3",
  link: "M8 12l4-4M6.500 9 5 10.500a3 3 0 0 0 4.500 4.500L11 13.500M13.500 11 15 9.500A3 3 0 0 0 10.500 5L9 6.500",
  home: "M3.500 9.500 10 4l6.500 5.500M5 8.500V16h10V8.500",
  spark: "M10 2.500l1.900 5.600L17.500 10l-5.600 1.900L10 17.500l-1.900-5.600L2.500 10l5.600-1.900z",
  plus: "M10 4v12M4 10h12",
  up: "M6 17H3.500V9H6M6 9l3.500-6c1.500 0 2 1 1.800 2.200L10.700 8H16l-1.200 8.200a1 1 0 0 1-1 .8H6z",
  down: "M14 3h2.500v8H14M14 11l-3.500 6c-1.500 0-2-1-1.800-2.200L9.300 12H4l1.200-8.200a1 1 0 0 1 1-.8H14z",
  trash: "M4 5.500h12M8 5.500V4h4v1.500M5.500 5.500l.8 11h7.400l.8-11",
  file: "M5.500 2.500h6L15 6v11.500H5.500zM11.500 2.500V6H15",
  dots: "M4.500 10h.01M10 10h.01M15.500 10h.01",
  check: "M4 10.500l4 4 8-9",
  stop: "M6 6h8v8H6z",
  menu: "M3 5.500h14M3 10h14M3 14.500h14",
  eye: "M2 10c3.500-6.500 12.500-6.500 16 0-3.500 6.500-12.500 6.500-16 0zM10 7.500a2.500 2.500 0 1 1 0 5 2.500 2.500 0 0 1 0-5z",
};

export function icon(name) {
  return svg("svg", { class: "icon", viewBox: "0 0 20 20", "aria-hidden": "true", focusable: "false" }, svg("path", { d: ICONS[name] || "" }));
}

// A button that shows only an icon and says what it does.
export function iconButton(name, label, run, extra = {}) {
  return h("button", { type: "button", class: ["icon-button", extra.class], "aria-label": label, title: label, ...extra.attributes, on: { click: run } }, icon(name));
}

// Replaces the children of `parent` by `wanted` ({key, sign, make}), keeping the elements whose sign is unchanged.
export function reconcile(parent, wanted) {
  const kept = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let before = null;
  for (const { key, sign, make } of wanted) {
    let element = kept.get(key);
    if (!element || element.dataset.sign !== sign) {
      const fresh = make();
      fresh.dataset.key = key;
      fresh.dataset.sign = sign;
      if (element) element.replaceWith(fresh);
      element = fresh;
    }
    kept.delete(key);
    const next = before ? before.nextSibling : parent.firstChild;
    if (element !== next) parent.insertBefore(element, next);
    before = element;
  }
  for (const old of kept.values()) old.remove();
  for (const child of [...parent.childNodes]) if (child.nodeType === 1 && !child.dataset.key) child.remove();
}

// How the switcher's keys are written on this machine.
export const switchKeys = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘ K" : "Ctrl K";

export function toast(words, kind = "info") {
  const shown = h("div", { class: ["toast", kind] }, words);
  document.getElementById("toasts").append(shown);
  setTimeout(() => shown.remove(), 6000);
}

// Up and Down move between the items of a list, Home and End jump.
export function arrowKeys(list, selector) {
  list.addEventListener("keydown", (event) => {
    const items = [...list.querySelectorAll(selector)];
    const at = items.indexOf(document.activeElement);
    if (at < 0) return;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to === undefined || !items[to]) return;
    event.preventDefault();
    items[to].focus();
  });
}
