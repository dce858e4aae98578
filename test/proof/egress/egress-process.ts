import { mkdtempSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createHost, type Host } from '../../../src/host.ts';
import { ACTIONS, EMBEDDINGS_FACTORY, LOCAL_PRINCIPAL, MODEL_ROUTER, type ModelRouter } from '../../../src/index.ts';
import { FAULT_CELLS, MODES, primaryRules, type FaultCell, type Mode, type Wire } from '../../faults/cells.ts';
import { fallbackReply } from '../../faults/answers.ts';
import { ask } from '../../faults/matrix/ask.ts';
import type { Fault } from '../../fakes/model-server/faults/fault-kinds.ts';
import { openServers, writeWorkspace, type EgressServers } from './egress-house.ts';
import type { EgressRun } from './egress-line.ts';

/**
 * Run as a process of its own, in a network that has nothing but loopback. Arguments: how many calls, after how many
 * milliseconds to end whatever happens, and `house` to leave out the plugin that goes past everything. Prints one
 * EgressRun.
 */
const [callCount = 100, limitMs = 60_000] = process.argv.slice(2, 4).map(Number);
const hasStray = process.argv[4] !== 'house';
const ATTEMPTS = join(import.meta.dirname, '../../security/egress/attempts-child.ts');
/** Calls at the same time; of one cell, whose script the primary plays. */
const WAVE = 12;
const STEP_LIMIT_MS = 30_000;
/** Places that the servers cannot play, or that are a matter of our own house. */
const SKIPPED: ReadonlySet<FaultCell['place']> = new Set([
  'unknown-host',
  'returns',
  'state-full',
  'clock-back',
  'suspended',
]);
const VECTOR_FAULTS: readonly (readonly Fault[])[] = [
  [],
  [{ kind: 'status', status: 500 }],
  [{ kind: 'reset-before-headers' }],
  [{ kind: 'empty' }],
  [{ kind: 'status', status: 401 }],
];

const startedAt = performance.now();
const calls: Record<string, number> = {};
const ends: Record<string, number> = {};
setTimeout(() => process.exit(124), limitMs).unref();
// A call that was left behind is told, and ends nothing.
process.on('unhandledRejection', () => count(ends, 'unhandled'));
process.on('uncaughtException', () => count(ends, 'uncaught'));

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

async function tally(kind: string, run: () => Promise<unknown>): Promise<void> {
  count(calls, kind);
  try {
    await run();
    count(ends, 'answered');
  } catch (error) {
    const { code } = error as { code?: unknown };
    count(ends, typeof code === 'string' ? code : 'another error');
  }
}

/** Runs an action of the host as the command line does. */
function act(host: Host, id: string, words: object): Promise<unknown> {
  const action = host.extensions.list(ACTIONS).find((each) => each.id === id);
  if (action === undefined) throw new Error(`there is no action ${id}`);
  const progress = { update: () => {}, note: () => {}, finish: () => {} };
  const terminal = { isInteractive: false, isJson: true, hasColor: false, width: 80, write: () => {}, note: () => {} };
  const more = {
    readInput: async () => undefined,
    question: async () => undefined,
    onInterrupt: () => ({ dispose: () => {} }),
  };
  const signal = AbortSignal.timeout(STEP_LIMIT_MS);
  const context = { signal, principal: LOCAL_PRINCIPAL, progress, terminal: { ...terminal, ...more } };
  return action.run(action.args.parse(words), context);
}

/** What one wave is: a cell of the matrix, asked in one way over one wire. */
interface Play {
  readonly cell: FaultCell;
  readonly mode: Mode;
  readonly wire: Wire;
}

async function playCell(host: Host, servers: EgressServers, { cell, mode, wire }: Play): Promise<void> {
  const router = host.get(MODEL_ROUTER) as ModelRouter;
  // What the last cell did to the targets is no part of this one.
  router.resetBreakers();
  await router.refresh(AbortSignal.timeout(STEP_LIMIT_MS));
  await servers.primary.script(primaryRules(cell, mode, wire));
  await servers.fallback.script([{ reply: fallbackReply(mode) }]);
  if (cell.place === 'refused') await servers.primary.refuse();
  if (cell.isAlone === true) await servers.fallback.refuse();
  try {
    const wave = Array.from({ length: WAVE }, async () => {
      count(calls, mode);
      const { code, hasError } = await ask(router, mode, cell.leaving);
      count(ends, code ?? (hasError ? 'broken off' : 'answered'));
    });
    await Promise.all(wave);
  } finally {
    await Promise.all([servers.primary.listen(), servers.fallback.listen()]);
  }
}

async function embed(host: Host, servers: EgressServers, round: number): Promise<void> {
  const faults = VECTOR_FAULTS[round % VECTOR_FAULTS.length] ?? [];
  await servers.vectors.script(faults.length === 0 ? [] : [{ match: { path: '/v1/embeddings' }, faults: [...faults] }]);
  const wave = Array.from({ length: WAVE }, (_, at) =>
    tally('embeddings', async () => {
      const embeddings = await host.get(EMBEDDINGS_FACTORY).for('projects', AbortSignal.timeout(STEP_LIMIT_MS));
      await embeddings.embedQuery(`text ${round}-${at}`);
    }),
  );
  await Promise.all(wave);
  await servers.vectors.script([]);
}

async function besides(host: Host, servers: EgressServers, documents: string): Promise<void> {
  await tally('ingest', () => act(host, 'ingest', { folder: documents }));
  await tally('download', () => act(host, 'setup', {}));
  if (!hasStray) return;
  await tally('stray', () => act(host, 'stray', { file: ATTEMPTS, near: `${servers.vectors.url}/v1/models` }));
}

/** Half of the calls over one wire. */
async function runWire(wire: Wire, wanted: number): Promise<void> {
  await using servers = await openServers(wire);
  const root = mkdtempSync(join(homedir(), 'workspace-'));
  const documents = writeWorkspace(root, wire, servers);
  const host = await createHost({ flags: { home: root, localOnly: true } });
  try {
    if (host.faults.length > 0) throw host.faults[0]!;
    await besides(host, servers, documents);
    const cells = FAULT_CELLS.filter(({ place, wires }) => !SKIPPED.has(place) && wires?.includes(wire) !== false);
    const plays = cells.flatMap((cell) => (cell.modes ?? MODES).map((mode) => ({ cell, mode, wire })));
    // A sample takes its cells from all over the matrix, those without a fallback among them.
    const waves = Math.ceil(wanted / WAVE);
    const step = Math.max(1, plays.length / Math.max(1, Math.ceil(waves * 0.75)));
    for (let wave = 0, at = 0; wave < waves; wave += 1) {
      if (wave % 4 === 3) await embed(host, servers, (wave - 3) / 4);
      else {
        await playCell(host, servers, plays[Math.floor(at) % plays.length]!);
        at += step;
      }
    }
  } finally {
    await host.stop();
  }
}

/** Packets without a way out, of both families. */
function unroutable(): number {
  const [names = '', values = ''] = readFileSync('/proc/net/snmp', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('Ip:'));
  const four = Number(values.split(' ')[names.split(' ').indexOf('OutNoRoutes')]);
  const six = Number(/Ip6OutNoRoutes\s+(\d+)/.exec(readFileSync('/proc/net/snmp6', 'utf8'))?.[1] ?? 0);
  return four + six;
}

try {
  for (const wire of ['openai', 'ollama'] as const) await runWire(wire, Math.ceil(callCount / 2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(70);
}
const run: EgressRun = { calls, ends, unroutable: unroutable(), elapsedMs: performance.now() - startedAt };
process.stdout.write(`${JSON.stringify(run)}\n`, () => process.exit(0));
