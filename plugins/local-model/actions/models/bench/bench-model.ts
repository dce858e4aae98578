import {
  describeDuration,
  UsageError,
  type ActionContext,
  isWoosterError,
  serverOfTarget,
  type AvailableModel,
  type LoadedModel,
  type ModelRef,
  type ToolScore,
  type ToolWay,
} from 'wooster';
import { requireModelRef } from '../../../tools/model-call.ts';
import { longPrompt, speedOf, timeCall, type TimedCall, type TimingPorts } from './measure-speed.ts';
import { measureToolUse } from './measure-tool-use.ts';
import { requireModel } from '../find-model.ts';
import type { ModelsOperation, ModelsPorts } from '../models-ports.ts';
import type { BenchRow } from '../models-schema.ts';

/** Timed calls after the first, which may have loaded the model. */
const TIMED_CALLS = 3;

const MIB = 1024 * 1024;

/** What the operation asks of one model. */
interface BenchRun {
  readonly found: AvailableModel;
  readonly ref: ModelRef;
  readonly context: ActionContext;
}

async function timeAll(
  timing: TimingPorts,
  { ref, context }: BenchRun,
): Promise<{ calls: TimedCall[]; loadMs: number }> {
  const { signal, progress } = context;
  progress.update({ label: `${ref}: first call`, done: 0, total: TIMED_CALLS + 1, unit: 'items' });
  const first = await timeCall(timing, { ref, prompt: 'Say hello.', signal });
  const calls: TimedCall[] = [];
  for (let index = 0; index < TIMED_CALLS; index += 1) {
    progress.update({ label: `${ref}: speed`, done: index + 1, total: TIMED_CALLS + 1, unit: 'items' });
    calls.push(await timeCall(timing, { ref, prompt: longPrompt(1000 * (index + 1)), signal }));
  }
  const second = await timeCall(timing, { ref, prompt: 'Say hello again.', signal });
  return { calls, loadMs: Math.max(0, first.firstTokenMs - second.firstTokenMs) };
}

/** Memory that the server says the model takes; undefined where it does not say. */
async function memoryOf(ports: ModelsPorts, { found, context }: BenchRun): Promise<number | undefined> {
  const instance = ports
    .router()
    .providers()
    .find(({ serverId }) => serverId === serverOfTarget(found.targetId));
  let loaded: readonly LoadedModel[];
  try {
    loaded = (await instance?.provider.lifecycle?.loaded?.(context.signal)) ?? [];
  } catch (error) {
    // What was measured stands whether or not the server tells its memory.
    if (context.signal.aborted || !isWoosterError(error)) throw error;
    return undefined;
  }
  const bytes = loaded.find(({ modelId }) => modelId === found.model.modelId)?.sizeBytes;
  return bytes === undefined ? undefined : Math.round(bytes / MIB);
}

/** Each way in which the model can be brought to call tools; undefined where there is none. */
async function measureWays(timing: TimingPorts, run: BenchRun): Promise<BenchRow['tools']> {
  const { ref, found, context } = run;
  const { toolWays, capabilities } = found.model;
  const ways = toolWays?.value ?? (capabilities.tools?.value === false ? [] : ['native']);
  const scores: Partial<Record<ToolWay, ToolScore>> = {};
  let best: ToolWay | undefined;
  for (const way of ways) {
    const label = ways.length === 1 ? `${ref}: tools` : `${ref}: tools, ${way}`;
    const onTask = (done: number, total: number): void =>
      context.progress.update({ label, done, total, unit: 'items' });
    const score = await measureToolUse(timing, { ref, way, signal: context.signal, onTask });
    scores[way] = score;
    if (best === undefined || score.right > scores[best]!.right) best = way;
  }
  return best && { ...scores[best]!, way: best, ways: scores };
}

async function measure(ports: ModelsPorts, run: BenchRun): Promise<BenchRow> {
  const { found, ref } = run;
  const timing: TimingPorts = { router: ports.router, monotonic: () => ports.clock.monotonic() };
  const { calls, loadMs } = await timeAll(timing, run);
  const speed = { ...speedOf(calls), loadMs: found.model.isLoaded?.value === true ? undefined : loadMs };
  const measuredAt = ports.clock.now();
  const measured = { targetId: found.targetId, digest: found.model.digest?.value };
  // Each is kept as soon as it is known, so that what fails later costs nothing that was measured.
  ports.measurements().save({ ...measured, speed: { ...speed, measuredAt } });
  const tools = await measureWays(timing, run);
  const memoryMiB = await memoryOf(ports, run);
  ports.measurements().save({ ...measured, toolUse: tools && { ...tools, measuredAt }, memoryMiB });
  return { model: ref, ...speed, tools, memoryMiB };
}

function describeTools(tools: BenchRow['tools']): string {
  if (tools === undefined) return 'tools: it has none';
  const others = Object.entries(tools.ways).filter(([way]) => way !== tools.way);
  const beside = others.map(([way, { right }]) => `${way} ${right}`).join(', ');
  const told = `tools: ${tools.right} of ${tools.tasks} tasks right, ${tools.valid} valid`;
  return beside === '' ? told : `${told}, by ${tools.way}; ${beside}`;
}

function describeRow({
  model,
  tokensPerSecond,
  promptTokensPerSecond,
  firstTokenMs,
  loadMs,
  tools,
  memoryMiB,
}: BenchRow) {
  return [
    model,
    `  writes ${tokensPerSecond.toFixed(1)} tokens/s, reads at least ${Math.round(promptTokensPerSecond)} tokens/s`,
    `  first token of a long prompt after ${describeDuration(firstTokenMs)}${loadMs === undefined ? '' : `, loading took about ${describeDuration(loadMs)}`}`,
    `  ${describeTools(tools)}`,
    ...(memoryMiB === undefined ? [] : [`  takes ${memoryMiB.toLocaleString('en-US')} MiB, as its server says`]),
  ].join('\n');
}

/** `models bench`: speed and use of tools of chat models, measured here and kept. */
export const benchModels: ModelsOperation<{ operation: 'bench'; rows: BenchRow[] }> = {
  run: async (ports, args, context) => {
    if (args.names.length === 0) throw new UsageError('which model? wooster models bench <provider:model>');
    const refs = args.names.map(requireModelRef);
    const { models } = await ports.advisor().getAllAvailableModels(context.signal);
    const runs = refs.map((ref) => ({ found: requireModel(models, ref), ref, context }));
    const rows: BenchRow[] = [];
    for (const run of runs) rows.push(await measure(ports, run));
    context.progress.finish();
    return { operation: 'bench', rows };
  },
  render: ({ rows }) =>
    [...rows.map(describeRow), 'Kept, and used from now on: `wooster models show <model>`.'].join('\n'),
};
