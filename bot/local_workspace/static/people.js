// Faces: initials on the person's colour; the app has its own mark.

import { h, icon } from "./dom.js";
import { isApp, member, memberName, store } from "./store.js";

const COLORS = ["#b4534f", "#a8671c", "#7a7a1e", "#3f7f4c", "#23787c", "#2f6fae", "#5a5fc4", "#8a55b0", "#ad4c86", "#6b6f76"];

export function avatar(id, size = "") {
  if (isApp(id)) return h("span", { class: ["avatar", "of-app", size], "aria-hidden": "true" }, icon("spark"));
  const person = member(id);
  const color = /^[0-9a-f]{6}$/i.test(person.color || "") ? `#${person.color}` : COLORS[Math.max(0, [...store.members.keys()].indexOf(id)) * 3 % COLORS.length];
  return h("span", { class: ["avatar", size], style: { backgroundColor: color }, "aria-hidden": "true" }, initials(memberName(id)));
}

function initials(name) {
  const words = name.replace(/[^\p{L}\s]/gu, " ").trim().split(/\s+/);
  const latin = words.filter((w) => /^[\p{Script=Latin}]/u.test(w));
  const used = latin.length ? latin : words;
  return used.length > 1 ? used[0][0] + used.at(-1)[0] : (used[0] || "?").slice(0, 1);
}
