import type { createInterface, Interface } from 'node:readline';
import type { Terminal } from '../../../contracts/commands/terminal.ts';
import { CancelledError, InputRejectedError } from '../../../contracts/errors/host-errors.ts';
import type { Interrupts } from '../interrupts.ts';

/** The three standard streams, or a test's stand-ins. */
export interface Streams {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly error: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** What a terminal is made of. */
interface TerminalOptions {
  readonly streams: Streams;
  readonly isJson: boolean;
  readonly hasColor: boolean;
  /** Columns where the output is no terminal. */
  readonly plainWidth: number;
  readonly interrupts: Interrupts;
}

const MAX_INPUT_BYTES = 64 * 1024 * 1024;

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new CancelledError('cancelled', { cause: signal.reason });
}

/** The longest that a timer of Node can wait. */
const NO_LIMIT_MS = 2 ** 31 - 1;

async function readAll(
  { input, error }: Streams,
  signal: AbortSignal,
  firstByteWithinMs: number | undefined,
): Promise<string | undefined> {
  if (input.isTTY === true) return undefined;
  throwIfAborted(signal);
  const stop = (): void => {
    (input as NodeJS.ReadableStream & { destroy?(): void }).destroy?.();
  };
  signal.addEventListener('abort', stop, { once: true });
  const decoder = new TextDecoder();
  let text = '';
  let isSilent = false;
  const timer = setTimeout(() => {
    isSilent = true;
    stop();
  }, firstByteWithinMs ?? NO_LIMIT_MS);
  try {
    for await (const chunk of input) {
      clearTimeout(timer);
      text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
      if (text.length > MAX_INPUT_BYTES) throw new InputRejectedError('standard input is longer than 64 MiB');
    }
  } catch (failure) {
    // Destroying the stream ends the reading with an error of its own.
    throwIfAborted(signal);
    if (!isSilent) throw failure;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
  if (!isSilent) return text + decoder.decode();
  error.write(`nothing came on standard input within ${firstByteWithinMs} ms: going on without it\n`);
  return undefined;
}

/** Lines of a person or of a file; a line that comes before it is asked for waits. */
class LineReader {
  readonly #options: TerminalOptions;
  readonly #waiting: string[] = [];
  #plain: Interface | undefined;
  #isEnded = false;
  #wake: (() => void) | undefined;
  #history: string[] = [];

  constructor(options: TerminalOptions) {
    this.#options = options;
  }

  async ask(prompt: string, signal: AbortSignal): Promise<string | undefined> {
    throwIfAborted(signal);
    const readline = await import('node:readline');
    const { input, output, error } = this.#options.streams;
    if (input.isTTY === true && output.isTTY === true) return this.#edit(readline.createInterface, prompt, signal);
    this.#plain ??= readline.createInterface({ input }).on('line', this.#take).on('close', this.#end);
    error.write(prompt);
    while (this.#waiting.length === 0 && !this.#isEnded && !signal.aborted) await this.#next(signal);
    throwIfAborted(signal);
    return this.#waiting.shift();
  }

  /** The editor has the keyboard only while it asks, so that Ctrl-C is a signal again while the command works. */
  #edit(create: typeof createInterface, prompt: string, signal: AbortSignal): Promise<string | undefined> {
    const { input, output } = this.#options.streams;
    const editor = create({ input, output, terminal: true, history: this.#history, historySize: 200 });
    return new Promise((resolve, reject) => {
      let line: string | undefined;
      const cancel = (): void => editor.close();
      signal.addEventListener('abort', cancel, { once: true });
      editor.on('history', (history) => void (this.#history = history));
      editor.on('SIGINT', () => {
        output.write('\n');
        this.#options.interrupts.interrupt();
        if (!signal.aborted) editor.prompt();
      });
      editor.on('close', () => {
        signal.removeEventListener('abort', cancel);
        if (signal.aborted) reject(new CancelledError('cancelled', { cause: signal.reason }));
        else {
          if (line === undefined) output.write('\n');
          resolve(line);
        }
      });
      editor.on('line', (text) => {
        line = text;
        editor.close();
      });
      editor.setPrompt(prompt);
      editor.prompt();
    });
  }

  #take = (line: string): void => {
    this.#waiting.push(line);
    this.#wake?.();
  };

  #end = (): void => {
    this.#isEnded = true;
    this.#wake?.();
  };

  #next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done);
        this.#wake = undefined;
        resolve();
      };
      this.#wake = done;
      signal.addEventListener('abort', done, { once: true });
    });
  }

  close(): void {
    this.#plain?.close();
  }
}

/** The person's side of a command; `close` lets go of the input. */
export function createTerminal(options: TerminalOptions): Terminal & { close(): void } {
  const { streams, isJson, hasColor, interrupts } = options;
  const lines = new LineReader(options);
  return {
    isInteractive: streams.input.isTTY === true && streams.output.isTTY === true && !isJson,
    isJson,
    hasColor,
    get width() {
      // A terminal that does not know its size says 0.
      return streams.output.columns || options.plainWidth;
    },
    write: (text) => void (isJson || streams.output.write(text)),
    note: (text) => void (isJson || streams.error.write(`${text}\n`)),
    readInput: (signal, firstByteWithinMs) => readAll(streams, signal, firstByteWithinMs),
    question: (prompt, signal) => lines.ask(prompt, signal),
    onInterrupt: (listener) => interrupts.onInterrupt(listener),
    close: () => lines.close(),
  };
}
