import { expect } from '@jest/globals';
import type { RouteTrace } from '../../../src/contracts/routing/decision.ts';
import { runCli } from './cli-process.ts';
import type { CliWorkspace } from './cli-workspace.ts';

/** The latest decisions of a workspace with their attempts, newest first, as `why --json` tells them. */
export async function readTraces(workspace: CliWorkspace, count: number): Promise<readonly RouteTrace[]> {
  const run = await runCli(workspace, ['why', '--last', String(count), '--json']);
  expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  return (JSON.parse(run.stdout) as { traces: RouteTrace[] }).traces;
}

/** The latest decision of a workspace; throws when there is none. */
export async function lastTrace(workspace: CliWorkspace): Promise<RouteTrace> {
  const [trace] = await readTraces(workspace, 1);
  if (trace === undefined) throw new Error('nothing has been decided in this workspace');
  return trace;
}
