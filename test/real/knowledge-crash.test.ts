import { randomInt } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { runCli } from '../cli/support/cli-process.ts';
import type { CliWorkspace } from '../cli/support/cli-workspace.ts';
import type { FakeModelServer } from '../fakes/fake-model-server.ts';
import {
  copyWorkspace,
  generateFolder,
  makeKnowledgeWorkspace,
  projectStore,
  startKnowledgeServer,
} from '../proof/knowledge-workspace.ts';
import { faultsOf, filesWith, measureCommand, runKilled, type KillMoment, type Measure } from '../proof/kill-proof.ts';
import { rowsOf, seeded } from '../stores/support/kill-harness.ts';

jest.setTimeout(300_000);

/** Kills of each command. `pnpm proof kills` asks for more, and for a line of JSON about each in a file. */
const kills = Number(process.env['WOOSTER_PROOF_KILLS'] ?? 4);
const reportFile = process.env['WOOSTER_PROOF_REPORT'];
const seed = Number(process.env['WOOSTER_SEED'] ?? randomInt(2 ** 31));
const FILES = 60;
const INGEST_LIMIT = { limitMs: 180_000 };
/** Words that no other fact has: what is left of them is found, whatever cut it up. */
const SECRET = 'The qzxvlighthouse keeper hides the wzqxkey under a jqxzlantern';
const TRACES = [SECRET, 'zxvlighthouse', 'zqxkey', 'qxzlantern'].map((text) => Buffer.from(text));
const FACTS = [
  ...Array.from({ length: 20 }, (_, at) => `Fact ${at}: tram number ${at * 7} stops at gate ${at}`),
  SECRET,
];

let server: FakeModelServer;
const opened: CliWorkspace[] = [];

beforeAll(async () => {
  server = await startKnowledgeServer();
});
afterAll(async () => {
  for (const workspace of opened) await workspace[Symbol.asyncDispose]();
  await server.stop();
});

function report(line: object): void {
  if (reportFile !== undefined) appendFileSync(reportFile, `${JSON.stringify({ seed, ...line })}\n`);
}

/** The moment of a number: every other one before a statement, the rest at a time. */
function momentOf(number: number, { statements, ms }: Measure): KillMoment {
  const random = seeded(seed + number * 7919);
  const share = random();
  return number % 2 === 0 ? { statement: 1 + Math.floor(share * statements) } : { afterMs: share * ms * 0.7 };
}

function numbers(): readonly number[] {
  return Array.from({ length: kills }, (_, at) => at);
}

describe(`an ingest that is killed (seed ${seed})`, () => {
  let template: CliWorkspace;
  let folder: string;
  let whole: { readonly measure: Measure; readonly rows: string };
  const words = (): readonly string[] => ['ingest', folder, '--project', 'notes'];

  beforeAll(async () => {
    template = await makeKnowledgeWorkspace(server);
    opened.push(template);
    folder = await generateFolder(template, FILES);
    // The space has its name from here on, so that all copies write the same rows.
    const warm = await generateFolder(template, 1, 'warm');
    expect(await runCli(template, ['ingest', warm], INGEST_LIMIT)).toMatchObject({ exitCode: 0 });
    await using copy = await copyWorkspace(server, template);
    const measure = await measureCommand(copy, words());
    whole = { measure, rows: rowsOf(projectStore(copy, 'notes')) };
    report({ command: 'ingest', ...measure });
  });

  test.each(numbers())('opens, is sound, goes on, and ends as if nothing had happened (moment %i)', async (number) => {
    await using workspace = await copyWorkspace(server, template);
    const location = projectStore(workspace, 'notes');
    const moment = momentOf(number, whole.measure);
    const { isKilled } = await runKilled(workspace, words(), moment);
    expect([moment, await faultsOf(location, 'projects')]).toEqual([moment, []]);
    const resumed = await runCli(workspace, [...words(), '--json'], INGEST_LIMIT);
    expect([moment, resumed]).toEqual([moment, expect.objectContaining({ exitCode: 0 })]);
    const { unchanged, files } = JSON.parse(resumed.stdout) as { unchanged: number; files: number };
    expect([moment, await faultsOf(location, 'projects'), rowsOf(location) === whole.rows, files]).toEqual([
      moment,
      [],
      true,
      FILES,
    ]);
    report({ command: 'ingest', number, moment, isKilled, kept: unchanged });
  });
});

/** The first bytes of the vector of a text. */
function vectorOf(location: string, text: string): Buffer {
  const database = new DatabaseSync(join(location, 'store.db'), { readOnly: true });
  try {
    const sql = 'SELECT vector FROM vectors JOIN texts ON texts.id = vectors.text WHERE texts.text LIKE ?';
    return Buffer.from(database.prepare(sql).get(`%${text}%`)?.['vector'] as Uint8Array).subarray(0, 64);
  } finally {
    database.close();
  }
}

function storeOf({ root }: CliWorkspace): string {
  return join(root, 'vector_data', 'user_profile_store');
}

describe(`a forget that is killed (seed ${seed})`, () => {
  let template: CliWorkspace;
  let measure: Measure;
  let before: string;
  let after: string;
  let vector: Buffer;
  const words = ['forget', SECRET];
  /** Files that hold anything of what was forgotten. */
  const traces = (location: string): readonly string[] =>
    [...TRACES, vector].flatMap((each) => filesWith(location, each));

  beforeAll(async () => {
    template = await makeKnowledgeWorkspace(server);
    opened.push(template);
    const input = [...FACTS.map((fact) => `/remember ${fact}`), '/exit', ''].join('\n');
    expect(await runCli(template, ['chat'], { input, limitMs: 120_000 })).toMatchObject({ exitCode: 0 });
    // The index is there as a file, which must forget too.
    expect((await runCli(template, ['recall', 'where does the keeper hide the key?'])).stdout).toContain(SECRET);
    vector = vectorOf(storeOf(template), SECRET);
    expect(new Set(traces(storeOf(template))).size).toBeGreaterThan(1);
    before = rowsOf(storeOf(template));
    await using copy = await copyWorkspace(server, template);
    measure = await measureCommand(copy, words);
    after = rowsOf(storeOf(copy));
    expect(traces(storeOf(copy))).toEqual([]);
    report({ command: 'forget', ...measure });
  });

  test.each(numbers())('has forgotten all of it or nothing, and all when it said so (moment %i)', async (number) => {
    await using workspace = await copyWorkspace(server, template);
    const location = storeOf(workspace);
    const moment = number % 5 === 4 ? { said: 'forgotten: ' } : momentOf(number, measure);
    const { run, isKilled } = await runKilled(workspace, words, moment);
    const isTold = run.stdout.includes('forgotten: ');
    if (isTold) expect([moment, traces(location)]).toEqual([moment, []]);
    expect([moment, await faultsOf(location, 'userProfile')]).toEqual([moment, []]);
    const rows = rowsOf(location);
    expect([moment, rows === before || rows === after]).toEqual([moment, true]);
    expect([moment, isTold && rows === before]).toEqual([moment, false]);
    const again = await runCli(workspace, words);
    expect([moment, again.exitCode]).toEqual([moment, rows === before ? 0 : 64]);
    expect([moment, rowsOf(location) === after, traces(location)]).toEqual([moment, true, []]);
    report({ command: 'forget', number, moment, isKilled, isTold, wasDone: rows === after });
  });
});
