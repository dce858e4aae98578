import { describe, expect, test } from '@jest/globals';
import { PROVIDER_ENTRIES } from '../../../src/index.ts';
import { chatRequest, NEVER, rigOf, scripted } from '../doubles/rig.ts';

/** A house in which nothing is configured, and a search that finds one server after so many milliseconds. */
function house(searchMs: number) {
  const found = scripted('found', [{ id: 'm' }], { isDiscovered: true });
  let searches = 0;
  let running: Promise<void> | undefined;
  const discover = (): Promise<void> => {
    running ??= new Promise((resolve) => {
      searches += 1;
      setTimeout(() => {
        rig.extensions.put(PROVIDER_ENTRIES, [found.entry]);
        resolve();
      }, searchMs).unref();
    });
    return running;
  };
  const rig = rigOf({ providers: [found], discover });
  // Found, not configured.
  (rig.settings.providers as unknown[]).length = 0;
  return { router: rig.router, searches: () => searches };
}

describe('a server that nobody configured', () => {
  test.each([
    ['at once', 0],
    ['after the wait of a decision, when nothing else could answer', 450],
  ])('answers when it is found %s', async (_when, searchMs) => {
    const { router, searches } = house(searchMs);
    const { chain } = await router.decide(chatRequest(), NEVER);
    expect(chain.map(({ ref }) => ref)).toEqual(['found:m']);
    expect(searches()).toBe(1);
    expect(router.providers().map(({ entry }) => entry.isDiscovered)).toEqual([true]);
  });

  test('is not waited for without end', async () => {
    const { router } = house(60_000);
    const start = performance.now();
    expect((await router.decide(chatRequest(), NEVER)).chain).toEqual([]);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
