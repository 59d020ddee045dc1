// What was read from the question, each to be moved to something else or taken out; and the question as it was asked.

import { button, el } from "./dom.js";

/** The readings in the header. `act.tell("reading", parameters of an address)` says what the reader wants instead. */
export class Readings {
  constructor(act) {
    this.act = act;
    this.element = el("div", { class: "read" });
  }

  /** The element for `data.read`, or null where nothing was read; what is open in it stays open under the same data. */
  draw(data) {
    const stamp = JSON.stringify([data.id, data.read]);
    if (stamp !== this.stamp) {
      this.stamp = stamp;
      this.element.replaceChildren(
        el("span", { class: "lead" }, "Read from the question:"), ...data.read.map((reading) => this.reading(reading)),
      );
    }
    return data.read.length ? this.element : null;
  }

  reading(reading) {
    const day = reading.name === "from" || reading.name === "to";
    const editor = day ? this.day(reading) : this.offers(reading);
    const change = button(
      {
        class: "quiet", "aria-expanded": "false", "aria-label": `Change: ${reading.label}`,
        on: {
          click: () => {
            editor.hidden = !editor.hidden;
            change.setAttribute("aria-expanded", String(!editor.hidden));
            if (!editor.hidden) editor.querySelector("input, select").focus();
          },
        },
      },
      "change",
    );
    editor.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      editor.hidden = true;
      change.setAttribute("aria-expanded", "false");
      change.focus();
    });
    const field = day ? reading.name : "outlet";
    const out = button(
      {
        class: "take-out", "aria-label": `Do not read: ${reading.label}`, title: "Ask without this",
        on: { click: () => this.say(`not_read=${field}`) },
      },
      "×",
    );
    const also = reading.also
      ? button({ class: "quiet", on: { click: () => this.say(reading.also.value) } }, `or ${reading.also.label}?`)
      : null;
    return el(
      "span", { class: "reading" },
      el("span", { class: "what" },
        el("span", { class: "tag" }, el("span", { class: "said" }, `“${reading.said}”`), ` ${reading.label}`), also, change, editor),
      out,
    );
  }

  day(reading) {
    const field = el("input", { type: "date", value: reading.value, "aria-label": `${reading.label}: another day` });
    const move = () => field.value && field.value !== reading.value && this.say(`${reading.name}=${field.value}`);
    field.addEventListener("keydown", (event) => event.key === "Enter" && move());
    return el("span", { class: "editor", hidden: true }, field, button({ class: "quiet", on: { click: move } }, "ask again"));
  }

  offers(reading) {
    const options = reading.offers.map((offer) =>
      el("option", { value: offer.value, selected: offer.label === reading.label }, offer.label));
    const choice = el("select", { "aria-label": `${reading.label}: another` }, ...options);
    const move = () => choice.selectedOptions[0]?.label !== reading.label && this.say(choice.value);
    choice.addEventListener("keydown", (event) => event.key === "Enter" && move());
    return el("span", { class: "editor", hidden: true }, choice, button({ class: "quiet", on: { click: move } }, "ask again"));
  }

  say(wanted) {
    this.act.tell("reading", wanted);
  }
}

/** The question as it was asked in place of what the reader wrote, to be changed or taken back. */
export class Rewritten {
  constructor(act) {
    this.act = act;
    this.element = el("form", { class: "rewritten", on: { submit: (event) => this.ask(event) } });
  }

  /** The element for `data.question`, or null; what is typed in it stays under the same data. */
  draw(data) {
    const stamp = JSON.stringify([data.id, data.question]);
    if (stamp !== this.stamp) {
      this.stamp = stamp;
      this.field = el("input", { type: "text", value: data.question ?? "", "aria-label": "The question as it was asked", autocomplete: "off" });
      this.element.replaceChildren(
        el("span", { class: "lead" }, "Asked as:"), this.field,
        el("button", { type: "submit", class: "quiet" }, "Ask this"),
        button({ class: "quiet", on: { click: () => this.act.tell("as_written", "") } }, "Ask it as I wrote it"),
      );
    }
    return data.question ? this.element : null;
  }

  ask(event) {
    event.preventDefault();
    if (this.field.value.trim()) this.act.tell("rewritten", this.field.value);
  }
}
