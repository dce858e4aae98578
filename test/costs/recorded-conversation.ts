import type { Rule } from '../fakes/model-server/protocol.ts';

/** What a server counted and charged for one call. */
export interface CallBill {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
  /** The provider's own figure, USD. */
  readonly cost: number;
}

/** One call of the conversation: what the model said, and its bill. */
interface RecordedCall {
  readonly pieces: readonly string[];
  readonly tool?: { readonly name: string; readonly arguments: string };
  readonly bill: CallBill;
}

/**
 * Two turns, the first with a tool: three calls, each of which sends all that came before it.
 *
 * | call | in    | of it kept | out | own figure |
 * |------|-------|------------|-----|------------|
 * | 1    | 1,000 | 0          | 20  | 0.001      |
 * | 2    | 1,100 | 1,024      | 80  | 0.002      |
 * | 3    | 1,300 | 1,152      | 150 | 0.0035     |
 * | all  | 3,400 | 2,176      | 250 | 0.0065     |
 */
export const CALLS: readonly RecordedCall[] = [
  {
    pieces: [],
    tool: { name: 'opening_hours', arguments: '{"day":"Sunday"}' },
    bill: billOf([1000, 0, 20], 0.001),
  },
  { pieces: ['On Sunday it is open ', 'from ten to four.'], bill: billOf([1100, 1024, 80], 0.002) },
  { pieces: ['You are welcome', '.'], bill: billOf([1300, 1152, 150], 0.0035) },
];

function billOf([input, kept, output]: readonly [number, number, number], cost: number): CallBill {
  return { prompt_tokens: input, completion_tokens: output, prompt_tokens_details: { cached_tokens: kept }, cost };
}

/** Which of a bill a server tells. */
export type ToldBill = 'all' | 'tokens' | 'nothing';

function told({ cost, ...tokens }: CallBill, what: ToldBill): object {
  if (what === 'nothing') return {};
  return { usage: what === 'all' ? { ...tokens, cost } : tokens };
}

function toolCalls({ tool }: RecordedCall, place: number): object[] {
  if (tool === undefined) return [];
  return [{ index: 0, id: `call_${place}`, type: 'function', function: tool }];
}

const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const HEAD = { id: 'c', object: 'chat.completion.chunk', model: 'gpt-4o-mini' };

function asStream(call: RecordedCall, place: number, what: ToldBill): string {
  const finish_reason = call.tool === undefined ? 'stop' : 'tool_calls';
  const piece = (delta: object, finish: string | null = null): string =>
    event({ ...HEAD, choices: [{ index: 0, delta, finish_reason: finish }] });
  const calls = toolCalls(call, place);
  return [
    piece({ role: 'assistant', content: '' }),
    ...call.pieces.map((content) => piece({ content })),
    ...(calls.length === 0 ? [] : [piece({ tool_calls: calls })]),
    piece({}, finish_reason),
    ...(what === 'nothing' ? [] : [event({ ...HEAD, choices: [], ...told(call.bill, what) })]),
    'data: [DONE]\n\n',
  ].join('');
}

function asWhole(call: RecordedCall, place: number, what: ToldBill): Record<string, unknown> {
  const tool_calls = toolCalls(call, place);
  const message = {
    role: 'assistant',
    content: call.pieces.join(''),
    ...(tool_calls.length > 0 && { tool_calls }),
  };
  const finish_reason = call.tool === undefined ? 'stop' : 'tool_calls';
  return { id: 'c', model: HEAD.model, choices: [{ index: 0, message, finish_reason }], ...told(call.bill, what) };
}

function asFault(
  call: RecordedCall,
  { place, form, what }: { place: number; form: ReplayForm; what: ToldBill },
): Rule['fault'] {
  if (form === 'whole') return { kind: 'status', status: 200, body: asWhole(call, place, what) };
  const headers = { 'Content-Type': 'text/event-stream' };
  return { kind: 'status', status: 200, body: asStream(call, place, what), headers };
}

/** How a server sends its answers. */
type ReplayForm = 'streamed' | 'whole';

/** Lets a fake server answer one call after the other as it was recorded, in pieces or as a whole. */
export function replay(form: ReplayForm, what: ToldBill): Rule[] {
  return CALLS.map((call, place) => ({
    match: { method: 'POST', path: '/v1/chat/completions', times: 1 },
    fault: asFault(call, { place, form, what }),
  }));
}
