import type { FaultCell } from '../cells.ts';

/** Faults of the form of a reply, and errors told within it. */
export const STREAM_CELLS: readonly FaultCell[] = [
  {
    id: 'end-at-start',
    title: 'clean end before the first token',
    faults: [{ kind: 'end-without-marker', afterTokens: 0 }],
  },
  { id: 'end', title: 'clean end after 3 tokens (EOF)', faults: [{ kind: 'end-without-marker', afterTokens: 3 }] },
  { id: 'end-of-all', title: 'all tokens, then EOF without finish', faults: [{ kind: 'end-without-marker' }] },
  {
    id: 'finish-without-done',
    title: 'finish reason, but no [DONE]',
    faults: [{ kind: 'end-without-marker', hasFinishReason: true }],
    wires: ['openai'],
  },
  {
    id: 'done-without-finish',
    title: '[DONE] after 3 tokens, no finish reason',
    faults: [{ kind: 'interrupted-but-done', afterTokens: 3 }],
    wires: ['openai'],
  },
  { id: 'malformed-at-start', title: 'malformed JSON chunk, first', faults: [{ kind: 'malformed-chunk' }] },
  { id: 'malformed', title: 'malformed JSON chunk after 3', faults: [{ kind: 'malformed-chunk', afterTokens: 3 }] },
  { id: 'split-bytes', title: 'chunks split inside characters', faults: [{ kind: 'split-bytes', everyBytes: 3 }] },
  {
    id: 'error-data-at-start',
    title: 'data: {"error"} before a token',
    faults: [{ kind: 'in-band-error', form: 'data' }],
    wires: ['openai'],
  },
  {
    id: 'error-data',
    title: 'data: {"error"} after 3 tokens',
    faults: [{ kind: 'in-band-error', afterTokens: 3, form: 'data' }],
    wires: ['openai'],
  },
  {
    id: 'error-data-done',
    title: 'data: {"error"} after 3 tokens, then [DONE]',
    faults: [{ kind: 'in-band-error', afterTokens: 3, form: 'data-done' }],
    wires: ['openai'],
  },
  {
    id: 'error-event',
    title: 'event: error after 3 tokens',
    faults: [{ kind: 'in-band-error', afterTokens: 3, form: 'event' }],
    wires: ['openai'],
  },
  {
    id: 'error-line-at-start',
    title: '{"error"} as the first line, status 200',
    faults: [{ kind: 'in-band-error', form: 'ndjson' }],
    wires: ['ollama'],
  },
  {
    id: 'error-line',
    title: '{"error"} line after 3 tokens, status 200',
    faults: [{ kind: 'in-band-error', afterTokens: 3, form: 'ndjson' }],
    wires: ['ollama'],
  },
  {
    id: 'error-200',
    title: 'a JSON error, status 200',
    faults: [{ kind: 'status', status: 200, body: { error: { message: 'the model runner has crashed' } } }],
  },
  {
    id: 'filtered-midway',
    title: 'withheld by the content filter after 3 tokens',
    // The answer ends in order; only its reason tells that the rest is missing.
    faults: [{ kind: 'filtered', afterTokens: 3 }],
    modes: ['plain', 'stream'],
    wires: ['openai'],
  },
  { id: 'empty', title: 'empty reply, status 200', faults: [{ kind: 'empty' }] },
  { id: 'html', title: 'HTML page, status 200', faults: [{ kind: 'html' }] },
  {
    id: 'tool-arguments',
    title: 'tool arguments that are no JSON',
    faults: [{ kind: 'invalid-tool-arguments', text: '{"place":"p-Über' }],
    modes: ['tools'],
  },
  {
    id: 'tool-ids',
    title: 'two tool calls with one id',
    faults: [{ kind: 'duplicate-tool-ids' }],
    calls: 2,
    modes: ['tools'],
  },
  {
    id: 'wrong-model',
    title: 'another model named in the reply',
    faults: [{ kind: 'wrong-model', model: 'somebody-else' }],
  },
];
