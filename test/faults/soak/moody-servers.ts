import { setTimeout as wait } from 'node:timers/promises';
import { startFakeModelServer, type FakeModelServer } from '../../fakes/fake-model-server.ts';
import type { DialectId } from '../../fakes/model-server/protocol.ts';
import { healthyRules, spoiledRules } from './fault-mix.ts';
import { pick } from './pick.ts';
import { SOAK_MODEL } from './soak-plan.ts';

const LIFE_LIMIT_MS = 2 * 3_600_000;
const DIALECTS = ['llamacpp', 'ollama', 'openai'] as const satisfies readonly DialectId[];

interface MoodyServer {
  readonly dialect: DialectId;
  process: FakeModelServer;
}

function start(dialect: DialectId, port?: number): Promise<FakeModelServer> {
  const models = [{ id: SOAK_MODEL, capabilities: ['completion' as const, 'tools' as const], contextLength: 8_192 }];
  return startFakeModelServer({ dialect, models, rules: healthyRules(dialect), port, lifeLimitMs: LIFE_LIMIT_MS });
}

/** Three model servers whose faults change at random moments, until they are told to be well. */
export class MoodyServers {
  readonly injected: Record<string, number> = {};
  readonly #random: () => number;
  readonly #servers: MoodyServer[];

  private constructor(servers: MoodyServer[], random: () => number) {
    this.#servers = servers;
    this.#random = random;
  }

  static async start(random: () => number): Promise<MoodyServers> {
    const servers = await Promise.all(DIALECTS.map(async (dialect) => ({ dialect, process: await start(dialect) })));
    return new MoodyServers(servers, random);
  }

  get urls(): readonly string[] {
    return this.#servers.map(({ process }) => process.url);
  }

  /** One change, after a random time: a fault, health, a closed port, or the death of a process. */
  async change(): Promise<void> {
    await wait(40 + this.#random() * 360);
    const server = pick(this.#servers, this.#random);
    const chance = this.#random();
    if (chance < 0.06) await this.#restart(server);
    else if (chance < 0.16) await this.#refuse(server);
    else if (chance < 0.45) await this.#mend(server);
    else await this.#spoil(server);
    // Requests are recorded; a long soak would gather them.
    if (this.#random() < 0.1) await server.process.forget();
  }

  /** All of them well and listening. */
  async calm(): Promise<void> {
    await Promise.all(this.#servers.map((server) => this.#mend(server)));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#servers.map(({ process }) => process.stop()));
  }

  async #spoil({ dialect, process }: MoodyServer): Promise<void> {
    const { name, rules } = spoiledRules(dialect, this.#random);
    this.#note(name);
    await process.script(rules);
  }

  async #mend({ dialect, process }: MoodyServer): Promise<void> {
    await process.script(healthyRules(dialect));
    await process.listen();
  }

  async #refuse({ process }: MoodyServer): Promise<void> {
    this.#note('refused');
    await process.refuse(100 + Math.floor(this.#random() * 1_500));
  }

  async #restart(server: MoodyServer): Promise<void> {
    this.#note('killed and started again');
    const { port } = server.process;
    await server.process.kill();
    await wait(this.#random() * 1_500);
    server.process = await start(server.dialect, port);
  }

  #note(name: string): void {
    this.injected[name] = (this.injected[name] ?? 0) + 1;
  }
}
