// What is copied carries its source: the words, their mark, and a line for each source with its link.
// A part is { words, mark, sources: [{ credit, since, href }] }, and may stand under a heading and a lead.

import { button, el } from "./dom.js";

/** The parts as plain text and as HTML. */
export function written(parts) {
  const text = parts.map(({ words, mark, sources, heading, lead }) =>
    [heading && `${heading.toUpperCase()}\n`, lead, `${words}${mark ? ` [${mark}]` : ""}`, ...sources.map((one) => `— ${credited(one)}${one.href ? `, ${one.href}` : ""}`)].filter(Boolean).join("\n"),
  ).join("\n\n");
  const html = el("div", {}, ...parts.map(({ words, mark, sources, heading, lead }) => [
    heading ? el("h2", {}, heading) : null,
    lead ? el("p", {}, el("b", {}, lead)) : null,
    el("blockquote", {}, el("p", {}, words)),
    el("p", {}, mark ? `[${mark}] ` : "", ...sources.flatMap((one, at) => [at ? el("br") : null, `— ${credited(one)}`,
      one.href ? el("span", {}, ", ", el("a", { href: one.href }, one.href)) : null])),
  ]).flat().filter(Boolean));
  return { text, html: html.innerHTML };
}

function credited(source) {
  return source.credit + (source.since ? ` (${source.since})` : "");
}

/** Puts parts into the clipboard, in every browser and without https: says whether it went. */
export function put(parts) {
  let went = false;
  const fill = (event) => {
    event.stopImmediatePropagation();
    event.preventDefault();
    hand(event, parts);
    went = true;
  };
  document.addEventListener("copy", fill, { capture: true, once: true });
  try {
    document.execCommand("copy");
  } finally {
    document.removeEventListener("copy", fill, { capture: true });
  }
  return went;
}

/** Fills a copy event with parts. */
export function hand(event, parts) {
  const { text, html } = written(parts);
  event.clipboardData.setData("text/plain", text);
  event.clipboardData.setData("text/html", html);
  event.preventDefault();
}

/** A button that copies what `parts()` gives, and says for a moment that it did. */
export function copier(name, parts, whose = "its", label = "Copy") {
  const said = el("span", { role: "status", class: "copied" });
  const press = button({ class: "quiet", "aria-label": `${label} ${name} with ${whose} source`, on: {
    click: () => {
      said.textContent = put(parts()) ? "Copied" : "This browser did not let it be copied";
      clearTimeout(press.timer);
      press.timer = setTimeout(() => (said.textContent = ""), 2500);
    },
  } }, label);
  return el("span", { class: "tool" }, press, said);
}

/** The range of a selection that lies within an element, or null: selections begin and end anywhere. */
export function within(selected, element) {
  if (!selected || !selected.intersectsNode(element)) return null;
  const range = document.createRange();
  range.selectNodeContents(element);
  if (selected.compareBoundaryPoints(Range.START_TO_START, range) > 0) range.setStart(selected.startContainer, selected.startOffset);
  if (selected.compareBoundaryPoints(Range.END_TO_END, range) < 0) range.setEnd(selected.endContainer, selected.endOffset);
  return String(range).trim() ? range : null;
}

/** What is selected in a shadow root, as a range; null: nothing. */
export function selection(root) {
  const found = root.getSelection ? root.getSelection() : getSelection();
  return found && found.rangeCount && !found.isCollapsed ? found.getRangeAt(0) : null;
}

/** The buttons of a statement or a citation, made anew only where they changed; the focus stays where it was. */
export class Tools {
  constructor(act, ...first) {
    this.act = act;
    this.rest = el("span", { class: "rest" });
    this.element = el("div", { class: "tools" }, ...first, this.rest);
  }

  draw(tools) {
    const stamp = JSON.stringify(tools);
    if (stamp === this.stamp) return;
    this.stamp = stamp;
    const at = [...this.rest.children].indexOf(this.rest.getRootNode().activeElement);
    this.rest.replaceChildren(...tools.map((tool) =>
      button({ class: "quiet", "aria-label": tool.name, on: { click: () => this.act.tell(tool.event, tool.value) } }, tool.label)));
    if (at >= 0) this.rest.children[Math.min(at, this.rest.children.length - 1)]?.focus();
  }
}
