// The library as a table: what it is handed is described in ui/shelf.py. Every string becomes text, never HTML.

const NARROW = 760; // px of the table's own width; below, each article is a block
const shelves = new WeakMap();

function el(tag, { on = {}, ...attributes } = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const [name, listener] of Object.entries(on)) element.addEventListener(name, listener);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

class Shelf {
  constructor(root) {
    this.host = root.host;
    this.element = el("div", { class: "shelf", hidden: true });
    root.append(this.element);
    new ResizeObserver(() => this.measure()).observe(this.host);
    const link = root.querySelector('link[rel="stylesheet"]');
    const show = () => ((this.ready = true), (this.element.hidden = false));
    if (!link || link.sheet) show();
    else for (const event of ["load", "error"]) link.addEventListener(event, show, { once: true });
  }

  update(data, tell) {
    this.tell = tell;
    this.data = data;
    this.element.dataset.theme = dark(this.host) ? "dark" : "light";
    const held = this.host.shadowRoot.activeElement?.dataset.key;
    this.element.replaceChildren(this.table(data), this.foot(data));
    if (held) this.element.querySelector(`[data-key="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
    this.measure();
  }

  table(data) {
    const head = el("tr", {}, data.selectable && el("th", { scope: "col", class: "pick" }, this.all(data)),
      data.columns.map((column) => this.column(column, data)));
    const caption = el("caption", {}, data.caption);
    return el("table", {}, caption, el("thead", {}, head), el("tbody", {}, data.rows.map((row) => this.row(row, data))));
  }

  column(column, data) {
    const sorted = column.sort !== null && column.sort === data.sort;
    const order = sorted ? (data.descending ? "descending" : "ascending") : null;
    if (column.sort === null) return el("th", { scope: "col", class: column.name }, column.label);
    const sign = sorted ? (data.descending ? " ↓" : " ↑") : "";
    const press = { click: () => this.tell("sort", column.sort) };
    return el("th", { scope: "col", class: column.name, "aria-sort": order },
      el("button", { type: "button", "data-key": `sort-${column.sort}`, title: `Sort by ${column.label.toLowerCase()}`, on: press },
        column.label, el("span", { "aria-hidden": "true" }, sign)));
  }

  all(data) {
    const ids = data.rows.map((row) => row.id);
    const every = ids.length > 0 && data.rows.every((row) => row.selected);
    return tick("all", "Select all on this page", every, (on) => this.tell("select", JSON.stringify({ ids, on })));
  }

  row(row, data) {
    const open = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a new tab or window: the address leads there
      event.preventDefault();
      this.tell("open", row.id);
    };
    const pick = data.selectable && el("td", { class: "pick" },
      tick(`pick-${row.id}`, `Select ${row.title}`, row.selected, (on) => this.tell("select", JSON.stringify({ ids: [row.id], on }))));
    const title = el("a", { href: row.href, "data-key": `open-${row.id}`, on: { click: open } }, row.title);
    const cells = [
      el("th", { scope: "row", class: "title" }, title, row.about && el("span", { class: "about" }, row.about)),
      el("td", { class: "outlet" }, row.outlet),
      el("td", { class: "date", title: row.dated }, row.date),
      el("td", { class: "kind" }, row.kind),
      el("td", { class: "status" }, row.status),
      el("td", { class: "added", title: row.added_at }, row.added),
    ];
    return el("tr", { "data-on": row.selected, "data-status": row.status }, pick, cells);
  }

  foot(data) {
    const go = (page, label, key) => el("button", { type: "button", class: "go", "data-key": key, disabled: page < 1 || page > data.pages,
      on: { click: () => this.tell("page", page) } }, label);
    return el("div", { class: "foot" }, el("p", { role: "status" }, data.summary),
      data.pages > 1 && el("nav", { "aria-label": "Pages" }, go(data.page - 1, "Previous", "previous"),
        el("span", {}, `Page ${data.page.toLocaleString("en")} of ${data.pages.toLocaleString("en")}`),
        go(data.page + 1, "Next", "next")));
  }

  measure() {
    const { width } = this.host.getBoundingClientRect();
    if (width) this.element.dataset.layout = width < NARROW ? "narrow" : "wide";
  }
}

function tick(key, label, checked, told) {
  const box = el("input", { type: "checkbox", "aria-label": label, "data-key": key, on: { change: () => told(box.checked) } });
  box.checked = checked;
  return el("label", { class: "tick" }, box);
}

function dark(host) {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(getComputedStyle(host).getPropertyValue("--st-background-color").trim());
  if (!hex) return matchMedia("(prefers-color-scheme: dark)").matches;
  const [red, green, blue] = hex.slice(1).map((part) => parseInt(part, 16));
  return 0.3 * red + 0.6 * green + 0.1 * blue < 128;
}

export default function ({ data, parentElement, setTriggerValue }) {
  let shelf = shelves.get(parentElement);
  if (!shelf) shelves.set(parentElement, (shelf = new Shelf(parentElement)));
  shelf.update(data, setTriggerValue);
}
