// data_visualization: bars, lines, areas and pies as SVG, with the same numbers as a table for those who read.

import { h, svg } from "./dom.js";

const WIDTH = 560;
const HEIGHT = 250;
const MOST_SLANTED = 14;
const SLANTED = 115;

export function chart(block) {
  const { chart: c, title } = block;
  const drawn = c.type === "pie" ? pie(c) : axes(c);
  const names = c.type === "pie" ? c.segments.map((s) => s.label) : c.series.map((s) => s.name);
  const legend = h("ul", { class: "legend", "aria-hidden": "true" }, names.map((n, i) => h("li", {}, h("span", { class: `swatch fill-${i % 12}` }), n)));
  return h("figure", { class: ["chart", `chart-${c.type}`] }, h("figcaption", {}, title),
    svg("svg", { viewBox: c.type === "pie" ? "0 0 220 220" : `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${c.type} chart: ${title}. The numbers are in the table below.` }, drawn),
    (names.length > 1 || c.type === "pie") && legend,
    h("details", { class: "numbers" }, h("summary", {}, "Show the numbers"), numbers(c)));
}

export function format(value) {
  return Number(value).toLocaleString(undefined, { maximumFractionDigits: 2 });
}

function short(value) {
  const size = Math.abs(value);
  if (size >= 1e9) return `${+(value / 1e9).toFixed(1)}B`;
  if (size >= 1e6) return `${+(value / 1e6).toFixed(1)}M`;
  if (size >= 1e4) return `${+(value / 1e3).toFixed(1)}k`;
  return format(value);
}

function numbers(c) {
  if (c.type === "pie") {
    const sum = c.segments.reduce((all, s) => all + s.value, 0);
    return plainTable(["", "Value", "Share"], c.segments.map((s) => [s.label, format(s.value), `${((100 * s.value) / sum).toFixed(1)} %`]));
  }
  const categories = c.axis_config.categories;
  return plainTable([c.axis_config.x_label || "", ...c.series.map((s) => s.name)], categories.map((k) => [k, ...c.series.map((s) => format(valueAt(s, k)))]));
}

function plainTable(head, rows) {
  return h("div", { class: "table-wrap" }, h("table", {}, h("thead", {}, h("tr", {}, head.map((t, n) => h("th", { scope: "col", class: n ? "to-right" : "to-left" }, t)))),
    h("tbody", {}, rows.map((r) => h("tr", {}, r.map((t, n) => (n ? h("td", { class: "to-right" }, t) : h("th", { scope: "row", class: "to-left" }, t))))))));
}

const widest = (categories) => Math.max(...categories.map((k) => k.length)) * 6.4;
const cut = (name) => (name.length > 18 ? `${name.slice(0, 17)}…` : name);
const valueAt = (series, category) => series.data.find((p) => p.label === category)?.value ?? 0;

function steps(low, high) {
  const span = high - low || 1;
  const raw = span / 4;
  const unit = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * unit).find((s) => s >= raw);
  const from = Math.floor(low / step) * step;
  const out = [];
  for (let v = from; v < high + step * 0.999; v += step) out.push(+v.toPrecision(12));
  return out;
}

function axes(c) {
  const { categories, x_label: xLabel, y_label: yLabel } = c.axis_config;
  const values = c.series.flatMap((s) => s.data.map((p) => p.value));
  const ticks = steps(Math.min(0, ...values), Math.max(0, ...values));
  const [low, high] = [ticks[0], ticks.at(-1)];
  const room = { left: 16 + Math.max(...ticks.map((t) => short(t).length)) * 7 + (yLabel ? 16 : 0), right: 10, top: 10, bottom: xLabel ? 46 : 28 };
  const band = (WIDTH - room.left - room.right) / categories.length;
  // Names that do not fit beside each other lean; numbers and days of a long row are left out between.
  const slanted = categories.length <= MOST_SLANTED && widest(categories) > band;
  if (slanted) room.bottom += Math.min(widest(categories), SLANTED) * 0.6;
  const y = (v) => room.top + (HEIGHT - room.top - room.bottom) * (1 - (v - low) / (high - low || 1));
  const x = (n) => room.left + band * (n + 0.5);
  const every = slanted ? 1 : Math.ceil(widest(categories) / band);
  const grid = ticks.map((t) => [svg("line", { class: t === 0 ? "zero" : "grid", x1: room.left, x2: WIDTH - room.right, y1: y(t), y2: y(t) }), svg("text", { class: "tick", x: room.left - 8, y: y(t) + 4, "text-anchor": "end" }, short(t))]);
  const labels = categories.map((k, n) => n % every === 0 && (slanted
    ? svg("text", { class: "tick", transform: `translate(${x(n) + 4} ${HEIGHT - room.bottom + 14}) rotate(-35)`, "text-anchor": "end" }, cut(k))
    : svg("text", { class: "tick", x: x(n), y: HEIGHT - room.bottom + 18, "text-anchor": "middle" }, k)));
  const titles = [xLabel && svg("text", { class: "axis-label", x: (room.left + WIDTH) / 2, y: HEIGHT - 6, "text-anchor": "middle" }, xLabel),
    yLabel && svg("text", { class: "axis-label", transform: `translate(12 ${(HEIGHT - room.bottom) / 2}) rotate(-90)`, "text-anchor": "middle" }, yLabel)];
  const marks = c.series.map((s, i) => (c.type === "bar" ? bars(s, i, c.series.length, { categories, x, y, band }) : curve(s, i, c.type, { categories, x, y })));
  return [grid, labels, titles, marks];
}

function bars(s, index, count, { categories, x, y, band }) {
  const width = Math.min(46, (band * 0.68) / count);
  return categories.map((k, n) => {
    const value = valueAt(s, k);
    const [top, bottom] = [y(Math.max(0, value)), y(Math.min(0, value))];
    return svg("rect", { class: `mark fill-${index % 12}`, x: x(n) + (index - count / 2) * width + 1, y: top, width: Math.max(1, width - 2), height: Math.max(1, bottom - top), rx: Math.min(4, width / 4) }, svg("title", {}, `${s.name}, ${k}: ${format(value)}`));
  });
}

function curve(s, index, type, { categories, x, y }) {
  const points = categories.map((k, n) => [x(n), y(valueAt(s, k))]);
  const path = points.map(([px, py], n) => `${n ? "L" : "M"}${px} ${py}`).join("");
  const area = `${path}L${points.at(-1)[0]} ${y(0)}L${points[0][0]} ${y(0)}Z`;
  return [type === "area" && svg("path", { class: `area fill-${index % 12}`, d: area }), svg("path", { class: `line stroke-${index % 12}`, d: path }),
    points.map(([cx, cy], n) => svg("circle", { class: `mark fill-${index % 12}`, cx, cy, r: 4 }, svg("title", {}, `${s.name}, ${categories[n]}: ${format(valueAt(s, categories[n]))}`)))];
}

function pie(c) {
  const sum = c.segments.reduce((all, s) => all + s.value, 0);
  let at = -Math.PI / 2;
  const edge = (angle, r) => `${110 + r * Math.cos(angle)} ${110 + r * Math.sin(angle)}`;
  return c.segments.map((s, i) => {
    const part = (s.value / sum) * Math.PI * 2;
    const to = at + Math.min(part, Math.PI * 2 - 0.0001);
    const big = part > Math.PI ? 1 : 0;
    const d = `M${edge(at, 100)}A100 100 0 ${big} 1 ${edge(to, 100)}L${edge(to, 58)}A58 58 0 ${big} 0 ${edge(at, 58)}Z`;
    at += part;
    return svg("path", { class: `mark slice fill-${i % 12}`, d }, svg("title", {}, `${s.label}: ${format(s.value)} (${((100 * s.value) / sum).toFixed(1)} %)`));
  });
}
