import { defineAction, HEALTH_CHECKS, type Action, type Extensions } from 'wooster';
import { z } from 'zod';
import type { renderDoctor } from '../doctor/render-doctor.ts';

const findingSchema = z.object({
  check: z.string(),
  title: z.string(),
  state: z.enum(['ok', 'info', 'warning', 'fault']),
  summary: z.string(),
  remedy: z.string().optional(),
  canFix: z.boolean().describe('doctor --fix does what the remedy says'),
});

const resultSchema = z.object({
  isWell: z.boolean().describe('no finding is a fault'),
  findings: z.array(findingSchema),
  fixes: z
    .array(z.object({ check: z.string(), title: z.string(), isDone: z.boolean(), text: z.string() }))
    .optional()
    .describe('what --fix tried; the findings are those after it'),
});

/** `doctor`: what is installed, what is missing and what to do; `--fix` does it. Exit 0 when nothing is a fault, else 69. */
export function doctorAction(extensions: Extensions): Action {
  // Loaded by the run, which every drawing follows.
  let draw: typeof renderDoctor | undefined;
  return defineAction({
    id: 'doctor',
    summary: 'Look at everything that local models need, say what to do, and do it with --fix',
    isDiagnostic: true,
    args: z.object({
      fix: z.boolean().default(false).describe('mend what can be mended, one after the other, and look again'),
    }),
    result: resultSchema,
    examples: ['doctor', 'doctor --fix', 'doctor --json'],
    run: async ({ fix }, { signal, progress }): Promise<z.output<typeof resultSchema>> => {
      const { runChecks } = await import('../doctor/run-checks.ts');
      ({ renderDoctor: draw } = await import('../doctor/render-doctor.ts'));
      const checks = extensions.list(HEALTH_CHECKS);
      let findings = await runChecks(checks, { signal });
      let fixes: z.output<typeof resultSchema>['fixes'];
      if (fix) {
        const { fixFindings } = await import('../doctor/fix-findings.ts');
        fixes = [...(await fixFindings(findings, { signal, progress }))];
        if (fixes.length > 0) findings = await runChecks(checks, { signal });
      }
      return {
        isWell: findings.every(({ state }) => state !== 'fault'),
        findings: findings.map(({ check, state, summary, remedy, canFix = false }) => {
          return { check: check.id, title: check.title, state, summary, remedy, canFix };
        }),
        fixes,
      };
    },
    render: (result, context) => draw?.(result, context) ?? '',
    exitCode: ({ isWell }) => (isWell ? 0 : 69),
  });
}
