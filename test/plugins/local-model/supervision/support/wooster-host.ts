import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { until } from './supervision-rig.ts';

/** A Wooster process of its own that uses one server; ended with the test. */
export class WoosterHost implements AsyncDisposable {
  readonly #child: ChildProcess;
  #told = '';

  constructor(workspace: string, port: number, modes: readonly string[]) {
    const file = join(import.meta.dirname, 'host-process.ts');
    this.#child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', file, workspace, String(port), ...modes],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    this.#child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.#told += text;
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** The states it has told. */
  get states(): readonly string[] {
    return this.#told.trim().split('\n');
  }

  until(state: string): Promise<void> {
    return until(`a Wooster tells ${state}`, () => this.states.includes(state), 20_000);
  }

  /** Kills it as a crash would. */
  async kill(): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }

  /** Its orderly end; resolves when the process is gone, which nothing it started may keep. */
  async release(): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.stdin!.write('release\n');
    await gone;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.kill();
  }
}
