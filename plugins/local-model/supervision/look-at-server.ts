import type { HealthReport, Provider } from 'wooster';
import { isExpected } from './record/server-hold.ts';
import type { SupervisedServer } from './supervised-server.ts';

/** A server that runs already is recognised within this; then a look tells how it is, not that it starts. */
const RECOGNISED_MS = 400;

type Unmeasured = Omit<HealthReport, 'latencyMs'>;

function whileStarting(server: SupervisedServer): Unmeasured {
  return {
    state: 'loading',
    code: 'E_LOADING',
    detail: server.describe(),
    remedy: `wait until it is ready; "wooster logs ${server.id}" shows what it prints`,
  };
}

/**
 * It does not run and nobody has needed it yet. Where a start would do it is one that loads: it is there for a call that
 * waits, and a call is what starts it.
 */
async function atRest(server: SupervisedServer, report: HealthReport): Promise<HealthReport> {
  const fault = await server.preview();
  if (fault !== undefined) {
    return { ...report, state: 'misconfigured', code: fault.code, detail: fault.message, remedy: fault.row.remedy };
  }
  const detail = `${server.address} does not run; it is started when a call needs it`;
  const remedy = `nothing, or start it ahead: "wooster servers start ${server.id}"`;
  return { ...report, state: 'loading', code: 'E_LOADING', detail, remedy };
}

/** A look at a supervised server: what it is like where it answers, and where it is in its life where it does not. */
export async function lookAtServer(
  server: SupervisedServer,
  provider: Pick<Provider, 'probe'>,
  signal: AbortSignal,
): Promise<HealthReport> {
  const startedAt = performance.now();
  if (server.isStarting()) await server.settled(RECOGNISED_MS, signal);
  if (server.isStarting()) return { ...whileStarting(server), latencyMs: performance.now() - startedAt };
  const report = await provider.probe(signal);
  server.noticed(report, isExpected(report));
  if (report.code !== 'E_UNREACHABLE') return report;
  if (server.isStarting()) return { ...whileStarting(server), latencyMs: report.latencyMs };
  const state = server.state();
  if (state.kind === 'stopped') return atRest(server, report);
  if (state.kind !== 'failed') return report;
  const { code, message, row } = state.fault;
  const isDown = code === 'E_UNREACHABLE';
  return { ...report, state: isDown ? 'down' : 'misconfigured', code, detail: message, remedy: row.remedy };
}
