import { judge, type Verdict } from '../../../test/faults/answers.ts';
import type { FaultCell, Mode } from '../../../test/faults/cells.ts';
import type { Sight } from './protocol.ts';

/** What must not be: silence past the limit, a part or two answers told as one, an ending that no server sent. */
export const BAD_MARKS = ['TRUNCATES', 'HANGS', 'REPEATS', 'INVENTS', 'CHANGES'] as const;
export type BadMark = (typeof BAD_MARKS)[number];

/** The judgement of one case. */
export interface CaseVerdict {
  /** As the table shows it, without the milliseconds. */
  readonly text: string;
  readonly marks: readonly BadMark[];
  readonly milliseconds: number;
}

const ENDLESS = new Set<string>([
  'cut',
  'stall',
  'role-then-silence',
  'hang-after-headers',
  'malformed-chunk',
  'in-band-error',
  'interrupted-but-done',
  'end-without-marker',
]);

/** Whether the primary of a cell ends its stream without a finish reason. */
function isWithoutFinish({ faults = [] }: FaultCell, mode: Mode): boolean {
  if (mode === 'plain') return false;
  return faults.some((fault) => ENDLESS.has(fault.kind) && !('hasFinishReason' in fault && fault.hasFinishReason));
}

function textOf(verdict: Verdict, name: string | undefined): string {
  const error = name === undefined ? 'error' : `error ${name}`;
  if (verdict === 'whole of the primary') return name === undefined ? 'primary' : `whole, then ${error}`;
  if (verdict === 'whole of the fallback') return name === undefined ? 'fallback' : `fallback, then ${error}`;
  if (verdict === 'failed') return error;
  if (verdict === 'interrupted') return `${error} after a part`;
  if (verdict === 'empty') return 'TRUNCATES (to nothing)';
  return '';
}

const MARK_OF: Readonly<Partial<Record<Verdict, BadMark>>> = {
  truncated: 'TRUNCATES',
  empty: 'TRUNCATES',
  repeated: 'REPEATS',
  changed: 'CHANGES',
  hang: 'HANGS',
};

/** The caller went away itself: all that counts is that the call ended. */
function judgeLeaving(verdict: Verdict, milliseconds: number): CaseVerdict {
  if (verdict === 'hang') return { text: 'HANGS', marks: ['HANGS'], milliseconds };
  return { text: verdict.startsWith('whole') ? 'goes on to the end' : 'ends', marks: [], milliseconds };
}

/** Judges by what the caller saw, the servers' answers and the form of the fault; never by who it was. */
export function judgeCase(cell: FaultCell, mode: Mode, sight: Sight): CaseVerdict {
  const { text, toolText, failure, hasHung, finishReason, milliseconds } = sight;
  const verdict = judge(mode, { text, toolText, hasError: failure !== undefined, hasHung }, cell.calls);
  if (cell.leaving !== undefined) return judgeLeaving(verdict, milliseconds);
  const isFromPrimary = verdict === 'whole of the primary' || verdict === 'truncated' || verdict === 'empty';
  const hasInvented = finishReason !== undefined && isFromPrimary && isWithoutFinish(cell, mode);
  const mark = MARK_OF[verdict];
  const marks = [...(mark === undefined ? [] : [mark]), ...(hasInvented ? (['INVENTS'] as const) : [])];
  const words = [textOf(verdict, failure?.name) || mark, hasInvented ? `INVENTS \`${finishReason}\`` : ''];
  return { text: words.filter(Boolean).join(', '), marks, milliseconds };
}
