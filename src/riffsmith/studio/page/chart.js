// Curves as SVG, in the page's own colours.

import { h } from "./dom.js";
import { figure, number } from "./numbers.js";
import { t } from "./texts.js";

/** @typedef {[number, number]} Point A step and a value. */
/** @typedef {[string, Point[]]} Series A name and its points. */
/** @typedef {{ low: number, high: number, values: number[] }} Scale */
/** @typedef {(value: number) => number} Axis A value → its place in the picture. */

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 480;
const HEIGHT = 230;
const EDGE = { left: 46, right: 12, top: 10, bottom: 30 };
const MOST_DOTS = 30;

/**
 * A figure with one or two curves over steps.
 *
 * @param {object} options
 * @param {string} options.id
 * @param {string} options.title
 * @param {string} options.unit
 * @param {string} options.across Name of the axis of steps.
 * @param {Series[]} options.series
 * @param {[string, number] | null} [options.level] Name and height of a line across the picture.
 * @param {{ at: number, kind: string }[]} [options.marks] Steps and kinds of events.
 * @param {boolean} options.isRunning Whether more points are to come.
 */
export function chart({ id, title, unit, across, series, level = null, marks = [], isRunning }) {
  const drawn = series.filter(([, found]) => found.length);
  const points = series.flatMap(([, found]) => found);
  const caption = h("figcaption", {}, h("b", {}, title), h("span", { class: "soft" }, unit));
  const figureOf = (/** @type {import("./dom.js").Child[]} */ ...content) =>
    h("figure", { class: "chart", id: `chart-${id}` }, caption, ...content);
  if (points.length < 2) {
    const early = t(isRunning ? "runs.too_early" : "runs.too_short");
    return figureOf(h("p", { class: "soft early" }, early));
  }
  const heights = [...points.map(([, y]) => y), ...(level ? [level[1]] : [])];
  const steps = scaleOfSteps(points.map(([x]) => x));
  const values = roundScale(Math.min(...heights), Math.max(...heights), 4);
  const x = axis(steps, EDGE.left, WIDTH - EDGE.right);
  const y = axis(values, HEIGHT - EDGE.bottom, EDGE.top);
  const picture = svg("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    role: "img",
    "aria-label": describe(title, drawn),
  });
  for (const value of values.values) {
    picture.append(line("grid", EDGE.left, y(value), WIDTH - EDGE.right, y(value)));
    picture.append(label(figure(value), EDGE.left - 7, y(value) + 4, "end"));
  }
  for (const value of steps.values.slice(0, -1))
    picture.append(label(number(value), x(value), HEIGHT - 12, "middle"));
  picture.append(label(across, WIDTH - EDGE.right, HEIGHT - 12, "end"));
  for (const { at, kind } of marks)
    picture.append(line(`mark ${kind}`, x(at), EDGE.top, x(at), HEIGHT - EDGE.bottom));
  if (level) picture.append(line("level", EDGE.left, y(level[1]), WIDTH - EDGE.right, y(level[1])));
  for (const [place, [, found]] of drawn.entries()) picture.append(...curve(found, place, x, y));
  return figureOf(picture, legend(drawn, level));
}

/**
 * @param {Scale} scale
 * @param {number} from Place of the lowest value.
 * @param {number} to Place of the highest value.
 * @returns {Axis}
 */
const axis =
  ({ low, high }, from, to) =>
  (value) =>
    from + ((value - low) / (high - low)) * (to - from);

/**
 * @param {Point[]} points
 * @param {number} place Number of the series, which chooses its colour.
 * @param {Axis} x
 * @param {Axis} y
 */
function curve(points, place, x, y) {
  const path = points.map(
    ([at, value], i) => `${i ? "L" : "M"}${x(at).toFixed(1)} ${y(value).toFixed(1)}`,
  );
  const dots = points.map(([at, value]) =>
    svg(
      "circle",
      { cx: x(at), cy: y(value), r: 3, class: `dot of-${place}` },
      `${number(at)}: ${figure(value)}`,
    ),
  );
  return [
    svg("path", { d: path.join(""), class: `curve of-${place}` }),
    ...(points.length > MOST_DOTS ? [] : dots),
  ];
}

/**
 * @param {Series[]} series
 * @param {[string, number] | null} level
 */
function legend(series, level) {
  const names = series.map(([name, found], place) =>
    h("li", { class: `of-${place}` }, name, h("b", {}, figure(found.at(-1)?.[1]))),
  );
  if (level) names.push(h("li", { class: "of-level" }, level[0], h("b", {}, figure(level[1]))));
  return h("ul", { class: "legend" }, ...names);
}

/**
 * Describes the picture for those who do not see it.
 *
 * @param {string} title
 * @param {Series[]} series
 */
function describe(title, series) {
  const lines = series.map(([name, found]) => {
    const values = found.map(([, value]) => value);
    return t("runs.alt_one", {
      name,
      first: values[0],
      last: values[values.length - 1],
      low: Math.min(...values),
      high: Math.max(...values),
    });
  });
  return t("runs.alt", { title, series: lines.join(" ") });
}

/**
 * A scale from the first step to the last, with round values between them.
 *
 * @param {number[]} steps
 * @returns {Scale}
 */
function scaleOfSteps(steps) {
  const [first, last] = [Math.min(...steps), Math.max(...steps)];
  const low = first < last / 3 ? 0 : first;
  const { values } = roundScale(low, last, 5);
  const shown = values.filter((value) => value >= low && Number.isInteger(value));
  return { low, high: Math.max(last, low + 1), values: shown };
}

/**
 * A scale of round values.
 *
 * @param {number} low
 * @param {number} high
 * @param {number} count About how many values.
 * @returns {Scale}
 */
function roundScale(low, high, count) {
  const span = high - low || Math.abs(high) || 1;
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough * 0.99) ?? 10);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  const values = Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
  return { low: values[0], high: values[values.length - 1], values };
}

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {string} [title] Shown while the pointer is over the element.
 */
function svg(tag, attributes, title) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  if (title) {
    const shown = document.createElementNS(SVG, "title");
    shown.textContent = title;
    element.append(shown);
  }
  return element;
}

/**
 * @param {string} kind
 * @param {number} x1
 * @param {number} y1
 * @param {number} x2
 * @param {number} y2
 */
const line = (kind, x1, y1, x2, y2) => svg("line", { class: kind, x1, y1, x2, y2 });

/**
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {"end" | "middle"} anchor
 */
function label(text, x, y, anchor) {
  const element = svg("text", { x, y, "text-anchor": anchor });
  element.textContent = text;
  return element;
}
