import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHost } from '../../../src/host.ts';
import { MoodyServers } from './moody-servers.ts';
import { Soak } from './soak.ts';
import { SOAK_LIMITS, SOAK_MODEL, SOAK_PROVIDERS, SOAK_RECOVERY_MS, type SoakPlan } from './soak-plan.ts';

/**
 * Run as a process of its own, with `--expose-gc`: a whole host with a workspace on disk over three model servers. Prints
 * one line, the report.
 */
const KINDS = ['llamacpp', 'ollama', 'openai-compatible'];

const stray: string[] = [];
process.on('unhandledRejection', (reason) => stray.push(`unhandled rejection: ${String(reason)}`));
process.on('uncaughtException', (error) => stray.push(`uncaught exception: ${error.stack ?? String(error)}`));
process.on('warning', ({ name, message }) => {
  if (name !== 'ExperimentalWarning') stray.push(`${name}: ${message}`);
});

function settings(urls: readonly string[]): object {
  const providers = SOAK_PROVIDERS.map((id, at) => [
    id,
    { kind: KINDS[at], baseUrl: urls[at], model: SOAK_MODEL, priority: at + 1, declaredLocal: true },
  ]);
  return {
    embedded: { enabled: false },
    providers: Object.fromEntries(providers) as object,
    routing: {
      healthCheckIntervalMs: 1_000,
      limits: SOAK_LIMITS,
      failover: { failureThreshold: 3, recoverySeconds: SOAK_RECOVERY_MS / 1_000 },
    },
  };
}

const plan = JSON.parse(process.argv[2] ?? '') as SoakPlan;
const servers = await MoodyServers.start(plan.seed);
try {
  mkdirSync(join(plan.root, 'config'), { recursive: true });
  writeFileSync(join(plan.root, 'config', 'local.json'), JSON.stringify(settings(servers.urls)));
  const environment = { HOME: plan.root };
  const host = await createHost({ flags: { home: plan.root }, environment, home: plan.root, only: ['local-model'] });
  try {
    await host.start(new AbortController().signal);
    const report = await new Soak(plan, host, servers).run();
    process.stdout.write(`${JSON.stringify({ ...report, stray })}\n`);
  } finally {
    await host.stop();
  }
} finally {
  await servers.stop();
}
