// Building blocks of the page.

import { ServerError } from "./api.js";
import { problemSentence, t } from "./texts.js";

/** @typedef {Node | string | null | undefined} Child */

/**
 * Builds an element.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, unknown>} properties Properties of the element, or attributes by their
 *     hyphenated names. What is null or undefined is left out.
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name in element && !name.includes("-")) Object.assign(element, { [name]: value });
    else element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/**
 * Finds an element of the page by its id.
 *
 * @template {HTMLElement} Kind
 * @param {string} id
 * @param {new () => Kind} [kind] Class that the element must have; any element if left out.
 * @returns {Kind}
 */
export function byId(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof (kind ?? HTMLElement))) throw new Error(`the page has no #${id}`);
  return /** @type {Kind} */ (found);
}

/**
 * Finds an element inside another one by a selector.
 *
 * @param {Element} root
 * @param {string} selector
 * @returns {HTMLElement}
 */
export function within(root, selector) {
  const found = root.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`there is no ${selector}`);
  return found;
}

/**
 * Gives a container one child for each item of a list, in its order. Children that are there
 * already are kept: what plays goes on, what has the focus keeps it.
 *
 * @template Item
 * @param {HTMLElement} container
 * @param {Item[]} items
 * @param {(item: Item) => string | number} keyOf
 * @param {(item: Item) => HTMLElement} build
 * @param {(child: HTMLElement, item: Item) => void} update
 */
export function keyed(container, items, keyOf, build, update = () => {}) {
  const children = /** @type {HTMLElement[]} */ ([...container.children]);
  const there = new Map(children.map((child) => [child.dataset.key, child]));
  let place = container.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    const child = there.get(key) ?? build(item);
    there.delete(key);
    child.dataset.key = key;
    update(child, item);
    if (child === place) place = place.nextElementSibling;
    else container.insertBefore(child, place);
  }
  for (const child of there.values()) child.remove();
}

/**
 * Sets a text only if it differs, so that screen readers announce real changes alone.
 *
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let leaving;

/**
 * Shows a message in the banner. An error stays until it is closed.
 *
 * @param {(string | Node)[]} message Its parts.
 * @param {{ isError?: boolean, stays?: boolean, action?: HTMLElement | null }} options
 */
export function showMessage(message, { isError = false, stays = isError, action = null } = {}) {
  const banner = byId("banner");
  banner.classList.toggle("wrong", isError);
  byId("banner-text").replaceChildren(...message);
  byId("banner-action").replaceChildren(...(action ? [action] : []));
  banner.hidden = false;
  clearTimeout(leaving);
  if (!stays) leaving = setTimeout(hideBanner, 6000);
}

/**
 * Shows an error in the banner.
 *
 * @param {unknown} error
 */
export function showError(error) {
  const problem = error instanceof ServerError ? error.problem : null;
  const message = error instanceof Error ? error.message : String(error);
  showMessage(problem ? problemSentence(problem) : [message], { isError: true });
}

/** Hides an error, because something is tried anew. */
export function hideError() {
  if (byId("banner").classList.contains("wrong")) hideBanner();
}

/** Hides the banner. */
export function hideBanner() {
  clearTimeout(leaving);
  byId("banner").hidden = true;
}

/**
 * Runs what a button asks for. The button is disabled meanwhile; errors go to the banner.
 *
 * @template Result
 * @param {HTMLButtonElement} button
 * @param {import("./texts.js").Key | null} key Label of the button meanwhile; null: it keeps its own.
 * @param {() => Promise<Result>} work
 * @returns {Promise<Result | null>} What the work gives, or null where it failed.
 */
export async function busy(button, key, work) {
  const label = button.textContent;
  const hadFocus = document.activeElement === button;
  button.style.minWidth = `${button.offsetWidth}px`; // its neighbours stay where they are
  button.disabled = true;
  hideError();
  if (key) button.textContent = t(key);
  try {
    return await work();
  } catch (error) {
    showError(error);
    return null;
  } finally {
    button.disabled = false;
    if (key) button.textContent = label;
    button.style.minWidth = "";
    // A button that is disabled loses the focus; it comes back unless it has gone elsewhere.
    if (hadFocus && document.activeElement === document.body) button.focus();
  }
}
