import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import type { CliWorkspace } from './cli-workspace.ts';

const REPOSITORY = resolve(import.meta.dirname, '../../..');
const MAIN = join(REPOSITORY, 'src', 'main.ts');
const PSEUDO_TERMINAL = join(import.meta.dirname, 'pseudo-terminal.py');

/** A run lasts about a second; the limit only ends one that hangs, on a machine that may be busy. */
const RUN_LIMIT_MS = 60_000;

/** How a command line is run, besides its words. */
export interface CliOptions {
  /** Given on standard input, which then ends; without it the input is empty. */
  readonly input?: string;
  /** Leaves the input open, for `write`. */
  readonly isInputOpen?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  /** Under a pseudo-terminal of 80 columns: everything arrives in `stdout`, and Ctrl-C is a key. */
  readonly hasTerminal?: boolean;
  readonly limitMs?: number;
  /** Program and first arguments instead of Node and `src/main.ts`. */
  readonly program?: readonly string[];
}

/** A command line that has ended. */
export interface CliRun {
  /** -1 when a signal ended it. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** In how many pieces standard output came. */
  readonly pieces: number;
}

/** A command line that runs. */
export interface CliProcess {
  readonly pid: number;
  readonly ended: Promise<CliRun>;
  write(text: string): void;
  endInput(): void;
  /** Ctrl-C: the key at a terminal, else the signal. */
  interrupt(): void;
  /** Waits until what was printed since the last call of `until` matches; throws, with all of it, at the limit or the end. */
  until(pattern: RegExp, limitMs?: number): Promise<string>;
}

class RunningCli implements CliProcess {
  readonly ended: Promise<CliRun>;
  readonly #child: ChildProcess;
  readonly #hasTerminal: boolean;
  #stdout = '';
  #pieces = 0;
  #stderr = '';
  #all = '';
  #read = 0;
  #wake = (): void => {};
  #isEnded = false;

  constructor(child: ChildProcess, { hasTerminal = false, limitMs = RUN_LIMIT_MS }: CliOptions) {
    this.#child = child;
    this.#hasTerminal = hasTerminal;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      this.#pieces += 1;
      this.#take(text);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      this.#take(text);
    });
    // A program that ends without reading its input is no fault.
    child.stdin?.on('error', () => {});
    this.ended = this.#watch(limitMs);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  write(text: string): void {
    this.#child.stdin?.write(text);
  }

  endInput(): void {
    this.#child.stdin?.end();
  }

  interrupt(): void {
    if (this.#hasTerminal) this.write('\u0003');
    else this.#child.kill('SIGINT');
  }

  async until(pattern: RegExp, limitMs = RUN_LIMIT_MS / 2): Promise<string> {
    const deadline = performance.now() + limitMs;
    for (;;) {
      const fresh = this.#all.slice(this.#read);
      const match = pattern.exec(fresh);
      if (match !== null) {
        this.#read += match.index + match[0].length;
        return match[0];
      }
      const left = deadline - performance.now();
      if (this.#isEnded || left <= 0) {
        throw new Error(
          `${String(pattern)} did not come ${this.#isEnded ? 'before the end' : 'in time'}:\n${this.#all}`,
        );
      }
      await this.#news(left);
    }
  }

  async #watch(limitMs: number): Promise<CliRun> {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), limitMs);
    const [code] = (await once(this.#child, 'close')) as [number | null];
    clearTimeout(timer);
    this.#isEnded = true;
    this.#wake();
    return { exitCode: code ?? -1, stdout: this.#stdout, stderr: this.#stderr, pieces: this.#pieces };
  }

  #take(text: string): void {
    this.#all += text;
    this.#wake();
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

/** A `--` that a package manager leaves in front must stay in front. */
function withHome(words: readonly string[], root: string): string[] {
  const home = ['--home', root];
  return words[0] === '--' ? ['--', ...home, ...words.slice(1)] : [...home, ...words];
}

/** Starts `wooster <words>` in a workspace with an environment of its own: none of this process, no home folder of a user. */
export function startCli(workspace: CliWorkspace, words: readonly string[], options: CliOptions = {}): CliProcess {
  const program = [...(options.program ?? [process.execPath, MAIN]), ...withHome(words, workspace.root)];
  const [command = '', ...rest] = options.hasTerminal === true ? ['python3', PSEUDO_TERMINAL, ...program] : program;
  const child = spawn(command, rest, {
    cwd: workspace.root,
    env: { ...workspace.environment, ...options.environment },
    stdio: 'pipe',
  });
  workspace.processes.add(child);
  child.once('exit', () => workspace.processes.delete(child));
  const running = new RunningCli(child, options);
  if (options.isInputOpen !== true && options.hasTerminal !== true) child.stdin.end(options.input ?? '');
  return running;
}

/** Runs `wooster <words>` to its end. */
export function runCli(workspace: CliWorkspace, words: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  return startCli(workspace, words, options).ended;
}
