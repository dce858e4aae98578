import {
  defineAction,
  describeTrace,
  style,
  UsageError,
  type Action,
  type RenderContext,
  type RouteTrace,
} from 'wooster';
import { z } from 'zod';
import type { ActionPorts } from './action-ports.ts';

const whySchema = z.object({ traces: z.array(z.custom<RouteTrace>()) });

function renderTrace(trace: RouteTrace, context: RenderContext): string {
  const description = describeTrace(trace);
  const when = new Date(description.decidedAt).toLocaleString();
  const head = `${style(`decision ${description.decisionId}`, 'bold', context.hasColor)}  ${when}  strategy ${description.strategy}`;
  const sections = description.sections.flatMap(({ title, lines }) => [
    style(title, 'bold', context.hasColor),
    ...lines.map((line) => `  ${line}`),
  ]);
  return [head, description.outcome, ...sections].join('\n');
}

/** `why`: which models could have answered, which were left out and why, and what each attempt took. */
export function whyAction(ports: ActionPorts): Action {
  return defineAction({
    id: 'why',
    summary: 'Show why a model was chosen and how each attempt went',
    args: z.object({
      decision: z.string().optional().describe('id of a decision, or its beginning; the last one without it'),
      last: z.number().int().min(1).max(1000).default(1).describe('how many of the latest decisions'),
    }),
    positionals: ['decision'],
    result: whySchema,
    examples: ['why', 'why 3f2a', 'why --last 5 --json'],
    run: async (args) => {
      const decisions = ports.decisions();
      if (args.decision === undefined) return { traces: [...decisions.list({ limit: args.last })] };
      const trace = decisions.get(args.decision);
      if (trace === undefined)
        throw new UsageError(
          `there is no decision ${args.decision} in this workspace: \`wooster why --last 20\` lists the latest`,
        );
      return { traces: [trace] };
    },
    render: ({ traces }, context) =>
      traces.length === 0
        ? 'Nothing has been decided in this workspace yet.'
        : traces.map((trace) => renderTrace(trace, context)).join('\n\n'),
  });
}
