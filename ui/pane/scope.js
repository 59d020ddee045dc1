// The scope bar: how much is in the scope, what is chosen, and what can be. What it is handed is described in
// ui/contract.py (Bar). Every choice sends the whole new scope, as the query of an address.

import { button, dotted, el, whenStyled } from "./dom.js";

const MANY = 12; // choices; above, they can be searched
const bars = new WeakMap();

class Bar {
  constructor(root) {
    this.root = root;
    this.said = el("span", { class: "said dotted", role: "status" });
    this.row = el("div", { class: "row" });
    this.problems = el("div", { class: "problems", role: "alert" });
    this.panel = el("div", { class: "panel", id: "panel", role: "group", hidden: true });
    this.element = el("section", { class: "scope", "aria-label": "Scope", hidden: true }, this.row, this.problems, this.panel);
    this.element.addEventListener("keydown", (event) => this.key(event));
    root.append(this.element);
    this.dates = new Dates((change) => this.set(change));
    whenStyled(root, () => (this.element.hidden = false));
  }

  update(data, tell) {
    this.tell = tell;
    this.data = data;
    this.scope = data.scope;
    if (this.question !== undefined && this.question !== data.question) this.group = null;
    this.question = data.question;
    const stamp = JSON.stringify(data);
    if (stamp !== this.stamp) this.draw();
    this.stamp = stamp;
  }

  /** Draws all; what had the focus has it again. */
  draw() {
    const held = this.root.activeElement?.dataset.key;
    if (this.said.textContent !== this.data.said) this.said.replaceChildren(...dotted(this.data.said.split(" · ")));
    const buttons = [{ key: "dates", label: "Dates" }, ...this.data.groups].map((group) => this.opener(group));
    const clear = this.data.chosen.length
      ? button({ class: "quiet", data: { key: "clear" }, on: { click: () => this.send({}) } }, "Clear")
      : null;
    this.row.replaceChildren(
      ...[this.said, ...this.data.chosen.map((one, at) => this.chosen(one, at)), this.undated(), clear,
        el("span", { class: "openers" }, ...buttons)].filter(Boolean),
    );
    this.problems.replaceChildren(...this.data.problems.map((words) => el("p", {}, words)));
    this.fill();
    if (!held || this.root.activeElement?.dataset.key === held) return;
    const next = this.root.querySelector(`[data-key="${CSS.escape(held)}"]`) ?? this.row.querySelector("button");
    next?.focus({ preventScroll: true });
    if (next?.type === "search") next.setSelectionRange(next.value.length, next.value.length);
  }

  chosen(one, at) {
    const words = one.group
      ? button({ class: "name", data: { key: `chosen-${at}` }, on: { click: () => this.open(one.group) } }, one.label)
      : el("span", { class: "name" }, one.label);
    const out = button(
      {
        class: "out", "aria-label": `Take out: ${one.label}`, title: "Take out", data: { key: `out-${at}` },
        on: { click: () => this.send(one.without) },
      },
      "×",
    );
    return el("span", { class: "picked" }, words, out);
  }

  undated() {
    if (!this.data.undated) return null;
    const include = button(
      { class: "quiet", data: { key: "undated" }, on: { click: () => this.set({ undated: ["1"] }) } }, "include",
    );
    return el("span", { class: "undated dotted" }, ...dotted([this.data.undated, include]));
  }

  opener(group) {
    const open = this.group === group.key;
    return button(
      {
        class: "opener", "aria-expanded": String(open), "aria-controls": "panel", data: { key: `open-${group.key}` },
        on: { click: () => this.open(open ? null : group.key) },
      },
      group.label,
    );
  }

  /** Opens a group in place, or closes what is open; the focus goes to the button. */
  open(key) {
    const was = this.group;
    this.group = key;
    this.sought = "";
    this.draw();
    this.root.querySelector(`[data-key="open-${key ?? was}"]`)?.focus({ preventScroll: true });
  }

  /** Fills the panel with what is open now. */
  fill() {
    const group = this.group === "dates" ? { label: "Dates" } : this.data.groups.find(({ key }) => key === this.group);
    this.panel.hidden = !group;
    if (!group) return this.panel.replaceChildren();
    this.panel.setAttribute("aria-label", group.label);
    if (this.group === "dates") {
      if (this.panel.firstChild !== this.dates.element) this.panel.replaceChildren(this.dates.element);
      return this.dates.update(this.data);
    }
    const down = this.panel.querySelector(".choices")?.scrollTop ?? 0;
    this.panel.replaceChildren(...group.parts.flatMap((part) => this.part(part)));
    const list = this.panel.querySelector(".choices");
    if (list) list.scrollTop = down;
  }

  part(part) {
    const rows = part.choices.map((choice) => this.choice(part, choice));
    const seek = (words) => {
      this.sought = words;
      const wanted = words.trim().toLowerCase();
      for (const [at, choice] of part.choices.entries()) rows[at].hidden = !choice.label.toLowerCase().includes(wanted);
    };
    const search = part.choices.length > MANY
      ? el("input", {
        class: "seek", type: "search", "aria-label": `Find: ${part.heading}`, placeholder: "Find by name", value: this.sought ?? "",
        data: { key: `seek-${part.name}` }, on: { input: (event) => seek(event.target.value) },
      })
      : null;
    if (search && this.sought) seek(this.sought);
    return [
      el("div", { class: "heading" }, el("h3", {}, part.heading), search, part.rest ? el("span", { class: "rest" }, part.rest) : null),
      el("ul", { class: "choices", tabindex: rows.length > MANY ? 0 : null, "aria-label": part.heading }, ...rows),
    ];
  }

  choice(part, choice) {
    const box = el("input", {
      type: "checkbox", checked: choice.on, data: { key: `${part.name}=${choice.value}` },
      on: { change: (event) => this.choose(part, choice.value, event.target.checked) },
    });
    const count = el("span", { class: "count" }, choice.articles, el("span", { class: "unseen" }, choice.articles === "1" ? " article" : " articles"));
    const barring = part.barring
      ? button(
        {
          class: "leave", "aria-pressed": String(choice.out), "aria-label": `Leave out ${choice.label}`,
          data: { key: `${part.barring}=${choice.value}` },
          on: { click: () => this.bar(part, choice) },
        },
        choice.out ? "left out" : "leave out",
      )
      : null;
    return el(
      "li", { class: "choice", "data-none": choice.articles === "0" },
      el("label", { class: choice.out ? "barred" : null }, box, el("span", { class: "label" }, choice.label), count), barring,
    );
  }

  choose(part, value, on) {
    const others = part.one ? [] : (this.scope[part.name] ?? []).filter((one) => !same(one, value));
    const change = { [part.name]: on ? [...others, value] : others };
    if (on && part.barring) change[part.barring] = (this.scope[part.barring] ?? []).filter((one) => !same(one, value));
    this.set(change);
  }

  bar(part, choice) {
    const others = (this.scope[part.barring] ?? []).filter((one) => !same(one, choice.value));
    this.set({
      [part.barring]: choice.out ? others : [...others, choice.value],
      [part.name]: (this.scope[part.name] ?? []).filter((one) => !same(one, choice.value)),
    });
  }

  set(change) {
    this.send({ ...this.scope, ...change });
  }

  /** Sends a scope; a further choice before the answer builds on it. */
  send(scope) {
    this.scope = scope;
    const query = new URLSearchParams();
    for (const [name, values] of Object.entries(scope)) for (const value of values) query.append(name, value);
    this.tell("scope", query.toString());
  }

  key(event) {
    if (event.key !== "Escape" || !this.group) return;
    event.stopPropagation();
    this.open(null);
  }
}

/** First and last day, and the days that are often wanted. Its fields stay while one is typed into. */
class Dates {
  constructor(set) {
    this.set = set;
    this.first = this.field("first", "From");
    this.last = this.field("last", "To");
    this.fault = el("p", { class: "fault", role: "alert", hidden: true }, "The first day is after the last.");
    this.quick = el("div", { class: "quick" });
    this.element = el(
      "div", { class: "dates" },
      el("label", {}, el("span", { class: "which" }, "From"), this.first), el("label", {}, el("span", { class: "which" }, "To"), this.last), this.quick, this.fault,
    );
  }

  field(name, label) {
    return el("input", { type: "date", "aria-label": `${label}, day of publication`, data: { key: name }, on: { change: () => this.changed() } });
  }

  update(data) {
    this.data = data;
    this.fault.hidden = true;
    for (const [field, day] of [[this.first, data.first], [this.last, data.last]]) {
      if (field.value !== (day ?? "")) field.value = day ?? "";
    }
    const held = this.quick.contains(this.quick.getRootNode().activeElement);
    const at = held ? [...this.quick.children].indexOf(this.quick.getRootNode().activeElement) : -1;
    this.quick.replaceChildren(...data.quick.map((one) => this.day(one)));
    if (held) this.quick.children[at]?.focus({ preventScroll: true });
  }

  day(one) {
    return button(
      { "aria-pressed": String(one.on), data: { key: `quick-${one.label}` }, on: { click: () => this.send(one.first, one.last) } },
      one.label,
    );
  }

  changed() {
    const [first, last] = [this.first.value, this.last.value];
    if ([first, last].some((day) => day && day < "1600")) return; // a year that is still being typed
    this.fault.hidden = !(first && last && first > last);
    if (this.fault.hidden && (first !== (this.data.first ?? "") || last !== (this.data.last ?? ""))) this.send(first, last);
  }

  send(first, last) {
    const undated = first || last ? {} : { undated: [] };
    this.set({ from: first ? [first] : [], to: last ? [last] : [], ...undated });
  }
}

function same(one, other) {
  return one.toLowerCase() === other.toLowerCase();
}

export default function ({ data, parentElement, setTriggerValue }) {
  let bar = bars.get(parentElement);
  if (!bar) bars.set(parentElement, (bar = new Bar(parentElement)));
  bar.update(data, setTriggerValue);
}
