// Building blocks of the page.

import { say, t } from "./texts.js";

/** An element with properties, attributes (by their hyphenated or `aria` names) and children. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name in element && !name.includes("-")) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export const byId = (id) => document.getElementById(id);

/**
 * Makes the children of a container those of a list, in its order, and keeps those that are there:
 * what plays goes on, what has the focus keeps it.
 */
export function keyed(container, items, keyOf, build, update = () => {}) {
  const there = new Map([...container.children].map((child) => [child.dataset.key, child]));
  let place = container.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    let child = there.get(key);
    there.delete(key);
    if (!child) {
      child = build(item);
      child.dataset.key = key;
    }
    update(child, item);
    if (child === place) place = place.nextElementSibling;
    else container.insertBefore(child, place);
  }
  for (const child of there.values()) child.remove();
}

/** Sets a text where it differs, so that screen readers hear of real changes alone. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

let leaving = 0;

/** Tells something in the banner: an error stays until it is closed. */
export function tell(message, { isError = false, action = null } = {}) {
  const banner = byId("banner");
  banner.classList.toggle("wrong", isError);
  say(byId("banner-text"), message);
  byId("banner-action").replaceChildren(...(action ? [action] : []));
  banner.hidden = false;
  clearTimeout(leaving);
  if (!isError) leaving = setTimeout(hush, 6000);
}

export const tellError = (error) => tell(error.message, { isError: true });

export function hush() {
  clearTimeout(leaving);
  byId("banner").hidden = true;
}

/** Runs what a button asks for: meanwhile it cannot be pressed again, errors go to the banner. */
export async function busy(button, key, work) {
  const label = button.textContent;
  button.disabled = true;
  if (key) button.textContent = t(key);
  try {
    return await work();
  } catch (error) {
    tellError(error);
    return null;
  } finally {
    button.disabled = false;
    if (key) button.textContent = label;
  }
}
