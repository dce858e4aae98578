import { LEAVE_AFTER, type CallRequest, type Sight } from '../protocol.ts';

/** Collects what a caller sees while it sees it. */
export class Sighting {
  text = '';
  toolText = '';
  finishReason: string | undefined;
  failure: Sight['failure'];
  #pieces = 0;
  readonly #leave: () => void;
  readonly #leavesAtOutput: boolean;

  constructor(leave: () => void, leavesAtOutput: boolean) {
    this.#leave = leave;
    this.#leavesAtOutput = leavesAtOutput;
  }

  /** Takes a piece of text and a piece of tool arguments; either may be empty. */
  add(text: string, toolText: string): void {
    this.text += text;
    this.toolText += toolText;
    if (text === '' && toolText === '') return;
    this.#pieces += 1;
    if (this.#leavesAtOutput && this.#pieces === LEAVE_AFTER.tokens) this.#leave();
  }

  fail(error: unknown): void {
    const { name, message, code } = error as { name?: string; message?: string; code?: string };
    // The OpenAI client names its errors by their class alone.
    const className = name === undefined || name === 'Error' ? (error as object).constructor.name : name;
    const word = typeof code === 'string' && code.startsWith('E_') ? code : className;
    this.failure = { name: word, message: (message ?? String(error)).slice(0, 300) };
  }
}

/** Makes one call and looks on until it ends or its limit passes; the call itself may go on after that. */
export async function watchCall(
  request: CallRequest,
  call: (sighting: Sighting, signal: AbortSignal) => Promise<void>,
): Promise<Sight> {
  const controller = new AbortController();
  const leave = (): void => controller.abort();
  const sighting = new Sighting(leave, request.leaving === 'output');
  const { promise: limit, resolve: passLimit } = Promise.withResolvers<'limit'>();
  const timers = [setTimeout(() => passLimit('limit'), request.limitMs)];
  if (request.leaving === 'before') leave();
  const isWhole = request.mode === 'plain';
  if (request.leaving === 'waiting' || (request.leaving === 'output' && isWhole)) {
    timers.push(setTimeout(leave, LEAVE_AFTER.waitingMs));
  }
  const begun = performance.now();
  const ended = call(sighting, controller.signal).catch((error: unknown) => sighting.fail(error));
  const outcome = await Promise.race([ended, limit]);
  const milliseconds = performance.now() - begun;
  const { text, toolText, finishReason, failure } = sighting;
  const sight: Sight = { text, toolText, failure, finishReason, hasHung: outcome === 'limit', milliseconds };
  for (const timer of timers) clearTimeout(timer);
  if (outcome === 'limit') leave();
  return sight;
}
