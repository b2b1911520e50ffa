// The recordings that were found.

const SHORTEST_NAME = 3;

/**
 * The words that the names of all recordings begin with, such as that of a band; of one recording
 * its whole name. Empty where they have no such words.
 *
 * @param {string[]} paths
 */
export function commonName(paths) {
  const names = paths.map((path) => (path.split("/").at(-1) ?? "").replace(/\.[^.]*$/, ""));
  const words = names.map((name) => name.split(/[^\p{L}\p{N}]+/u).filter(Boolean));
  const first = words[0] ?? [];
  const differs = first.findIndex((word, place) => words.some((other) => other[place] !== word));
  const common = differs < 0 ? first : first.slice(0, differs);
  while (common.length && /^\d+$/.test(common.at(-1) ?? "")) common.pop(); // as of a track
  const name = common.join("-");
  return name.length < SHORTEST_NAME ? "" : name;
}
