import { defineAction, UsageError, type Action } from 'wooster';
import { z } from 'zod';
import { requireModelRef } from '../tools/model-call.ts';
import type { ActionPorts } from './action-ports.ts';

/** `use`: the model, and the strategy, that are preferred from now on. */
export function useAction(ports: ActionPorts): Action {
  return defineAction({
    id: 'use',
    summary: 'Prefer a model or a strategy from now on',
    args: z.object({
      model: z.string().optional().describe('provider:model, as `wooster models` lists it'),
      strategy: z.string().optional().describe('local-first, cloud-first or local-only'),
      reset: z.boolean().default(false).describe('prefer no model any more'),
    }),
    positionals: ['model'],
    result: z.object({ preferred: z.string().optional(), strategy: z.string() }),
    examples: ['use ollama:llama3.2:3b', 'use --strategy local-only', 'use --reset'],
    run: async (args, { signal }) => {
      if (args.model === undefined && args.strategy === undefined && !args.reset) {
        throw new UsageError('nothing to change: name a model, a --strategy, or --reset');
      }
      const router = ports.router();
      if (args.strategy !== undefined) await router.setStrategy(args.strategy, { kind: 'workspace' });
      if (args.model !== undefined) {
        await router.refresh(signal);
        await router.switchModel(requireModelRef(args.model), { kind: 'workspace' });
      } else if (args.reset) await router.switchModel(undefined, { kind: 'workspace' });
      const status = router.status();
      return {
        preferred: status.switches.find(({ scope }) => scope.kind === 'workspace')?.ref,
        strategy: status.strategy,
      };
    },
    render: ({ preferred, strategy }) =>
      `strategy ${strategy}; preferred model: ${preferred ?? 'none, the router chooses'}`,
  });
}
