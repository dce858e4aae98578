import { z } from 'zod';
import { defineAction, type Action } from '../../../contracts/commands/action.ts';
import { DEMO_STEPS } from '../../../contracts/commands/demo-step.ts';
import type { Extensions } from '../../../contracts/plugins/extension-point.ts';
import type { Clock } from '../../../contracts/plugins/logger.ts';
import { CancelledError } from '../../../contracts/errors/host-errors.ts';
import { style } from '../output/color.ts';
import { toContractError } from '../output/error-report.ts';

const stepSchema = z.object({
  id: z.string(),
  title: z.string(),
  milliseconds: z.number(),
  error: z.object({ code: z.string(), message: z.string(), exitCode: z.number() }).optional(),
});

const resultSchema = z.object({ steps: z.array(stepSchema) });

type Step = z.infer<typeof stepSchema>;

/** `wooster demo`: every act that plugins bring, in order; one that fails is told and the next one follows. */
export function demoAction(extensions: Extensions, clock: Clock): Action {
  return defineAction({
    id: 'demo',
    summary: 'Show what Wooster does on this machine, step by step',
    args: z.object({
      folder: z.string().optional().describe('a folder of your own to ask about, instead of the sample'),
      step: z.array(z.string()).default([]).describe('only the steps with these ids'),
    }),
    positionals: ['folder'],
    result: resultSchema,
    examples: ['demo', 'demo ~/notes'],
    async run({ step: only, folder }, context) {
      const { terminal, signal } = context;
      const known = extensions.list(DEMO_STEPS).toSorted((one, other) => one.order - other.order);
      const shown = known.filter(({ isForFolders }) => folder === undefined || isForFolders === true);
      const chosen = shown.filter(({ id }) => only.length === 0 || only.includes(id));
      const steps: Step[] = [];
      for (const [position, demoStep] of chosen.entries()) {
        if (signal.aborted) throw new CancelledError();
        const number = `${position + 1}/${chosen.length}`;
        terminal.write(`\n${style(`${number}  ${demoStep.title}`, 'bold', terminal.hasColor)}\n`);
        const startedAt = clock.monotonic();
        const finished: Step = { id: demoStep.id, title: demoStep.title, milliseconds: 0 };
        try {
          await demoStep.run(context, { folder });
        } catch (error) {
          const { code, message, row } = toContractError(error);
          if (code === 'E_CANCELLED') throw error;
          finished.error = { code, message, exitCode: row.exitCode };
          terminal.write(`${style(code, 'red', terminal.hasColor)} ${message}\n`);
        }
        finished.milliseconds = Math.round(clock.monotonic() - startedAt);
        steps.push(finished);
      }
      return { steps };
    },
    render({ steps }) {
      const failed = steps.filter(({ error }) => error !== undefined);
      if (steps.length === 0) return 'No plugin brings a step for the demo.';
      return failed.length === 0 ? '' : `\n${failed.length} of ${steps.length} steps could not be shown.`;
    },
    exitCode: ({ steps }) => steps.find(({ error }) => error !== undefined)?.error?.exitCode ?? 0,
  });
}
