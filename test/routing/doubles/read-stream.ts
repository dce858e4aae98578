import type { RoutedChatDefaults } from '../../../src/index.ts';
import type { makeRig } from './rig.ts';

/** Reads the stream of one call to its end, or to the error it throws. */
export async function readStream(
  rig: ReturnType<typeof makeRig>,
  defaults: RoutedChatDefaults = {},
): Promise<string[]> {
  const model = await rig.router.model(defaults);
  const seen: string[] = [];
  for await (const chunk of await model.stream('hi')) if (chunk.text !== '') seen.push(chunk.text);
  return seen;
}
