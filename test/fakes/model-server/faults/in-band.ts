import { send, type Step } from '../http/reply.ts';
import type { InBandForm } from './fault-kinds.ts';

/** How a stream that has begun tells of an error: in a frame, as a named event, as a line, not at all, or by closing. */
export function inBandSteps(form: InBandForm, errorBody: string, emptyChunk: string | undefined): Step[] {
  const steps: Record<InBandForm, () => Step[]> = {
    data: () => [send('token', `data: ${errorBody}\n\n`)],
    'data-done': () => [send('token', `data: ${errorBody}\n\n`), send('end', 'data: [DONE]\n\n')],
    event: () => [send('token', `event: error\ndata: ${errorBody}\n\n`)],
    ndjson: () => [send('token', `${errorBody}\n`)],
    swallowed: () => (emptyChunk === undefined ? [] : [send('token', emptyChunk)]),
    cut: () => [{ kind: 'cut', isReset: false }],
  };
  return steps[form]();
}
