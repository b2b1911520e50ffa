// The votes of blind comparisons, for each pair of models, and what chance would make of them.

/**
 * Votes on two models: how often the first was preferred, the second, and neither. A snapshot
 * counts as a model of its own, such as `run:mine@1200`.
 *
 * @typedef {{ models: [string, string], votes: [number, number, number] }} Pair
 */

const VERSION = 1;
const MOST_VOTES = 1_000_000;

/**
 * Reads votes from what the browser keeps.
 *
 * @param {string | null} text null: nothing is kept yet.
 * @returns {{ pairs: Pair[], isWhole: boolean }} The votes that can be read, and whether these are all.
 */
export function readTally(text) {
  if (text === null) return { pairs: [], isWhole: true };
  try {
    const kept = JSON.parse(text);
    if (kept?.version !== VERSION || !Array.isArray(kept.pairs))
      return { pairs: [], isWhole: false };
    const pairs = kept.pairs.filter(isPair);
    return { pairs, isWhole: pairs.length === kept.pairs.length };
  } catch {
    return { pairs: [], isWhole: false };
  }
}

/**
 * Writes votes as the browser keeps them.
 *
 * @param {Pair[]} pairs
 */
export const writeTally = (pairs) => JSON.stringify({ version: VERSION, pairs });

/**
 * Adds a vote. The order of the two models does not matter.
 *
 * @param {Pair[]} pairs
 * @param {string} one Id of a model.
 * @param {string} other Id of another model.
 * @param {string | null} preferred Id of the one that was preferred; null: neither.
 * @returns {Pair[]}
 */
export function addVote(pairs, one, other, preferred) {
  /** @type {[string, string]} */
  const models = one < other ? [one, other] : [other, one];
  const isIt = (/** @type {Pair} */ pair) => String(pair.models) === String(models);
  const votes = [...(pairs.find(isIt)?.votes ?? [0, 0, 0])];
  votes[preferred === null ? 2 : models.indexOf(preferred)] += 1;
  const added = /** @type {Pair} */ ({ models, votes });
  return [added, ...pairs.filter((pair) => !isIt(pair))];
}

/**
 * The probability that votes are as uneven as these, or more, where each is a toss of a coin (exact
 * binomial test on two sides; votes for neither do not count).
 *
 * @param {number} first
 * @param {number} second
 */
export function chanceOf(first, second) {
  const count = first + second;
  let logarithm = -count * Math.LN2; // of the probability of so few votes for one side
  let sum = 0;
  for (let few = 0; few <= Math.min(first, second); few += 1) {
    sum += Math.exp(logarithm);
    logarithm += Math.log((count - few) / (few + 1));
  }
  return Math.min(1, 2 * sum);
}

/**
 * @param {any} pair
 * @returns {pair is Pair}
 */
function isPair(pair) {
  const { models, votes } = pair ?? {};
  return (
    Array.isArray(models) &&
    models.length === 2 &&
    models.every((model) => typeof model === "string") &&
    models[0] < models[1] &&
    Array.isArray(votes) &&
    votes.length === 3 &&
    votes.every((count) => Number.isInteger(count) && count >= 0 && count <= MOST_VOTES)
  );
}
