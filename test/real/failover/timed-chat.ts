import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { CliWorkspace } from '../../cli/support/cli-workspace.ts';

const REPOSITORY = resolve(import.meta.dirname, '../../..');
const PSEUDO_TERMINAL = join(REPOSITORY, 'test', 'cli', 'support', 'pseudo-terminal.py');
const LIFE_LIMIT_MS = 240_000;

/** What came, and when: milliseconds since the chat was started. */
interface Piece {
  readonly atMs: number;
  readonly text: string;
  /** Not of the terminal: what was done to the world meanwhile. */
  readonly isEvent: boolean;
}

/** `wooster chat` in a pseudo-terminal, with the time of everything that appears in it. */
export class TimedChat {
  readonly ended: Promise<number>;
  readonly #child: ChildProcess;
  readonly #begun = performance.now();
  readonly #pieces: Piece[] = [];
  #screen = '';
  #read = 0;
  #wake = (): void => undefined;
  #isEnded = false;

  constructor(workspace: CliWorkspace, words: readonly string[]) {
    const program = [process.execPath, join(REPOSITORY, 'src', 'main.ts'), '--home', workspace.root, 'chat', ...words];
    this.#child = spawn('python3', [PSEUDO_TERMINAL, ...program], {
      cwd: workspace.root,
      env: { ...workspace.environment, TERM: 'dumb' },
      stdio: ['pipe', 'pipe', 'inherit'],
      timeout: LIFE_LIMIT_MS,
      killSignal: 'SIGKILL',
    });
    workspace.processes.add(this.#child);
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#take(text));
    this.ended = this.#watch();
  }

  /** Milliseconds since the start. */
  get nowMs(): number {
    return performance.now() - this.#begun;
  }

  /** All that appeared, without the codes that move a cursor. */
  get screen(): string {
    return this.#screen;
  }

  /** Types a line; gives the time of it. */
  type(line: string): number {
    this.#child.stdin?.write(`${line}\r`);
    return this.nowMs;
  }

  /** Writes into the transcript what was done outside; gives the time of it. */
  event(text: string): number {
    const atMs = this.nowMs;
    this.#pieces.push({ atMs, text, isEvent: true });
    return atMs;
  }

  /** Waits until what appeared since the last call matches; the time at which the match was whole, and the match. */
  async until(pattern: RegExp, limitMs: number): Promise<{ readonly atMs: number; readonly match: RegExpExecArray }> {
    const deadline = performance.now() + limitMs;
    for (;;) {
      const match = pattern.exec(this.#screen.slice(this.#read));
      if (match !== null) {
        this.#read += match.index + match[0].length;
        return { atMs: this.#timeOf(this.#read), match };
      }
      const leftMs = deadline - performance.now();
      if (this.#isEnded || leftMs <= 0) throw new Error(`${String(pattern)} did not appear:\n${this.#screen}`);
      await this.#news(leftMs);
    }
  }

  /** Every line with the second at which it began; what happened outside stands between, and breaks a line it fell into. */
  transcript(): string {
    const lines: string[] = [];
    let isWithin = false;
    for (const { atMs, text, isEvent } of this.#pieces) {
      if (isEvent) {
        lines.push(stamp(atMs, `*** ${text}`));
        isWithin = false;
        continue;
      }
      for (const part of text.split(/(?<=\n)/)) {
        const content = part.replace(/\n$/, '');
        if (isWithin) lines[lines.length - 1] += content;
        else lines.push(stamp(atMs, content));
        isWithin = !part.endsWith('\n');
      }
    }
    return lines.map((line) => line.trimEnd()).join('\n');
  }

  /** The time of the piece in which a place of the screen lies. */
  #timeOf(place: number): number {
    let seen = 0;
    for (const { atMs, text, isEvent } of this.#pieces) {
      if (isEvent) continue;
      seen += text.length;
      if (seen >= place) return atMs;
    }
    return this.nowMs;
  }

  #take(raw: string): void {
    const text = stripVTControlCharacters(raw).replaceAll('\r', '');
    if (text === '') return;
    this.#pieces.push({ atMs: this.nowMs, text, isEvent: false });
    this.#screen += text;
    this.#wake();
  }

  async #watch(): Promise<number> {
    const [code] = (await once(this.#child, 'close')) as [number | null];
    this.#isEnded = true;
    this.#wake();
    return code ?? -1;
  }

  #news(limitMs: number): Promise<void> {
    return new Promise((settle) => {
      const timer = setTimeout(settle, limitMs);
      this.#wake = () => {
        clearTimeout(timer);
        settle();
      };
    });
  }
}

function stamp(atMs: number, text: string): string {
  return `${(atMs / 1_000).toFixed(3).padStart(8)}  ${text}`;
}
