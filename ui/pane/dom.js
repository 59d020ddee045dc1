// Elements out of text. Nothing here or elsewhere in this folder parses HTML: what an article says stays words.

/** An element. Strings among the children become text; null and false are left out. */
export function el(tag, { on = {}, data = {}, ...attributes } = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  for (const [name, value] of Object.entries(data)) element.dataset[name] = value;
  for (const [name, listener] of Object.entries(on)) element.addEventListener(name, listener);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A button that is not a submit button. */
export function button(attributes, ...children) {
  return el("button", { type: "button", ...attributes }, ...children);
}

/** "1", "1 and 3", "1, 2 and 3". */
export function listed(words) {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** The parts with a sign between each two. */
export function spaced(parts, sign) {
  return parts.flatMap((part, at) => (at ? [sign, part] : [part]));
}

/** Parts for an element of class "dotted": a dot stands between two of them, and none begins or ends a line. */
export function dotted(parts) {
  return parts.filter(Boolean).map((part, at) => el("span", { class: "part" }, at ? el("span", { class: "dot" }, " · ") : null, part));
}

/** Calls `then` once the stylesheet that stands beside us in the shadow root is there: nothing is shown unstyled. */
export function whenStyled(root, then) {
  const link = root.querySelector('link[rel="stylesheet"]');
  if (!link || link.sheet) then();
  else {
    link.addEventListener("load", then, { once: true });
    link.addEventListener("error", then, { once: true });
  }
}
