import type { StoredMessage } from '@langchain/core/messages';

/** One call of a tool, as it was kept. */
export interface TranscriptCall {
  readonly tool: string;
  readonly args: unknown;
  /** Absent where the turn broke off before it. */
  readonly result?: string;
  readonly isError: boolean;
}

/** One question and what answered it. */
export interface TranscriptTurn {
  readonly question: string;
  readonly project?: string;
  readonly calls: readonly TranscriptCall[];
  readonly answer: string;
  /** `provider:model` of the answer. */
  readonly model?: string;
  /** What the numbers in the answer mean. */
  readonly citations: readonly { readonly number: number; readonly source: string; readonly title?: string }[];
  /** One line for each time that the answer broke off. */
  readonly interruptions: readonly string[];
}

/** What of a stored message is read; all of it may be missing in a file of another version. */
interface StoredFields {
  readonly content?: unknown;
  readonly tool_calls?: readonly { readonly id?: string; readonly name?: string; readonly args?: unknown }[];
  readonly tool_call_id?: string;
  readonly status?: string;
  readonly artifact?: unknown;
  readonly response_metadata?: {
    readonly model?: string;
    readonly provider?: string;
    readonly project?: string;
    readonly citations?: readonly { number: number; source: string; title?: string }[];
    readonly resumed?: readonly { how: string; targetId: string; tokens: number; ref: string }[];
    readonly interrupted?: { code: string; targetId?: string; tokens?: number };
  };
}

type Writable<Fields> = { -readonly [Key in keyof Fields]: Fields[Key] };

/** A turn while it is read; its calls know the ids by which results are theirs. */
type OpenTurn = Writable<Omit<TranscriptTurn, 'calls'>> & {
  calls: (TranscriptCall & { readonly id: string | undefined })[];
};

/** The turns of a conversation as it is on disk. */
export function readTranscript(stored: readonly StoredMessage[]): readonly TranscriptTurn[] {
  const turns: OpenTurn[] = [];
  for (const { type, data } of stored) {
    const fields = data as unknown as StoredFields;
    if (type === 'human' || turns.length === 0) turns.push(openTurn(type === 'human' ? fields : {}));
    const turn = turns.at(-1);
    if (turn === undefined) continue;
    if (type === 'ai') addAnswer(turn, fields);
    else if (type === 'tool') addResult(turn, fields);
  }
  return turns.map(({ calls, ...turn }) => ({ ...turn, calls: calls.map(({ id: _id, ...call }) => call) }));
}

function openTurn({ content, response_metadata }: StoredFields): OpenTurn {
  const project = response_metadata?.project;
  const question = textOf(content);
  return {
    question,
    ...(project !== undefined && { project }),
    calls: [],
    answer: '',
    citations: [],
    interruptions: [],
  };
}

function addAnswer(turn: OpenTurn, { content, tool_calls = [], response_metadata = {} }: StoredFields): void {
  const { provider, model, citations = [], resumed = [], interrupted } = response_metadata;
  const text = textOf(content);
  if (text !== '') turn.answer = turn.answer === '' ? text : `${turn.answer}\n\n${text}`;
  if (provider !== undefined && model !== undefined) turn.model = `${provider}:${model}`;
  turn.citations = [...turn.citations, ...citations];
  const again = resumed.map(
    ({ how, targetId, tokens, ref }) =>
      `broke off after ${tokens} tokens on ${targetId}; ${how === 'continued' ? 'carried on by' : 'asked again of'} ${ref}`,
  );
  const { targetId, tokens, code } = interrupted ?? {};
  const where = targetId === undefined ? '' : ` after ${tokens ?? 0} tokens on ${targetId}`;
  const end = interrupted === undefined ? [] : [`broke off${where} (${code})`];
  turn.interruptions = [...turn.interruptions, ...again, ...end];
  for (const { id, name = 'a tool', args } of tool_calls) turn.calls.push({ id, tool: name, args, isError: false });
}

function addResult(turn: OpenTurn, { tool_call_id: id, content, status, artifact }: StoredFields): void {
  const at = turn.calls.findIndex((call) => call.id === id && call.result === undefined);
  const call = turn.calls[at];
  if (call === undefined) return;
  const hasFailed = typeof artifact === 'object' && artifact !== null && 'failed' in artifact;
  turn.calls[at] = { ...call, result: textOf(content), isError: status === 'error' || hasFailed };
}

/** The words of a content; what is no text is named. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: { readonly type?: string; readonly text?: string }) => part.text ?? `[${part.type ?? 'something'}]`)
    .join('\n');
}
