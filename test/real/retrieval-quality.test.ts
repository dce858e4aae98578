import { appendFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { runCli } from '../cli/support/cli-process.ts';
import { hostPackage } from '../../src/host/host-package.ts';
import { makeCliWorkspace, type CliWorkspace } from '../cli/support/cli-workspace.ts';
import { modelPath } from './embedded-cases.ts';
import { copyDocumentation } from './retrieval/documentation-corpus.ts';
import { DOCUMENTATION_QUESTIONS } from './retrieval/questions.ts';

const INGEST_LIMIT_MS = 600_000;
const SEARCH_LIMIT_MS = 60_000;

/** Sources are files: several passages of one count once. */
const SOURCES = 3;

/**
 * Those that hold the answers, and others by lot: a hundred, short ones, as each passage takes a twentieth of a second;
 * `pnpm proof retrieval` takes three hundred of any length, and lines of JSON in a file.
 */
const fullFiles = process.env['WOOSTER_PROOF_FILES'];
const FILES = Number(fullFiles ?? 100);
const LARGEST_BYTES = fullFiles === undefined ? 6_000 : Infinity;
/** Of ten questions; among fewer files they are easier. */
const WANTED = fullFiles === undefined ? 9 : 8;
const reportFile = process.env['WOOSTER_PROOF_REPORT'];

/** Each is a process of its own. */
const SEARCHES_AT_ONCE = 2;

const foundSchema = z.looseObject({ passages: z.array(z.looseObject({ path: z.string() })) });
const ingestSchema = z.looseObject({
  files: z.number(),
  added: z.number(),
  unchanged: z.number(),
  embedded: z.number(),
  chunks: z.number(),
  seconds: z.number(),
  broken: z.array(z.unknown()),
});

let workspace: CliWorkspace;
let folder: string;

async function run(words: readonly string[], limitMs: number): Promise<unknown> {
  const environment = { MODEL_CACHE_DIR: dirname(modelPath()) };
  const result = await runCli(workspace, [...words, '--json'], { environment, limitMs });
  expect(result).toMatchObject({ exitCode: 0 });
  return JSON.parse(result.stdout);
}

const ingest = async (): Promise<z.output<typeof ingestSchema>> =>
  ingestSchema.parse(await run(['ingest', folder, '--project', 'docs'], INGEST_LIMIT_MS));

/** Where the first right file stands among the sources of the answer; 0 where it is not there. */
async function placeOf({ question, files }: (typeof DOCUMENTATION_QUESTIONS)[number]): Promise<number> {
  const words = ['search', question, '--project', 'docs', '-k', '12'];
  const { passages } = foundSchema.parse(await run(words, SEARCH_LIMIT_MS));
  const sources = [...new Set(passages.map(({ path }) => path))];
  return sources.findIndex((path) => files.includes(path)) + 1;
}

beforeAll(async () => {
  const threads = availableParallelism();
  workspace = await makeCliWorkspace({ embedded: { enabled: true, autoDownload: false, threads } });
  folder = await mkdtemp(join(tmpdir(), 'wooster-documentation-'));
}, INGEST_LIMIT_MS);

afterAll(async () => {
  await workspace?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

test(
  'of the documentation of the packages the right file is among the first three sources, and nothing is embedded twice',
  async () => {
    const always = new Set(DOCUMENTATION_QUESTIONS.flatMap(({ files }) => files));
    const nodeModules = join(hostPackage().directory, 'node_modules');
    const corpus = { target: folder, count: FILES, always, largestBytes: LARGEST_BYTES };
    const count = await copyDocumentation(nodeModules, corpus);
    const first = await ingest();
    expect(first).toMatchObject({ files: count, added: count, broken: [] });

    const again = await ingest();
    expect(again).toMatchObject({ unchanged: count, embedded: 0 });
    expect(again.seconds).toBeLessThan(first.seconds / 10);

    const places: number[] = [];
    for (let at = 0; at < DOCUMENTATION_QUESTIONS.length; at += SEARCHES_AT_ONCE) {
      places.push(...(await Promise.all(DOCUMENTATION_QUESTIONS.slice(at, at + SEARCHES_AT_ONCE).map(placeOf))));
    }
    const isNear = (place: number): boolean => place >= 1 && place <= SOURCES;
    const near = places.filter(isNear).length;
    const foremost = places.filter((place) => place === 1).length;
    process.stderr.write(
      `real: ${count} files, ${first.chunks} passages, ${(first.embedded / first.seconds).toFixed(1)} texts/s; again ${again.seconds.toFixed(1)} s of ${first.seconds.toFixed(1)} s; ` +
        `right file among the first ${SOURCES}: ${near} of ${places.length}, as [1]: ${foremost} (places ${places.join(', ')})\n`,
    );
    if (reportFile !== undefined) {
      const questions = DOCUMENTATION_QUESTIONS.map(({ question }, at) => ({ question, place: places[at] }));
      const { chunks: passages, seconds } = first;
      appendFileSync(
        reportFile,
        `${JSON.stringify({ files: count, passages, seconds, again: again.seconds, questions })}\n`,
      );
    }
    expect(near).toBeGreaterThanOrEqual(WANTED);
  },
  INGEST_LIMIT_MS * 2,
);
