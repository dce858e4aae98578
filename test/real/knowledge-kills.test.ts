import { randomInt } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { runCli } from '../cli/support/cli-process.ts';
import type { CliWorkspace } from '../cli/support/cli-workspace.ts';
import type { FakeModelServer } from '../fakes/fake-model-server.ts';
import {
  copyWorkspace,
  makeKnowledgeWorkspace,
  projectStore,
  startKnowledgeServer,
} from '../proof/knowledge-workspace.ts';
import { faultsOf, measureCommand, runKilled, type KillMoment, type Measure } from '../proof/kill-proof.ts';
import { CRASH_COMMANDS } from '../proof/kills/crash-commands.ts';
import { rowsOf, seeded } from '../stores/support/kill-harness.ts';

jest.setTimeout(300_000);

/** Kills of each command. `pnpm proof kills` asks for more, and for a line of JSON about each in a file. */
const kills = Number(process.env['WOOSTER_PROOF_KILLS'] ?? 2);
const reportFile = process.env['WOOSTER_PROOF_REPORT'];
const seed = Number(process.env['WOOSTER_SEED'] ?? randomInt(2 ** 31));
const numbers = Array.from({ length: kills }, (_, at) => at);

let server: FakeModelServer;
beforeAll(async () => {
  server = await startKnowledgeServer();
});
afterAll(() => server.stop());

function report(line: object): void {
  if (reportFile !== undefined) appendFileSync(reportFile, `${JSON.stringify({ seed, ...line })}\n`);
}

/** The moment of a number: every other one before a statement, where the command has any, the rest at a time. */
function momentOf(number: number, { statements, ms }: Measure): KillMoment {
  const share = seeded(seed + number * 7919)();
  return number % 2 === 0 && statements > 0
    ? { statement: 1 + Math.floor(share * statements) }
    : { afterMs: share * ms * 0.9 };
}

describe.each(CRASH_COMMANDS)(`$id that is killed (seed ${seed})`, (command) => {
  let template: CliWorkspace;
  let measure: Measure;
  let rows: string;

  /** A workspace with what there is before the command, the folder of the documents among it. */
  async function copy(): Promise<CliWorkspace> {
    const workspace = await copyWorkspace(server, template);
    await cp(join(dirname(template.root), 'notes'), join(dirname(workspace.root), 'notes'), { recursive: true });
    return workspace;
  }

  beforeAll(async () => {
    template = await makeKnowledgeWorkspace(server);
    await command.prepare(template, server);
    await using workspace = await copy();
    measure = await measureCommand(workspace, command.words(workspace));
    rows = rowsOf(projectStore(workspace, 'notes'));
    report({ command: command.id, ...measure });
  });
  afterAll(async () => {
    await template[Symbol.asyncDispose]();
  });

  test.each(numbers)(
    'leaves a sound store, goes on, and ends as if nothing had happened (moment %i)',
    async (number) => {
      await using workspace = await copy();
      const location = projectStore(workspace, 'notes');
      const moment = momentOf(number, measure);
      const { isKilled } = await runKilled(workspace, command.words(workspace), moment);
      expect([moment, await faultsOf(location, 'projects')]).toEqual([moment, []]);
      expect([moment, (await command.faultsOutside?.(workspace, false)) ?? []]).toEqual([moment, []]);
      const wasDone = rowsOf(location) === rows;
      const again = await runCli(workspace, (command.wordsAgain ?? command.words)(workspace), { limitMs: 180_000 });
      const { exitCodesAgain = [0] } = command;
      if (!exitCodesAgain.includes(again.exitCode)) expect([moment, again]).toEqual([moment, exitCodesAgain]);
      expect([moment, await faultsOf(location, 'projects'), rowsOf(location) === rows]).toEqual([moment, [], true]);
      expect([moment, (await command.faultsOutside?.(workspace, true)) ?? []]).toEqual([moment, []]);
      report({ command: command.id, number, moment, isKilled, wasDone });
    },
  );
});
