// What goes over the wire between the workspace and the app, and switches for what goes wrong.

import { h, iconButton, reconcile } from "./dom.js";
import { act, changed, store } from "./store.js";

let tab = "traffic";
let filter = "";
let errorsOnly = false;
let from = 0;

const FAULTS = [
  ["double_events", "Deliver the next event twice", "Same event_id: the app must answer once."],
  ["lost_acks", "Lose the next acknowledgement", "The event is sent again, as after 3 seconds of silence."],
  ["expired_triggers", "Expire the next trigger", "Opening a form fails with expired_trigger_id."],
  ["spent_response_urls", "Use up the next response URL", "Answers through it are refused."],
];

export function drawInspector(panel) {
  panel.hidden = !store.inspecting;
  if (!store.inspecting) { panel.dataset.tab = ""; return; }
  if (panel.dataset.tab !== tab) build(panel);
  if (tab === "traffic") drawTraffic(panel.querySelector(".traffic"));
  else panel.querySelector(".faults").replaceChildren(...faults());
}

function build(panel) {
  panel.dataset.tab = tab;
  const pick = (name, words) => h("button", { type: "button", role: "tab", "aria-selected": String(tab === name), on: { click: () => { tab = name; changed("inspector"); } } }, words);
  const close = () => { store.inspecting = false; changed("inspector", "pane"); };
  const tools = tab === "traffic" && h("div", { class: "inspector-tools" },
    h("input", { class: "input", type: "search", placeholder: "Filter by name or content", "aria-label": "Filter the traffic", value: filter, on: { input: (e) => { filter = e.target.value.toLowerCase(); changed("inspector"); } } }),
    h("label", { class: "check" }, h("input", { type: "checkbox", checked: errorsOnly, on: { change: (e) => { errorsOnly = e.target.checked; changed("inspector"); } } }), h("span", {}, "Errors")),
    h("button", { type: "button", class: "button tiny", on: { click: () => { from = store.traffic.at(-1)?.id ?? 0; changed("inspector"); } } }, "Clear"));
  panel.replaceChildren(h("header", { class: "pane-head" }, h("div", { class: "tabs", role: "tablist" }, pick("traffic", "Traffic"), pick("faults", "Faults")), h("span", { class: "space" }), iconButton("close", "Close the inspector", close)),
    ...[tools, h("div", { class: tab, tabindex: "0", role: "region", "aria-label": tab === "traffic" ? "Traffic" : "Faults" })].filter(Boolean));
}

function drawTraffic(list) {
  const found = store.traffic.filter((t) => t.id > from && (!errorsOnly || !t.ok) && (!filter || `${t.name} ${JSON.stringify(t.request)} ${JSON.stringify(t.response)}`.toLowerCase().includes(filter))).slice(-200).reverse();
  reconcile(list, found.length ? found.map((t) => ({ key: String(t.id), sign: "", make: () => line(t) })) : [{ key: "none", sign: filter, make: () => h("p", { class: "empty-line" }, "Nothing went over the wire yet.") }]);
}

function line(t) {
  const out = t.kind === "envelope";
  const body = h("div", { class: "traffic-body" });
  const details = h("details", { class: ["traffic-line", !t.ok && "failed"] },
    h("summary", {}, h("span", { class: ["way", out ? "out" : "in"], title: out ? "to the app" : "from the app" }, out ? "→" : "←"), h("span", { class: "traffic-name" }, t.name), t.retry > 0 && h("span", { class: "tag" }, `retry ${t.retry}`),
      t.error && h("span", { class: "tag error" }, t.error), h("span", { class: "space" }), h("span", { class: "muted" }, `${t.ms < 10 ? t.ms.toFixed(1) : Math.round(t.ms)} ms`), h("time", { class: "muted" }, new Date(t.at * 1000).toLocaleTimeString())), body);
  details.addEventListener("toggle", () => {
    if (!details.open || body.firstChild) return;
    body.append(h("h4", {}, out ? "Sent to the app" : "Arguments"), json(t.request), h("h4", {}, out ? "Acknowledged with" : "Answer"), json(t.response));
  });
  return details;
}

// Pretty JSON with its keys, strings and numbers told apart.
function json(value) {
  const text = JSON.stringify(value ?? null, null, 2);
  const parts = text.split(/("(?:\\.|[^"\\])*"(?:\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/);
  return h("pre", { class: "json", tabindex: "0" }, parts.map((p, n) => (n % 2 ? h("span", { class: p.endsWith(":") ? "key" : p.startsWith('"') ? "string" : "literal" }, p) : p)));
}

async function flip(name, more = {}) {
  const answer = await act("fault", { name, ...more });
  if (answer.faults) { store.faults = answer.faults; changed("inspector"); }
}

function faults() {
  const f = store.faults;
  const row = (words, hint, on, run, end) => h("div", { class: "fault" }, h("div", {}, h("strong", {}, words), h("small", {}, hint)), end, h("button", { type: "button", class: ["button", "tiny", on && "primary"], "aria-pressed": String(Boolean(on)), on: { click: run } }, on ? "On" : "Do it"));
  const calls = h("input", { class: "input number", type: "number", min: 1, value: 1, "aria-label": "How many calls" });
  const method = h("input", { class: "input", placeholder: "any method", "aria-label": "Only this method", list: "methods" });
  return [
    ...FAULTS.map(([name, words, hint]) => row(words, hint, f[name], () => flip(name))),
    row("Refuse charts", "Messages with a chart are answered with invalid_blocks.", f.charts_refused, () => flip("charts_refused")),
    row("Limit the rate", "The next calls are answered with 429 and Retry-After: 1.", f.calls?.length, () => flip("rate_limit", { calls: calls.value, method: method.value.trim() }), h("div", { class: "fault-fields" }, calls, method)),
    row("Disconnect", "The app is asked to reconnect, as Slack does every few hours.", false, () => flip("disconnect")),
    h("div", { class: "fault" }, h("div", {}, h("strong", {}, "All is well again")), h("button", { type: "button", class: "button tiny", on: { click: () => flip("clear") } }, "Clear")),
  ];
}
