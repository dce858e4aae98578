import { isWoosterError, type HealthCheck, type HealthFixContext } from 'wooster';
import type { CheckedFinding } from './run-checks.ts';

/** One fix that was tried. */
interface FixOutcome {
  readonly check: string;
  readonly title: string;
  readonly isDone: boolean;
  /** What was done, or why it was not. */
  readonly text: string;
}

/** The checks whose findings can be mended, each once. */
export function fixable(findings: readonly CheckedFinding[]): readonly HealthCheck[] {
  const wanted = findings.filter(
    ({ canFix, state, check }) => canFix === true && state !== 'ok' && check.fix !== undefined,
  );
  return [...new Set(wanted.map(({ check }) => check))];
}

/**
 * Mends one check after the other and tells each; a fix that fails is told, and the others go on. Throws only when the
 * signal aborts.
 */
export async function fixFindings(
  findings: readonly CheckedFinding[],
  context: HealthFixContext,
): Promise<readonly FixOutcome[]> {
  const outcomes: FixOutcome[] = [];
  for (const check of fixable(findings)) {
    const { id, title } = check;
    context.progress.note(`${title}: mending`);
    try {
      const text = await check.fix!(context);
      context.progress.note(`${title}: ${text}`);
      outcomes.push({ check: id, title, isDone: true, text });
    } catch (error) {
      context.signal.throwIfAborted();
      // Boundary: what could not be mended is told, whatever it was.
      const text = isWoosterError(error) ? `${error.code} ${error.message}` : (error as Error).message;
      context.progress.note(`${title}: not mended: ${text}`);
      outcomes.push({ check: id, title, isDone: false, text });
    }
  }
  return outcomes;
}
