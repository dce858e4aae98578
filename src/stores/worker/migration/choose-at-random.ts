/** So many of the entries, each at most once, in an order that is the same for the same seed (mulberry32). */
export function chooseAtRandom<Entry>(entries: readonly Entry[], count: number, seed: number): readonly Entry[] {
  const rest = [...entries];
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return Array.from({ length: Math.min(count, rest.length) }, () => {
    const at = Math.floor(next() * rest.length);
    const chosen = rest[at]!;
    // The place is filled from the end, so that nothing is moved.
    rest[at] = rest.at(-1)!;
    rest.pop();
    return chosen;
  });
}
