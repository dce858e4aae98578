import { setTimeout as wait } from 'node:timers/promises';
import { runCli } from '../../cli/support/cli-process.ts';
import { makeCliWorkspace, type CliWorkspace } from '../../cli/support/cli-workspace.ts';
import { startLlamaServer } from '../servers/llama-server.ts';
import { OLLAMA_NAMES, startOllama } from '../servers/ollama.ts';
import type { RunningServer } from '../servers/running-server.ts';

const MODEL = 'qwen2.5-coder-0.5b';
const CONTEXT_TOKENS = 2_048;
/** Longest time between two looks at a server that was lost: what its return is noticed within. */
const LOOK_INTERVAL_MS = 2_000;
const WARM_LIMIT_MS = 60_000;
const POLL_MS = 250;

/** A real llama-server that conversations prefer, and a real Ollama that stands in for it. */
export class KilledHouse implements AsyncDisposable {
  readonly #ollama: RunningServer;
  #primary: RunningServer;

  private constructor(primary: RunningServer, ollama: RunningServer) {
    this.#primary = primary;
    this.#ollama = ollama;
  }

  static async open(): Promise<KilledHouse> {
    const primary = startLlamaServer({ model: MODEL, contextTokens: CONTEXT_TOKENS });
    const ollama = startOllama({ models: [MODEL], contextTokens: CONTEXT_TOKENS });
    const house = new KilledHouse(await primary, await ollama);
    await house.#warm();
    return house;
  }

  get versions(): readonly string[] {
    return [this.#primary.version, this.#ollama.version];
  }

  get pid(): number {
    return this.#primary.pid;
  }

  workspace(interruptedText: string): Promise<CliWorkspace> {
    return makeCliWorkspace({
      providers: {
        primary: { kind: 'llamacpp', baseUrl: this.#primary.url, model: MODEL, priority: 1 },
        spare: {
          kind: 'ollama',
          baseUrl: this.#ollama.url,
          model: OLLAMA_NAMES[MODEL],
          priority: 2,
          options: { contextTokens: CONTEXT_TOKENS },
        },
      },
      routing: { healthCheckIntervalMs: LOOK_INTERVAL_MS, failover: { interruptedText } },
    });
  }

  /** Kills the primary by its id, as a crash would. */
  kill(): void {
    process.kill(this.#primary.pid, 'SIGKILL');
  }

  /** Starts the primary again where it was. */
  async restart(): Promise<void> {
    await this.#primary.kill();
    const port = Number(new URL(this.#primary.url).port);
    this.#primary = await startLlamaServer({ model: MODEL, contextTokens: CONTEXT_TOKENS, port });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#primary.kill(), this.#ollama.kill()]);
  }

  /** Loads the stand-in's model, which then stays in memory: what is measured is the failover, not the disk. */
  async #warm(): Promise<void> {
    const response = await fetch(`${this.#ollama.url}/api/generate`, {
      method: 'POST',
      body: JSON.stringify({ model: OLLAMA_NAMES[MODEL], keep_alive: '30m', options: { num_ctx: CONTEXT_TOKENS } }),
      signal: AbortSignal.timeout(WARM_LIMIT_MS),
    });
    await response.text();
  }
}

/** What a command prints, which must succeed. */
export async function told(workspace: CliWorkspace, words: readonly string[]): Promise<string> {
  const run = await runCli(workspace, words, { environment: { COLUMNS: '150' } });
  if (run.exitCode !== 0) throw new Error(`${words.join(' ')} ended with ${run.exitCode}: ${run.stderr}`);
  return run.stdout.trimEnd();
}

/** States of the breakers that the workspace knows of, by their targets; asks no server. */
export async function breakerStates(workspace: CliWorkspace): Promise<Readonly<Record<string, string>>> {
  const { breakers } = JSON.parse(await told(workspace, ['health', '--breakers', '--json'])) as {
    breakers: { target: string; state: string }[];
  };
  return Object.fromEntries(breakers.map(({ target, state }) => [target, state]));
}

/** Waits until no breaker of the workspace keeps calls away. */
export async function untilNoneRests(workspace: CliWorkspace, limitMs: number): Promise<void> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const states = await breakerStates(workspace);
    if (Object.values(states).every((state) => state === 'closed')) return;
    if (performance.now() > deadline) throw new Error(`still resting: ${JSON.stringify(states)}`);
    await wait(POLL_MS);
  }
}
