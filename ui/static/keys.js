// The keyboard on every page: "/" leads to the question, a box that a button opens is entered, and whoever pressed
// something that then goes away stands at what has taken its place, instead of nowhere. It comes with the shell
// (ui/shell.py). "[" and "]" are the pane's.

const QUESTION = ".st-key-question input, .st-key-quotes_by_text input, .st-key-check_text textarea, .st-key-brief_topic input";
const ASK = ".st-key-pages a"; // the first of the pages: "/" leads there from a page without a question
const TABBED = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
const PASSED = '[data-testid="stTooltipIcon"] *, main, div'; // a hint, or what only scrolls: not what one was about to press
const BOX = '[data-testid="stPopoverBody"]'; // what a button opened above the page; it stands at the page's end
const DRAWING = '[data-testid="stApp"][data-test-script-state="running"]';
const PATIENCE = 150; // ms in which what went away may come back, drawn anew
const LATE = 1000; // ms after which a page that is still being drawn is taken as it is, and a box too
const WAIT = 5000; // ms in which the Ask page may come

function usable(one) {
  return one.isConnected && !one.disabled && one.tabIndex >= 0 && one.checkVisibility({ visibilityProperty: true });
}

/** What Tab reaches, in the order of the page, within shadow roots too. */
function* tabbed(root = document.body) {
  for (const one of root.querySelectorAll("*")) {
    if (one.matches(TABBED) && usable(one)) yield one;
    if (one.shadowRoot) yield* tabbed(one.shadowRoot);
  }
}

/** An element with what it is called, alone and within its widget: drawn anew, it is called the same. */
function stop(one) {
  const host = one.getRootNode().host ?? one;
  const widget = /st-key-[\w-]+/.exec(host.closest('[class*="st-key-"]')?.className);
  const written = /^(A|BUTTON|SUMMARY)$/.test(one.tagName) ? one.textContent.trim() : one.type;
  const name = `${one.tagName} ${one.dataset.key ?? one.getAttribute("aria-label") ?? written}`;
  return { one, name, full: `${widget} ${name}`, onPage: Boolean(host.closest("#root")) };
}

const stops = () => [...tabbed()].map(stop);

/** The same among the stops that there are now; undefined: it is gone. */
function same(was, now) {
  const alone = now.filter(({ name }) => name === was.name);
  return now.find(({ one }) => one === was.one) ?? now.find(({ full }) => full === was.full) ?? (alone.length === 1 ? alone[0] : undefined);
}

/** What has the focus; null: nothing. */
function focused() {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at === document.body || at === document.documentElement ? null : at;
}

/** Where the reader stands, so that it is not lost. */
class Keeper {
  /** Takes note of a place, and of what stands before it. */
  take(one) {
    const all = stops();
    this.held = { ...stop(one), before: all.slice(0, Math.max(0, all.findIndex((other) => other.one === one))) };
    if (this.held.onPage) this.base = this.held;
  }

  /** Something changed: is the focus lost? One who points with a mouse does not miss it. */
  look() {
    if (!this.held || focused()) return;
    if (this.pointing) this.held = null;
    else this.soon ??= setTimeout(() => this.settle(performance.now() + LATE), PATIENCE);
  }

  settle(until) {
    if (document.querySelector(DRAWING) && performance.now() < until) {
      this.soon = setTimeout(() => this.settle(until), PATIENCE);
      return;
    }
    this.soon = null;
    if (!this.held || focused()) return;
    const now = stops();
    (same(this.held, now) ?? this.next(this.held, now))?.one.focus();
  }

  /** What stands now after what stood before it; for what stood in a box that has closed, what opened the box. */
  next({ before, onPage }, now) {
    let last; // of what stood before, what is still there
    before.findLast((was) => (last = same(was, now)));
    if (!onPage && this.base && last?.onPage !== false) return same(this.base, now) ?? this.next(this.base, now);
    const pressed = ({ one }) => !one.matches(PASSED), at = now.indexOf(last) + 1;
    return now.slice(at).find(pressed) ?? now.slice(0, at).findLast(pressed);
  }

  /** After Tab: past the end of the page the reader leaves it. */
  left() {
    if (!focused()) this.held = null;
  }
}

const keeper = new Keeper(), watched = new WeakSet();
let box = {}; // the one that is open, and what has the focus until it moves on to where the box begins
let asked = 0; // until when a question is waited for, after "/"

/** A box that was opened by a key is entered where it begins: what is in it comes bit by bit. */
function enter() {
  const element = document.querySelector(BOX), at = focused();
  if (element !== box.element) {
    box = { element, at: at?.getAttribute("aria-expanded") === "true" ? at : null, until: performance.now() + LATE };
  }
  if (!element || !at || at !== box.at || performance.now() > box.until) return;
  box.at = tabbed(element).next().value ?? at;
  if (box.at !== at) box.at.focus();
}

/** Tab leads out of a box at either end, to what opened it. */
function leave(event) {
  const at = event.composedPath()[0], element = at.closest?.(BOX);
  if (event.key !== "Tab" || !element || !usable(keeper.base.one)) return;
  const all = [...tabbed(element)];
  if (at !== (event.shiftKey ? all[0] : all.at(-1))) return;
  event.preventDefault();
  keeper.base.one.focus();
}

function slash(event) {
  const at = event.composedPath()[0], page = document.querySelector(ASK);
  const writing = at.isContentEditable || (/^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName) && !/^(checkbox|radio)$/.test(at.type));
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || writing || !page) return;
  event.preventDefault();
  if (ask()) return;
  asked = performance.now() + WAIT;
  page.click();
}

function ask() {
  const field = document.querySelector(QUESTION);
  if (!field) return false;
  asked = 0;
  field.focus();
  field.select();
  return true;
}

function changed() {
  if (performance.now() < asked) ask();
  if (!keeper.pointing) enter();
  keeper.look();
}

/** Follows the focus and what changes within the page or a shadow root. */
function watch(root) {
  if (watched.has(root)) return;
  watched.add(root);
  const attributeFilter = ["disabled", "hidden", "style", "class"];
  new MutationObserver(changed).observe(root, { subtree: true, childList: true, attributeFilter });
  root.addEventListener("focusin", (event) => {
    const at = event.composedPath()[0];
    watch(at.getRootNode());
    keeper.take(at);
  });
}

document.addEventListener("keydown", (event) => {
  keeper.pointing = false;
  if (event.key === "Tab") setTimeout(() => keeper.left());
  slash(event);
  leave(event);
});
document.addEventListener("pointerdown", () => (keeper.pointing = true), true);
watch(document);
