// Tables: the plain one, and the data table that sorts, filters and turns pages.

import { h, icon } from "./dom.js";
import { format } from "./chart.js";
import { textObject } from "./text.js";

const words = (cell) => {
  if (cell.type === "raw_number") return cell.text ?? format(cell.value);
  if (cell.type === "rich_text") return deep(cell);
  return cell.text ?? "";
};
const deep = (part) => (part.elements || []).map((e) => (e.elements ? deep(e) : e.text || e.url || "")).join("");
const shown = (cell) => (cell.type === "rich_text" ? textObject(cell) : words(cell));

// What sorts like a number although it is written for people: "$1,054.20", "45 %", "1.2M" stay as their digits say.
function sortValue(cell) {
  if (cell.type === "raw_number") return Number(cell.value);
  const text = words(cell).trim();
  const number = text.replace(/[^\d.-]/g, "");
  return /^[^\p{L}\d]*[-+]?[\d.,\s]+\s*(%|[A-Z]{3}|€|\$|¥)?$/u.test(text) && number !== "" && !Number.isNaN(Number(number)) ? Number(number) : text.toLowerCase();
}

export function table(block) {
  const [head, ...rows] = block.rows;
  const side = (n) => block.column_settings?.[n]?.align || "left";
  const cell = (tag) => (c, n) => h(tag, { class: `to-${side(n)}`, scope: tag === "th" ? "col" : null }, shown(c));
  return h("div", { class: "table-wrap", tabindex: "0", role: "region", "aria-label": "Table" },
    h("table", {}, h("thead", {}, h("tr", {}, head.map(cell("th")))), h("tbody", {}, rows.map((r) => h("tr", {}, r.map(cell("td")))))));
}

export function dataTable(block) {
  const [head, ...rows] = block.rows;
  const size = block.page_size || 5;
  const headColumn = block.row_header_column_index ?? 0;
  const numeric = head.map((_, n) => rows.length > 0 && rows.every((r) => typeof sortValue(r[n]) === "number" || words(r[n]).trim() === "–" || words(r[n]).trim() === ""));
  let sorted = null;
  let filter = "";
  let page = 0;
  const body = h("tbody");
  const count = h("span", { class: "muted", "aria-live": "polite" });
  const back = h("button", { type: "button", class: "icon-button turn-back", "aria-label": "Previous page", on: { click: () => { page -= 1; draw(); } } }, icon("chevron"));
  const on = h("button", { type: "button", class: "icon-button turn-on", "aria-label": "Next page", on: { click: () => { page += 1; draw(); } } }, icon("chevron"));
  const heads = head.map((c, n) => h("th", { scope: "col", "aria-sort": "none", class: numeric[n] ? "to-right" : "to-left" },
    h("button", { type: "button", on: { click: () => { sorted = sorted?.column === n ? (sorted.down ? null : { column: n, down: true }) : { column: n, down: false }; page = 0; draw(); } } }, words(c), icon("chevron"))));
  const draw = () => {
    const found = rows.filter((r) => !filter || r.some((c) => words(c).toLowerCase().includes(filter)));
    if (sorted) {
      const { column, down } = sorted;
      found.sort((a, b) => {
        const [x, y] = [sortValue(a[column]), sortValue(b[column])];
        const order = typeof x === typeof y ? (x < y ? -1 : x > y ? 1 : 0) : typeof x === "number" ? -1 : 1;
        return down ? -order : order;
      });
    }
    const pages = Math.max(1, Math.ceil(found.length / size));
    page = Math.min(Math.max(page, 0), pages - 1);
    const here = found.slice(page * size, (page + 1) * size);
    body.replaceChildren(...here.map((r) => h("tr", {}, r.map((c, n) => h(n === headColumn ? "th" : "td", { scope: n === headColumn ? "row" : null, class: numeric[n] ? "to-right" : "to-left" }, shown(c))))));
    if (!here.length) body.append(h("tr", {}, h("td", { colspan: head.length, class: "empty-line" }, "No rows match.")));
    heads.forEach((th, n) => th.setAttribute("aria-sort", sorted?.column === n ? (sorted.down ? "descending" : "ascending") : "none"));
    count.textContent = found.length ? `${page * size + 1}–${Math.min((page + 1) * size, found.length)} of ${found.length}` : "0 rows";
    [back.disabled, on.disabled] = [page === 0, page >= pages - 1];
  };
  const search = rows.length > size && h("input", { class: "input filter", type: "search", placeholder: "Filter", "aria-label": `Filter ${block.caption}`, on: { input: (e) => { filter = e.target.value.trim().toLowerCase(); page = 0; draw(); } } });
  draw();
  return h("figure", { class: "data-table" }, h("figcaption", {}, h("span", {}, block.caption), search),
    h("div", { class: "table-wrap", tabindex: "0", role: "region", "aria-label": block.caption }, h("table", {}, h("thead", {}, h("tr", {}, heads)), body)),
    rows.length > size && h("div", { class: "pages" }, count, h("span", {}, back, on)));
}
