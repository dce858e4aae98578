import { z } from 'zod';
import { ACTIONS, defineAction, type Action } from '../../../src/contracts/commands/action.ts';
import { ExtensionRegistry } from '../../../src/kernel/plugins/extension-registry.ts';

/** An action with an option of every kind. */
export const bake: Action = defineAction({
  id: 'bake-bread',
  command: 'bake',
  summary: 'bake bread from what is there',
  args: z.object({
    kind: z.enum(['rye', 'wheat']).describe('which flour'),
    words: z.string().optional().describe('what to write on it'),
    maxMinutes: z.number().int().default(30).describe('how long at most'),
    isSliced: z.boolean().default(false).describe('cut it'),
    crust: z.boolean().default(true).describe('with a crust'),
    seeds: z.array(z.string()).default([]).describe('what goes on top'),
    weight: z.coerce.number().optional().describe('grams'),
  }),
  positionals: ['kind', 'words'],
  result: z.unknown(),
  examples: ['bake rye --seeds poppy'],
  run: async (args) => args,
});

/** An action that takes a list without a flag. */
export const sum: Action = defineAction({
  id: 'sum',
  summary: 'add numbers',
  args: z.object({ numbers: z.array(z.number()).min(1).describe('what to add') }),
  positionals: ['numbers'],
  result: z.number(),
  run: async ({ numbers }) => numbers.reduce((total, one) => total + one, 0),
});

/** A registry with these two actions. */
export function kitchen(): ExtensionRegistry {
  const registry = new ExtensionRegistry();
  for (const action of [bake, sum]) registry.add(ACTIONS, action, 'kitchen');
  return registry;
}
