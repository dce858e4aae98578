import { setTimeout as wait } from 'node:timers/promises';
import { startFakeModelServer, type FakeModelServer } from '../../fakes/fake-model-server.ts';
import type { DialectId } from '../../fakes/model-server/protocol.ts';
import { seeded } from '../../stores/support/kill-harness.ts';
import { healthyRules, spoiledRules } from './fault-mix.ts';
import { SOAK_MODEL } from './soak-plan.ts';

const LIFE_LIMIT_MS = 2 * 3_600_000;
const DIALECTS = ['llamacpp', 'ollama', 'openai'] as const satisfies readonly DialectId[];

interface MoodyServer {
  readonly dialect: DialectId;
  /** Each has numbers of its own, so that what befalls it depends on the seed alone. */
  readonly random: () => number;
  process: FakeModelServer;
}

function start(dialect: DialectId, port?: number): Promise<FakeModelServer> {
  const models = [{ id: SOAK_MODEL, capabilities: ['completion' as const, 'tools' as const], contextLength: 8_192 }];
  return startFakeModelServer({ dialect, models, rules: healthyRules(dialect), port, lifeLimitMs: LIFE_LIMIT_MS });
}

/** Three model servers whose faults change at random moments, until they are told to be well. */
export class MoodyServers {
  readonly injected: Record<string, number> = {};
  readonly #servers: readonly MoodyServer[];

  private constructor(servers: readonly MoodyServer[]) {
    this.#servers = servers;
  }

  static async start(seed: number): Promise<MoodyServers> {
    const servers = DIALECTS.map(async (dialect, at) => {
      return { dialect, random: seeded(seed + at), process: await start(dialect) };
    });
    return new MoodyServers(await Promise.all(servers));
  }

  get urls(): readonly string[] {
    return this.#servers.map(({ process }) => process.url);
  }

  /** Changes each server at random times until all is over. */
  async change(isOver: () => boolean): Promise<void> {
    const change = async (server: MoodyServer): Promise<void> => {
      while (!isOver()) await this.#change(server);
    };
    await Promise.all(this.#servers.map((server) => change(server)));
  }

  /** All of them well and listening. */
  async calm(): Promise<void> {
    await Promise.all(this.#servers.map((server) => this.#mend(server)));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#servers.map(({ process }) => process.stop()));
  }

  /** A fault, health, a closed port, or the death of the process. */
  async #change(server: MoodyServer): Promise<void> {
    const { random } = server;
    await wait(50 + random() * 500);
    const chance = random();
    if (chance < 0.04) await this.#restart(server);
    else if (chance < 0.12) await this.#refuse(server);
    else if (chance < 0.4) await this.#mend(server);
    else await this.#spoil(server);
    // It keeps a record of each request; a long soak would gather them.
    if (random() < 0.1) await server.process.forget();
  }

  async #spoil({ dialect, process, random }: MoodyServer): Promise<void> {
    const { name, rules } = spoiledRules(dialect, random);
    this.#note(name);
    await process.script(rules);
  }

  async #mend({ dialect, process }: MoodyServer): Promise<void> {
    await process.script(healthyRules(dialect));
    await process.listen();
  }

  async #refuse({ process, random }: MoodyServer): Promise<void> {
    this.#note('refused');
    await process.refuse(100 + Math.floor(random() * 1_500));
  }

  async #restart(server: MoodyServer): Promise<void> {
    this.#note('killed and started again');
    const { port } = server.process;
    await server.process.kill();
    await wait(server.random() * 1_500);
    server.process = await start(server.dialect, port);
  }

  #note(name: string): void {
    this.injected[name] = (this.injected[name] ?? 0) + 1;
  }
}
