// What was set before, to undo and redo it.

const MOST_STEPS = 200;

/**
 * States in the order in which they came.
 *
 * @template State
 */
export class UndoHistory {
  /** @type {State[]} */
  #states = [];
  #at = -1;

  get canUndo() {
    return this.#at > 0;
  }

  get canRedo() {
    return this.#at < this.#states.length - 1;
  }

  /**
   * Notes a state. One that is the same as the last makes no step; another one ends what could be
   * redone.
   *
   * @param {State} state
   */
  note(state) {
    if (JSON.stringify(state) === JSON.stringify(this.#states[this.#at])) return;
    this.#states.splice(this.#at + 1, Number.POSITIVE_INFINITY, state);
    if (this.#states.length > MOST_STEPS) this.#states.shift();
    this.#at = this.#states.length - 1;
  }

  /** Goes back; undefined where there is nothing before. */
  undo() {
    if (!this.canUndo) return undefined;
    this.#at -= 1;
    return this.#states[this.#at];
  }

  /** Goes forward again; undefined where there is nothing after. */
  redo() {
    if (!this.canRedo) return undefined;
    this.#at += 1;
    return this.#states[this.#at];
  }
}
