import { setTimeout as wait } from 'node:timers/promises';
import { AIMessageChunk } from '@langchain/core/messages';
import type { ModelRouter } from '../../../src/index.ts';
import { WEATHER_TOOL, type Seen } from '../answers.ts';
import type { FaultCell, Mode } from '../cells.ts';

/** Nothing here takes so long; a call that does hangs. */
const HANG_MS = 5_000;
/** When a caller leaves that waits for the first token or for the model to load. */
const LEAVING_MS = 40;

/** One call as its caller lived it. */
export interface Heard extends Seen {
  readonly code?: string;
  readonly elapsedMs: number;
  /** Ids of the tool calls of the answer. */
  readonly toolIds: readonly string[];
}

class Ear {
  readonly pieces: AIMessageChunk[] = [];
  text = '';
  toolText = '';

  hear(chunk: AIMessageChunk): void {
    this.pieces.push(chunk);
    this.text += typeof chunk.content === 'string' ? chunk.content : '';
    for (const { args } of chunk.tool_call_chunks ?? []) this.toolText += args ?? '';
  }

  get hasOutput(): boolean {
    return this.text !== '' || this.toolText !== '';
  }

  /** The pieces as LangChain joins them. */
  whole(): AIMessageChunk | undefined {
    return this.pieces.length === 0 ? undefined : this.pieces.reduce((sum, piece) => sum.concat(piece));
  }
}

async function listen(
  router: ModelRouter,
  mode: Mode,
  turn: { ear: Ear; signal: AbortSignal; readonly onOutput: () => void },
): Promise<void> {
  const { ear, signal, onOutput } = turn;
  const model = await router.model();
  if (mode === 'plain') {
    const message = await model.invoke('hi', { signal });
    ear.hear(new AIMessageChunk({ content: message.content as string }));
    return;
  }
  const asked = mode === 'tools' ? model.bindTools!([WEATHER_TOOL]) : model;
  for await (const chunk of await asked.stream('hi', { signal })) {
    ear.hear(chunk);
    if (ear.hasOutput) onOutput();
  }
}

function codeOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : String(name);
}

/** Asks once through the routed chat model, and leaves when the cell says so. Never rejects. */
export async function ask(router: ModelRouter, mode: Mode, leaving: FaultCell['leaving']): Promise<Heard> {
  const ear = new Ear();
  const caller = new AbortController();
  if (leaving === 'before') caller.abort();
  if (leaving === 'waiting' || leaving === 'loading') setTimeout(() => caller.abort(), LEAVING_MS).unref();
  // A plain call shows no output; by then the server is in the middle of it.
  if (leaving === 'output' && mode === 'plain') setTimeout(() => caller.abort(), 2 * LEAVING_MS).unref();
  const onOutput = leaving === 'output' ? (): void => caller.abort() : (): void => {};
  const startedAt = performance.now();
  const call = listen(router, mode, { ear, signal: caller.signal, onOutput }).then(
    () => ({ settled: true as const, error: undefined }),
    (error: unknown) => ({ settled: true as const, error }),
  );
  const end = await Promise.race([call, wait(HANG_MS, { settled: false as const, error: undefined }, { ref: false })]);
  const elapsedMs = performance.now() - startedAt;
  const whole = ear.whole();
  const isInvalid = mode === 'tools' && (whole?.invalid_tool_calls?.length ?? 0) > 0;
  return {
    text: ear.text,
    toolText: ear.toolText,
    hasError: end.error !== undefined || isInvalid,
    hasHung: !end.settled,
    code: end.error === undefined ? undefined : codeOf(end.error),
    elapsedMs,
    toolIds: (whole?.tool_calls ?? []).map(({ id }) => id ?? ''),
  };
}
