// The pane: an answer left, its sources right. What it is handed is described in ui/contract.py.
// It asks the server nothing to show a citation: every cited article came with the answer.

import { AnswerSide } from "./answer.js";
import { hand, selection } from "./copy.js";
import { el, whenStyled } from "./dom.js";
import { SourceSide } from "./source.js";

const NARROW = 860; // px of the pane's own width; below, the source is a sheet over the answer
const panes = new WeakMap();

class Pane {
  constructor(root) {
    this.host = root.host;
    const act = {
      open: (number) => this.open(number, null, true),
      read: (key) => this.open(null, key, true),
      step: (by) => this.step(by),
      light: (id) => this.light(id),
      close: () => this.close(),
      tell: (event, value) => this.tell(event, value),
      chosen: () => this.number,
    };
    this.answer = new AnswerSide(act);
    this.source = new SourceSide(act);
    this.element = el("div", { class: "pane", hidden: true }, this.answer.element, this.source.element);
    root.append(this.element);
    this.element.addEventListener("copy", (event) => this.copied(event, selection(root)));
    this.keys = (event) => this.key(event);
    document.addEventListener("keydown", this.keys);
    this.selects = () => this.host.isConnected && this.source.pick(selection(root));
    document.addEventListener("selectionchange", this.selects);
    this.sizes = new ResizeObserver(() => this.measure());
    this.sizes.observe(this.host);
    whenStyled(root, () => this.styled());
  }

  update(data, tell) {
    this.tell = tell;
    const anew = this.id !== data.id;
    this.data = data;
    this.empty = data.id === "blank";
    this.element.dataset.outcome = data.outcome;
    this.element.dataset.theme = dark(this.host) ? "dark" : "light";
    this.answer.draw(data);
    this.source.take(data);
    if (anew) {
      this.id = data.id;
      this.number = this.key_ = null;
      this.close();
    }
    this.element.hidden = this.empty || !this.ready;
    this.element.toggleAttribute("data-alone", !data.sources.length);
    this.measure();
    const [number, key] = this.standing(data);
    if (!anew) this.open(number, key, false);
    else {
      this.source.open(null, null);
      afterPaint(() => this.data === data && this.number === null && this.key_ === null && this.open(number, key, false));
    }
  }

  /** What stands right under new data: what stood there before if it is still there, else what the data opens. */
  standing(data) {
    if (data.citations.some((citation) => citation.number === this.number)) return [this.number, null];
    if (data.sources.some((source) => source.key === this.key_)) return [null, this.key_];
    return typeof data.open === "number" ? [data.open, null] : [null, data.open];
  }

  /** Puts a citation's source (or, by key, an article) on the right; `asked` by the reader: the sheet comes up. */
  open(number, key, asked) {
    this.number = number;
    this.key_ = key;
    this.source.open(number, key);
    this.answer.select(number, key);
    if (asked && this.element.dataset.layout === "narrow" && this.data.outcome !== "article") {
      this.came = this.host.shadowRoot.activeElement;
      this.element.toggleAttribute("data-sheet", true);
      this.source.back.focus({ preventScroll: true });
      this.source.open(number, key); // it has a height only now
    }
  }

  close() {
    if (!this.element.hasAttribute("data-sheet")) return;
    this.element.removeAttribute("data-sheet");
    if (this.came?.isConnected) this.came.focus();
  }

  step(by) {
    const numbers = this.data.citations.map((citation) => citation.number);
    if (!numbers.length) return;
    const at = numbers.indexOf(this.number);
    this.open(numbers[(Math.max(at, 0) + (at < 0 ? 0 : by) + numbers.length) % numbers.length], null, false);
  }

  light(id) {
    this.came = null;
    this.close();
    this.answer.light(id);
  }

  /** What is selected in the answer or in an article is copied with its source. */
  copied(event, range) {
    if (!range || writing(event)) return;
    const parts = [...this.answer.selected(range), ...this.source.selected(range)];
    if (parts.length) hand(event, parts);
  }

  key(event) {
    if (!this.host.isConnected) {
      document.removeEventListener("keydown", this.keys);
      document.removeEventListener("selectionchange", this.selects);
      this.sizes.disconnect();
      return;
    }
    if (event.key === "Escape") this.close();
    if (event.ctrlKey || event.metaKey || event.altKey || writing(event)) return;
    if (event.key === "[" || event.key === "]") {
      event.preventDefault();
      this.step(event.key === "]" ? 1 : -1);
    }
  }

  styled() {
    this.ready = true;
    if (!this.data) return;
    this.element.hidden = this.empty;
    this.measure();
    this.source.open(this.number, this.key_);
  }

  /** Wide or narrow, and how far down the pane begins: the article takes the height that is left. */
  measure() {
    const { width, top } = this.host.getBoundingClientRect();
    if (!width) return;
    const scroller = this.host.closest('[data-testid="stMain"]');
    this.element.dataset.layout = width < NARROW ? "narrow" : "wide";
    this.element.style.setProperty("--above", `${Math.round(top + (scroller?.scrollTop ?? 0))}px`);
  }
}

function writing(event) {
  const at = event.composedPath()[0];
  return at instanceof HTMLElement && (at.isContentEditable || (/^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName) && !/^(checkbox|radio)$/.test(at.type)));
}

function dark(host) {
  const probe = getComputedStyle(host).getPropertyValue("--st-background-color").trim();
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(probe);
  if (!hex) return matchMedia("(prefers-color-scheme: dark)").matches;
  const [red, green, blue] = hex.slice(1).map((part) => parseInt(part, 16));
  return 0.3 * red + 0.6 * green + 0.1 * blue < 128;
}

/** Calls `then` when what was drawn until now can be seen: the first words do not wait for a long article. */
function afterPaint(then) {
  requestAnimationFrame(() => setTimeout(then));
}

export default function ({ data, parentElement, setTriggerValue }) {
  let pane = panes.get(parentElement);
  if (!pane) panes.set(parentElement, (pane = new Pane(parentElement)));
  pane.update(data, setTriggerValue);
}
