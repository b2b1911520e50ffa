// Curves as SVG, in the page's own colours.

import { h } from "./dom.js";
import { figure, number, t } from "./texts.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 480;
const HEIGHT = 230;
const EDGE = { left: 46, right: 12, top: 10, bottom: 30 };

/**
 * A figure with one or two curves over steps.
 *
 * `series`: names and points; `level`: a name and a height that is drawn across; `marks`: steps and
 * kinds of events.
 */
export function chart({ id, title, unit, across, series, level = null, marks = [] }) {
  const drawn = series.filter(([, found]) => found.length);
  const points = series.flatMap(([, found]) => found);
  const caption = h("figcaption", {}, h("b", {}, title), h("span", { class: "soft" }, unit));
  const figureOf = (...content) => h("figure", { class: "chart", id: `chart-${id}` }, caption, ...content);
  if (points.length < 2) return figureOf(h("p", { class: "soft early" }, t("runs.too_early")));
  const heights = [...points.map(([, y]) => y), ...(level ? [level[1]] : [])];
  const ticks = { x: stretch(points.map(([x]) => x)), y: round(Math.min(...heights), Math.max(...heights), 4) };
  const x = (value) => EDGE.left + ((value - ticks.x.low) / (ticks.x.high - ticks.x.low)) * (WIDTH - EDGE.left - EDGE.right);
  const y = (value) => HEIGHT - EDGE.bottom - ((value - ticks.y.low) / (ticks.y.high - ticks.y.low)) * (HEIGHT - EDGE.top - EDGE.bottom);
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": describe(title, drawn) });
  for (const value of ticks.y.values) {
    picture.append(line("grid", EDGE.left, y(value), WIDTH - EDGE.right, y(value)));
    picture.append(label(figure(value), EDGE.left - 7, y(value) + 4, "end"));
  }
  for (const value of ticks.x.values.slice(0, -1)) picture.append(label(number(value), x(value), HEIGHT - 12, "middle"));
  picture.append(label(across, WIDTH - EDGE.right, HEIGHT - 12, "end"));
  for (const { at, kind } of marks) picture.append(line(`mark ${kind}`, x(at), EDGE.top, x(at), HEIGHT - EDGE.bottom));
  if (level) picture.append(line("level", EDGE.left, y(level[1]), WIDTH - EDGE.right, y(level[1])));
  drawn.forEach(([, found], place) => picture.append(...curve(found, place, x, y)));
  return figureOf(picture, legend(drawn, level));
}

function curve(found, place, x, y) {
  const path = found.map(([at, value], i) => `${i ? "L" : "M"}${x(at).toFixed(1)} ${y(value).toFixed(1)}`).join("");
  const dots = found.length > 30 ? [] : found.map(([at, value]) => svg("circle", { cx: x(at), cy: y(value), r: 3, class: `dot of-${place}` }, `${number(at)}: ${figure(value)}`));
  return [svg("path", { d: path, class: `curve of-${place}` }), ...dots];
}

function legend(series, level) {
  const names = series.map(([name, found], place) => {
    const last = found.at(-1)?.[1];
    return h("li", { class: `of-${place}` }, name, h("b", {}, figure(last)));
  });
  if (level) names.push(h("li", { class: "of-level" }, level[0], h("b", {}, figure(level[1]))));
  return h("ul", { class: "legend" }, ...names);
}

/** What the picture shows, for those who do not see it. */
function describe(title, series) {
  const told = series.map(([name, found]) => {
    const values = found.map(([, value]) => value);
    const [low, high] = [Math.min(...values), Math.max(...values)].map(figure);
    return t("runs.alt_one", { name, first: figure(values[0]), last: figure(values.at(-1)), low, high });
  });
  return t("runs.alt", { title, series: told.join(" ") });
}

/** Steps from the first to the last, with round values between them. */
function stretch(steps) {
  const [first, last] = [Math.min(...steps), Math.max(...steps)];
  const low = first < last / 3 ? 0 : first;
  const { values } = round(low, last, 5);
  return { low, high: Math.max(last, low + 1), values: values.filter((value) => value >= low) };
}

/** Round values from low to high, about so many. */
function round(low, high, count) {
  const span = high - low || Math.abs(high) || 1;
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.99);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  const values = Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  return { low: values[0], high: values.at(-1), values };
}

function svg(tag, attributes, title) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (title) element.append(svg("title", {}));
  if (title) element.firstChild.textContent = title;
  return element;
}

const line = (kind, x1, y1, x2, y2) => svg("line", { class: kind, x1, y1, x2, y2 });

function label(text, x, y, anchor) {
  const element = svg("text", { x, y, "text-anchor": anchor });
  element.textContent = text;
  return element;
}
