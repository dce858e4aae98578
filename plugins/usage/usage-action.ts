import { defineAction, type Action } from 'wooster';
import type { renderUsage } from './usage-command.ts';
import type { UsagePorts } from './usage-ports.ts';
import { argsSchema, resultSchema } from './usage-schema.ts';

/** `usage`: what was called, what it cost, how budgets stand; or the calls themselves, as a file. */
export function usageAction(ports: UsagePorts): Action {
  // What draws is loaded with what reads, so that no other command pays for it.
  let draw: typeof renderUsage | undefined;
  return defineAction({
    id: 'usage',
    summary: 'Show what models were used for, what it cost, and how budgets stand',
    args: argsSchema,
    result: resultSchema,
    examples: [
      'usage',
      'usage --since month --by project',
      'usage --since 2026-03-01 --until 2026-03-31 --by day --json',
      'usage --compare gpt-4o',
      'usage --since all --export calls.csv',
    ],
    run: async (args, context) => {
      const { renderUsage: draws, runUsage } = await import('./usage-command.ts');
      draw = draws;
      return runUsage(ports, args, context);
    },
    render: (result, context) => draw?.(result, context) ?? JSON.stringify(result, undefined, 2),
  });
}
