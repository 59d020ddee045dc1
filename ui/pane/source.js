// The right side: one article at a time, whole, its cited spans marked, and the way back to the statements.

import { copier, Tools, within } from "./copy.js";
import { button, dotted, el, listed, spaced } from "./dom.js";

const LONG = 80; // paragraphs; longer articles are laid out chunk by chunk as they come into view
const CHUNK = 20;
const BEFORE = 200; // characters before selected words that are sent with them
const LONGEST_WORD = 40; // characters; what is longer, or has no spaces at all, may break

/** The right side. `act` holds what a press does: step(by), light(statement id), tell(event, value), close(). */
export class SourceSide {
  constructor(act) {
    this.act = act;
    this.place = el("p", { class: "place dotted", "aria-live": "polite" });
    this.back = button({ class: "quiet back", on: { click: () => act.close() } }, "Back to the answer");
    const step = (by, words, sign, key) =>
      button({ class: "step", "aria-label": words, title: `${words}  ${key}`, on: { click: () => act.step(by) } }, sign);
    this.steps = el("div", { class: "steps" }, step(-1, "Previous citation", "←", "["), step(1, "Next citation", "→", "]"));
    this.tools = new Tools(act, copier("the cited words", () => [this.cited()], "their"));
    this.picks = new Tools(act, copier("the selected words", () => [this.picked], "their"));
    this.picks.element.addEventListener("mousedown", (event) => event.preventDefault()); // the selection stays
    this.bar = el("div", { class: "bar" }, this.back, this.steps, this.place, this.tools.element, this.picks.element);
    this.scroller = el("div", { class: "scroller", tabindex: 0, role: "region", "aria-label": "Article" });
    this.element = el("section", { class: "source", "aria-label": "Source" }, this.bar, this.scroller);
    this.articles = new Map();
  }

  /** Takes over new data: articles are drawn when they are first opened, and anew when their stamp changed. */
  take(data) {
    this.data = data;
    this.word = { answered: "sentence", clips: "clip" }[data.outcome] ?? "passage";
    this.alone = data.outcome === "article";
    if (this.picked) this.picks.draw(data.picked ?? this.clip);
    this.sources = new Map(data.sources.map((source) => [source.key, source]));
    this.citations = new Map(data.citations.map((citation) => [citation.number, citation]));
    this.places = new Map(data.statements.map((statement, at) => [statement.id, at + 1]));
    for (const [key, drawn] of this.articles) {
      if (this.sources.get(key)?.stamp !== drawn.stamp) this.articles.delete(key);
    }
    this.element.hidden = !data.sources.length;
  }

  /** Opens the article of a citation at its span, or an article alone (number null); neither: an empty sheet. */
  open(number, key) {
    const citation = this.citations.get(number) ?? null;
    const source = this.sources.get(citation ? citation.source : key);
    this.bar.hidden = !source;
    this.element.toggleAttribute("data-empty", !source);
    if (!source) {
      this.scroller.setAttribute("aria-label", "Article");
      this.scroller.replaceChildren(el("p", { class: "nothing" }, "Nothing is cited. A headline opens its article here."));
      return;
    }
    const article = this.article(source);
    if (this.scroller.firstChild !== article) this.scroller.replaceChildren(article);
    this.scroller.setAttribute("aria-label", `Article: ${source.title}`);
    this.shown = { citation, source };
    this.offer();
    this.tools.draw(citation?.tools ?? []);
    this.steps.hidden = !citation || this.citations.size < 2;
    this.place.replaceChildren(...dotted(citation ? this.where(citation, source) : [this.alone ? "Select words to copy or clip them with their source" : "Whole article"]));
    for (const mark of article.querySelectorAll("mark")) {
      mark.toggleAttribute("data-on", mark.dataset.cites.split(" ").includes(String(number)));
    }
    for (const tag of article.querySelectorAll(".tag")) {
      tag.toggleAttribute("data-on", Number(tag.dataset.number) === number);
    }
    const mark = number === null ? null : article.querySelector(`mark[data-cites~="${number}"]`);
    reveal(this.scroller, mark);
  }

  /** Takes note of what is selected in the article: these words can be copied and clipped in the cited ones' place. */
  pick(range) {
    const [part] = range ? this.selected(range) : [];
    if (part?.words === this.picked?.words) return;
    this.picked = part ?? null;
    if (part) {
      const value = this.place_of(range, part.words);
      this.clip = [{ label: "Clip", name: "Clip the selected words", event: "clip_words", value }];
      this.picks.draw(this.clip);
    }
    this.offer();
  }

  offer() {
    this.tools.element.hidden = Boolean(this.picked) || !this.shown?.citation?.located;
    this.picks.element.hidden = !this.picked;
  }

  /** Which words of the article are meant: the page finds them by what stands before them. */
  place_of(range, words) {
    const body = this.scroller.querySelector(".body"), before = document.createRange();
    const some = within(range, body);
    before.setStart(body, 0);
    before.setEnd(some.startContainer, some.startOffset);
    return JSON.stringify({ source: this.shown.source.key, words, before: lines(before).join("\n").slice(-BEFORE) });
  }

  /** The cited words as they are copied. */
  cited() {
    const { citation, source } = this.shown;
    return { words: citation.quote, mark: "verbatim", sources: [{ ...source, since: citation.since }] };
  }

  /** What a selection takes of the article, as parts to copy: the words without the numbers in them. */
  selected(range) {
    const body = this.scroller.querySelector(".body");
    const some = body && within(range, body);
    if (!some) return [];
    const words = lines(some).join("\n");
    const { citation, source } = this.shown;
    return words ? [{ words, mark: "", sources: [{ ...source, since: citation?.since ?? source.since }] }] : [];
  }

  where(citation, source) {
    const cited = this.word !== "passage";
    const parts = [`${cited ? "Citation" : "Passage"} ${citation.number} of ${this.citations.size}`];
    parts.push(...citation.label.split(" · "));
    if (source.state === "shown" && !citation.located) {
      parts.push(el("span", { class: "unlocated" }, "its words could not be located here, so nothing is marked"));
    }
    if (!cited || !citation.used_by.length) return parts;
    const links = citation.used_by.map((id) => button({ class: "quiet", on: { click: () => this.act.light(id) } },
      `${this.word} ${this.places.get(id)}`));
    return [...parts, el("span", {}, "used by ", ...spaced(links, ", "))];
  }

  article(source) {
    const known = this.articles.get(source.key);
    if (known) return known.element;
    const element = el("article", {}, ...heading(source, this.data.label, this.act, this.alone ? "h1" : "h2"), this.body(source));
    this.articles.set(source.key, { stamp: source.stamp, element });
    return element;
  }

  body(source) {
    const last = new Map();
    for (const paragraph of source.paragraphs) {
      for (const segment of paragraph.segments) for (const number of segment.marks ?? []) last.set(number, segment);
    }
    const drawn = source.paragraphs.map((paragraph) =>
      el("p", { class: paragraph.aside ? "aside" : null }, ...paragraph.segments.flatMap((segment) => this.segment(segment, last))),
    );
    if (drawn.length <= LONG) return el("div", { class: "body" }, ...drawn);
    const chunks = [];
    for (let at = 0; at < drawn.length; at += CHUNK) {
      const chunk = el("div", { class: "chunk" }, ...drawn.slice(at, at + CHUNK));
      const lines = source.paragraphs.slice(at, at + CHUNK).reduce((sum, { segments }) =>
        sum + Math.ceil(segments.reduce((length, { text }) => length + text.length, 0) / 68), 0);
      chunk.style.containIntrinsicSize = `auto ${lines * 30 + CHUNK * 14}px`;
      chunks.push(chunk);
    }
    return el("div", { class: "body" }, ...chunks);
  }

  segment(segment, last) {
    if (!segment.marks?.length) return [segment.soft ? el("span", { class: "soft" }, segment.text) : segment.text];
    const numbers = segment.marks.filter((number) => last.get(number) === segment);
    if (!numbers.length) return [this.mark(segment, segment.text)];
    // A span's number stays on the line on which the span ends: it is tied to the last word.
    const cut = segment.text.trimEnd().lastIndexOf(" ") + 1;
    const tied = segment.text.length - cut <= LONGEST_WORD ? "end" : null;
    const end = el("span", { class: tied }, this.mark(segment, segment.text.slice(cut)), ...numbers.map((n) => this.tag(n)));
    return cut ? [this.mark(segment, segment.text.slice(0, cut)), end] : [end];
  }

  mark(segment, text) {
    const back = () => {
      if (!String(getSelection())) this.lead(this.chosen(segment.marks));
    };
    const words = segment.soft ? el("span", { class: "soft" }, text) : text;
    return el("mark", { data: { cites: segment.marks.join(" ") }, on: { click: back } }, words);
  }

  /** From a mark to the first statement that uses it; where none does, to the mark itself. */
  lead(number) {
    const [first] = this.citations.get(number)?.used_by ?? [];
    if (first === undefined) this.act.open(number);
    else this.act.light(first);
  }

  chosen(numbers) {
    return numbers.includes(this.act.chosen()) ? this.act.chosen() : numbers[0];
  }

  tag(number) {
    const users = this.citations.get(number)?.used_by ?? [];
    const places = listed(users.map((id) => String(this.places.get(id))));
    const words = `${this.word}${users.length > 1 ? "s" : ""} ${places}`;
    return button(
      {
        class: "tag",
        "aria-label": users.length ? `Citation ${number}, used by ${words}. Back to it.` : `${this.alone ? "Passage" : "Citation"} ${number}`,
        title: users.length ? `Used by ${words}` : null,
        data: { number },
        on: { click: () => this.lead(number) },
      },
      String(number),
    );
  }
}

/** The lines of a range of an article, without the numbers that stand in it. */
function lines(range) {
  const copy = range.cloneContents();
  copy.querySelectorAll(".tag").forEach((tag) => tag.remove());
  const parts = copy.querySelector("p") ? [...copy.querySelectorAll("p")].map((line) => line.textContent) : [copy.textContent];
  return parts.map((line) => line.trim()).filter(Boolean);
}

function heading(source, label, act, level) {
  const link = source.href
    ? el("a", { href: source.href, target: "_blank", rel: "noopener noreferrer" }, `Open at ${source.host}`)
    : null;
  const rest = source.partial
    ? el("p", { class: "note" }, "A long article: the part around the citation. ",
        button({ class: "quiet", on: { click: () => act.tell("whole", source.key) } }, "Show all of it"))
    : null;
  return [
    el("header", {},
      label ? el("p", { class: "invented" }, label) : null,
      el("p", { class: "line dotted", title: source.dated }, ...dotted(source.line.split(" · "))),
      el(level, {}, source.title),
      link ? el("p", { class: "link" }, link) : null,
      source.notice ? el("p", { class: "note" }, source.notice) : null,
      rest),
  ];
}

/**
 * Scrolls the article, and only it: to its top where the mark shows from there, else until the mark stands in the
 * upper third; repeated while chunks that come into view are laid out.
 */
function reveal(scroller, mark, turns = 8) {
  if (scroller.scrollHeight <= scroller.clientHeight) { // it does not scroll by itself: an article alone
    mark?.scrollIntoView({ block: "nearest" });
    return;
  }
  const box = scroller.getBoundingClientRect();
  if (!mark || mark.getBoundingClientRect().bottom - box.top + scroller.scrollTop < box.height - 40) {
    scroller.scrollTop = 0;
    return;
  }
  const off = mark.getBoundingClientRect().top - box.top - box.height * 0.25;
  const before = scroller.scrollTop;
  scroller.scrollTop += off;
  if (turns > 0 && (Math.abs(off) > 2 && scroller.scrollTop !== before)) {
    requestAnimationFrame(() => reveal(scroller, mark, turns - 1));
  }
}
