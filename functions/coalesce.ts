/** How do many wishes for the same thing become a few? Those that come while it is done share the next turn. */

/** Does something for a key; concurrent calls share turns. */
export type Coalesced<Key, Input> = (key: Key, input: Input) => Promise<void>;

interface Turns {
  readonly running: Promise<void>;
  next?: Promise<void>;
}

/**
 * Wraps an effect that is the same whoever asks for it. A call during a turn waits for the next one, since the turn
 * that runs may have begun before what the call is about had happened. A turn that fails fails for all who wait for
 * it, and only for them.
 *
 * @param effect gets the input of the first of those who share a turn
 * @param gather waited for before a turn that follows another, so that wishes that trickle in share it
 */
export function coalesced<Key, Input>(
  effect: (key: Key, input: Input) => Promise<void>,
  gather: () => Promise<void> = () => Promise.resolve(),
): Coalesced<Key, Input> {
  const turns = new Map<Key, Turns>();

  const begin = (key: Key, input: Input): Promise<void> => {
    const running = effect(key, input).finally(() => {
      if (turns.get(key)?.next === undefined) turns.delete(key);
    });
    turns.set(key, { running });
    return running;
  };

  return (key, input) => {
    const turn = turns.get(key);
    if (turn === undefined) return begin(key, input);
    const over = () => undefined; // a failure is told to those who wait for that turn
    turn.next ??= turn.running
      .then(over, over)
      .then(gather)
      .then(() => begin(key, input));
    return turn.next;
  };
}
