// The left side: what came of the question, its statements with their chips, and the nearest headlines.

import { copier, Tools, within } from "./copy.js";
import { disputes } from "./disputes.js";
import { button, dotted, el } from "./dom.js";
import { Readings, Rewritten } from "./readings.js";

/** What stands above a statement: the heading of its section, and what it begins. */
const above = ({ section, lead }) => [
  section && el("li", { class: "section" }, el("h2", {}, section)),
  lead && el("li", { class: "lead" }, lead),
].filter(Boolean);

/** The left side. `act` holds what a press does: open(number), read(source key), tell(event, value). */
export class AnswerSide {
  constructor(act) {
    this.act = act;
    this.head = el("header", { class: "head" });
    this.stage = el("p", { class: "stage", role: "status" });
    this.later = el("div", { class: "later" });
    this.apart = el("div", { class: "disputes" });
    this.whole = el("div", { class: "tools whole" }, copier("of it", () => this.everything(), "every", "Copy all"));
    this.list = el("ol", { class: "statements" });
    this.foot = el("div", { class: "foot" });
    this.element = el("section", { class: "answer", "aria-label": "Answer" }, this.head, this.later, this.apart, this.whole, this.stage, this.list, this.foot);
    this.drawn = new Map();
    this.readings = new Readings(act);
    this.rewritten = new Rewritten(act);
  }

  /** Draws `data`; a statement that did not change keeps its element, and with it focus and selection. */
  draw(data) {
    this.citations = new Map(data.citations.map((citation) => [citation.number, citation]));
    const top = JSON.stringify([data.id, data.question, data.headline, data.read, data.summary, data.details, data.actions, data.notes]);
    if (top !== this.top) this.head.replaceChildren(...header(data, this.act, this.readings, this.rewritten).filter(Boolean));
    this.top = top;
    const later = JSON.stringify(data.later ?? []);
    if (later !== this.told) this.later.replaceChildren(...headlines(data.later ?? [], this.act, "Later on this story"));
    this.told = later;
    const apart = JSON.stringify([data.disputes ?? [], data.citations.map((one) => [one.number, one.label, one.since, one.located])]);
    if (apart !== this.disputed) this.apart.replaceChildren(...disputes(data.disputes ?? [], (number) => this.chip(number)));
    this.disputed = apart;
    this.whole.hidden = !data.copied;
    this.stage.hidden = !data.stage;
    this.stage.textContent = data.stage ? `${data.stage} …` : "";
    this.list.dataset.kind = data.outcome;
    const drawn = new Map();
    this.sources = new Map(data.sources.map((source) => [source.key, source]));
    for (const [at, { tools, note, ...statement }] of data.statements.entries()) {
      const cited = statement.cites.map((number) => this.citations.get(number) ?? null).map((one) => one && { ...one, tools: null });
      const stamp = JSON.stringify([at, statement, cited]);
      const known = this.drawn.get(statement.id);
      const one = known?.stamp === stamp ? known : { stamp, statement, ...this.statement(statement, at + 1, note) };
      if (!known || known.stamp !== stamp) one.above = above(statement);
      one.tools.draw(tools ?? []);
      one.tools.element.hidden = data.outcome === "working" || !cited.some(Boolean);
      if (one.note && note !== one.said && one.note !== this.element.getRootNode().activeElement) one.note.value = note;
      one.said = note;
      drawn.set(statement.id, one);
    }
    const items = [...drawn.values()].flatMap(({ item, above }) => [...above, item]);
    if (items.length !== this.list.children.length || items.some((item, at) => item !== this.list.children[at])) {
      this.list.replaceChildren(...items);
    }
    this.drawn = drawn;
    this.foot.replaceChildren(...headlines(data.headlines, this.act));
  }

  /** Shows which citation stands right: its chips are pressed, its statements lined. */
  select(number, sourceKey) {
    for (const chip of this.element.querySelectorAll("[data-cite]")) {
      chip.setAttribute("aria-pressed", String(Number(chip.dataset.cite) === number));
    }
    for (const item of this.list.children) {
      item.toggleAttribute("data-on", Boolean(item.querySelector(`[data-cite="${number}"]`)));
    }
    for (const headline of this.element.querySelectorAll("[data-source]")) {
      headline.setAttribute("aria-pressed", String(number === null && headline.dataset.source === sourceKey));
    }
  }

  /** Brings a statement into view and lights it for a moment. */
  light(id) {
    const item = this.drawn.get(id)?.item;
    if (!item) return;
    item.scrollIntoView({ block: "nearest" });
    item.focus({ preventScroll: true });
    item.classList.remove("lit");
    void item.offsetWidth; // so that lighting it again starts anew
    item.classList.add("lit");
  }

  statement(statement, place, said) {
    const parts = statement.kind === "passage" ? this.passage(statement) : this.sentence(statement);
    const tools = new Tools(this.act, copier(`${statement.kind} ${place}`, () => [this.part(statement)]));
    const note = said === undefined ? null : this.noted(statement.id, place, said);
    const item = el("li", { class: `statement ${statement.kind}`, tabindex: -1, data: { id: statement.id, place } },
      ...parts, note, tools.element);
    return { item, tools, note };
  }

  /** What is copied of a statement: all of it, or the words given. */
  part(statement, some = null) {
    const cited = statement.cites.map((number) => this.citations.get(number)).filter(Boolean);
    const whole = statement.kind === "passage" ? cited[0]?.quote ?? statement.text : statement.text;
    const marks = statement.kind === "passage" ? (cited[0]?.located ? ["verbatim"] : []) : statement.marks ?? [];
    const mark = marks.join("; ") || (statement.kind === "passage" || !cited.length ? "" : "not checked");
    const partly = some !== null && some !== whole && mark; // a part may mean something else than the whole
    const sources = (statement.kind === "passage" ? cited.slice(0, 1) : cited).map((one) => ({ ...this.sources.get(one.source), since: one.since }));
    return { words: some ?? whole, mark: partly ? `part of a ${statement.kind}: ${mark}` : mark, sources };
  }

  /** All statements as parts to copy, each section under its heading. */
  everything() {
    return [...this.drawn.values()].map(({ statement }) => ({ ...this.part(statement), heading: statement.section, lead: statement.lead }));
  }

  /** What a selection takes of the statements, as parts to copy. */
  selected(range) {
    return [...this.drawn.values()].flatMap(({ statement, item }) => {
      const some = within(range, item.querySelector(".text"));
      return some ? [this.part(statement, String(some).trim().replace(/\s+/g, " "))] : [];
    });
  }

  noted(id, place, said) {
    const field = el("textarea", { class: "noted", rows: 1, "aria-label": `Note to clip ${place}`, placeholder: "Note", maxlength: 5000 });
    field.value = said;
    field.addEventListener("change", () => this.act.tell("note", JSON.stringify({ id, text: field.value })));
    return field;
  }

  sentence(statement) {
    const chips = statement.cites.map((number) => this.chip(number));
    const marks = (statement.marks ?? []).map((words) => el("span", { class: statement.alarms?.includes(words) ? "mark alarm" : "mark" }, words));
    const asked = statement.byline ? el("p", { class: "byline" }, statement.byline) : null;
    return [el("p", { class: "text" }, statement.text), el("div", { class: "chips" }, ...chips, ...marks), asked];
  }

  chip(number) {
    const citation = this.citations.get(number);
    const label = citation ? citation.label : "source follows";
    return button(
      {
        class: "chip",
        disabled: !citation,
        "aria-pressed": "false",
        title: citation && !citation.located && !citation.since ? "These words could not be located" : null,
        data: { cite: number },
        on: { click: () => this.act.open(number) },
      },
      el("span", { class: "number" }, String(number)),
      el("span", { class: "label" }, label),
      since(citation),
    );
  }

  passage(statement) {
    const [number, ...others] = statement.cites;
    const heading = button(
      {
        class: "heading",
        "aria-pressed": "false",
        data: { cite: number },
        on: { click: () => this.act.open(number) },
      },
      el("span", { class: "number" }, String(number)),
      el("span", { class: "title" }, statement.heading ?? "Passage"),
    );
    const now = since(this.citations.get(number));
    const why = statement.why?.length ? el("p", { class: "why dotted" }, ...dotted([`Found by: ${statement.why[0]}`, ...statement.why.slice(1)])) : null;
    return [
      el("h3", {}, heading),
      el("p", { class: "byline dotted" }, ...dotted([...(statement.byline ?? "").split(" · "), now])),
      el("p", { class: "text" }, statement.text),
      others.length ? el("div", { class: "chips" }, ...others.map((other) => this.chip(other))) : null,
      why,
    ];
  }
}

/** What has become of the cited version, or that its words are not where they were cited; null: nothing. */
function since(citation) {
  const said = citation?.since ?? (citation && !citation.located ? "not located" : null);
  return said ? el("span", { class: "unlocated" }, said) : null;
}

function header(data, act, readings, rewritten) {
  const line = (parts, name) => {
    const each = parts.flatMap((part) => part.split(" · "));
    return parts.length ? el("p", { class: `${name} dotted` }, ...dotted(each)) : null;
  };
  const actions = data.actions.map((action) =>
    el("p", { class: "action dotted" }, ...dotted([...action.said.split(" · "),
      action.label && button({ class: "quiet", on: { click: () => act.tell(action.event, "") } }, action.label)])),
  );
  return [
    rewritten.draw(data),
    data.headline ? el("h2", { class: "headline" }, data.headline) : null,
    readings.draw(data),
    line(data.summary, "summary"),
    line(data.details, "details"),
    ...actions,
    ...data.notes.map((note) => el("p", { class: "note" }, note)),
  ];
}

function headlines(found, act, name = "Nearest headlines") {
  if (!found.length) return [];
  const rows = found.map((near) =>
    el("li", {},
      button(
        { class: "near", "aria-pressed": "false", data: { source: near.source }, on: { click: () => act.read(near.source) } },
        near.title,
      ),
      el("p", { class: "byline dotted" }, ...dotted(near.line.split(" · ")))),
  );
  return [el("h3", {}, name), el("ul", { class: "headlines" }, ...rows)];
}
