import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { CallRequest, ContestantLine, PrepareRequest, Sight } from './protocol.ts';

/** Also the start of a process on a busy machine. */
const PREPARE_LIMIT_MS = 180_000;
/** What a process may take beyond the limit of a call before it is ended. */
const GRACE_MS = 5_000;

/** How a contestant's process is started. */
export interface ChildCommand {
  readonly command: string;
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** A contestant's process: one request at a time; a process that does not answer is ended and its request fails. */
export class LineChild {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (line: ContestantLine) => void; reject: (error: Error) => void }>();
  /** Addresses outside the loopback that it tried to reach. */
  readonly left = new Set<string>();
  #lastWords = '';
  #nextId = 0;
  #hasEnded = false;

  constructor({ command, words, environment }: ChildCommand) {
    this.#child = spawn(command, [...words], { env: environment, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.on('error', (error) => this.#end(error));
    this.#child.on('exit', (code, signal) => this.#end(new Error(`ended with ${signal ?? code}: ${this.#lastWords}`)));
    this.#child.stdin!.on('error', () => undefined);
    createInterface({ input: this.#child.stderr! }).on('line', (line) => this.#hear(line));
    createInterface({ input: this.#child.stdout! }).on('line', (text) => this.#take(text));
  }

  async prepare(request: PrepareRequest): Promise<void> {
    await this.#ask(request, PREPARE_LIMIT_MS);
  }

  async call(request: CallRequest): Promise<Sight> {
    const { sight } = await this.#ask(request, request.limitMs + GRACE_MS);
    if (sight === undefined) throw new Error('a call without a sight');
    return sight;
  }

  /** Ends the process; resolves when it has ended. */
  async stop(): Promise<void> {
    if (this.#hasEnded) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#child.once('exit', () => resolve());
    this.#child.stdin!.end();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 1_000);
    await promise;
    clearTimeout(timer);
  }

  async #ask(request: PrepareRequest | CallRequest, limitMs: number): Promise<ContestantLine> {
    if (this.#hasEnded) throw new Error(`has ended: ${this.#lastWords}`);
    const id = (this.#nextId += 1);
    const { promise, resolve, reject } = Promise.withResolvers<ContestantLine>();
    this.#waiting.set(id, { resolve, reject });
    const timer = setTimeout(() => {
      reject(new Error(`no answer to ${request.kind} in ${limitMs} ms`));
      this.#child.kill('SIGKILL');
    }, limitMs);
    this.#child.stdin!.write(`${JSON.stringify({ id, ...request })}\n`);
    try {
      const line = await promise;
      if (line.problem !== undefined) throw new Error(line.problem);
      return line;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }

  #take(text: string): void {
    if (!text.startsWith('{')) return;
    const line = JSON.parse(text) as ContestantLine;
    this.#waiting.get(line.id)?.resolve(line);
  }

  #hear(line: string): void {
    if (line.trim() !== '') this.#lastWords = line.trim();
    const [, address] = /^loopback only: (.*)$/.exec(line) ?? [];
    if (address !== undefined) this.left.add(address);
  }

  #end(error: Error): void {
    this.#hasEnded = true;
    for (const { reject } of this.#waiting.values()) reject(error);
  }
}
