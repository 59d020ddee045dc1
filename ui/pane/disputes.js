// Before an answer: what other articles give differently, both sides beside each other, the older first.

import { dotted, el } from "./dom.js";

/** The sides of each dispute; `chip` draws the one that opens a citation. */
export function disputes(found, chip) {
  return found.map(({ label, sides }) =>
    el("section", { class: "dispute", "aria-label": label },
      el("h3", {}, label),
      el("div", { class: "sides" }, ...sides.map(({ figure, text, line, cite }) =>
        el("div", { class: "side" },
          el("p", { class: "figure" }, figure),
          el("p", { class: "byline dotted" }, ...dotted(line.split(" · "))),
          el("p", { class: "said" }, text, " ", chip(cite)))))));
}
