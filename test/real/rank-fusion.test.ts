import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { hostPackage } from '../../src/host/host-package.ts';
import { openBge, openMiniLm, openSmolLm } from './migration/real-embedders.ts';
import type { RealEmbedder } from './migration/real-embedders.ts';
import { copyDocumentation } from './retrieval/documentation-corpus.ts';
import { cutDocumentation, questionsOfFiles } from './retrieval/known-passages.ts';
import type { CutFile, KnownQuestion } from './retrieval/known-passages.ts';
import { DOCUMENTATION_QUESTIONS } from './retrieval/questions.ts';
import { measureFusion, searchAlone } from './retrieval/rank-fusion.ts';
import type { FusionResult, KeptModel } from './retrieval/rank-fusion.ts';

jest.setTimeout(1_800_000);

/** `pnpm proof fusion` asks for files, and for lines of JSON in a file; what runs without it is a sample. */
const fullFiles = process.env['WOOSTER_PROOF_FILES'];
const reportFile = process.env['WOOSTER_PROOF_REPORT'];
const isFull = fullFiles !== undefined;

/** Files that hold answers, others by lot up to so many bytes, and how often the files are dealt to two spaces. */
interface Corpus {
  readonly questions: typeof DOCUMENTATION_QUESTIONS;
  readonly count: number;
  readonly largestBytes: number;
  readonly deals: number;
}

/** The questions with short files, for what must be quick or has a slow model. */
const SMALL: Corpus = {
  questions: [0, 3, 4, 5, 7].map((at) => DOCUMENTATION_QUESTIONS[at]!),
  count: 24,
  largestBytes: 2_500,
  deals: 8,
};
const LARGE: Corpus = { questions: DOCUMENTATION_QUESTIONS, count: Number(fullFiles), largestBytes: 10_000, deals: 4 };
const SHARES = isFull ? [0.5, 0.1] : [0.5];

/** Set before anything was measured: recall that merging may cost, and the part of its fair share that each space gets. */
const MARGIN = 0.1;
const LEAST_SHARE = 1 / 3;

let minilm: RealEmbedder;
let first: KeptModel;

beforeAll(async () => {
  minilm = await openMiniLm();
  first = { embeddings: minilm.embeddings, kept: new Map() };
});

afterAll(() => minilm?.dispose());

/** Passages with two sets of questions: those that were written, and the headings. */
async function cut({ questions, count, largestBytes }: Corpus): Promise<{
  readonly files: readonly CutFile[];
  readonly sets: readonly { readonly set: string; readonly questions: readonly KnownQuestion[] }[];
}> {
  const target = mkdtempSync(join(tmpdir(), 'wooster-fusion-corpus-'));
  try {
    const always = new Set(questions.flatMap((each) => each.files));
    await copyDocumentation(join(hostPackage().directory, 'node_modules'), { target, always, count, largestBytes });
    const { files, headings } = cutDocumentation(target);
    const written = questionsOfFiles(files, questions);
    const sets = [
      { set: 'written', questions: written },
      { set: 'headings', questions: headings },
    ];
    return { files, sets };
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
}

function report(line: object): void {
  if (reportFile !== undefined) appendFileSync(reportFile, `${JSON.stringify(line)}\n`);
}

/** What a part got of its fair share: the places that fit its answers, and the answers that its model finds alone. */
function sharesOf({ parts }: FusionResult, at: 0 | 1): { readonly places: number; readonly answers: number } {
  const part = parts[at];
  const [one, other] = parts;
  const fair = ((one.places + other.places) * part.questions) / (one.questions + other.questions);
  return { places: part.places / fair, answers: part.alone === 0 ? 1 : part.merged / part.alone };
}

const SECOND_MODELS = [
  { name: 'another real model of 384 numbers', open: openBge, corpus: isFull ? LARGE : SMALL },
  ...(isFull ? [{ name: 'a real model of 576 numbers', open: openSmolLm, corpus: SMALL }] : []),
];

describe.each(SECOND_MODELS)('passages of all-MiniLM-L6-v2 and of $name in one store', ({ open, corpus }) => {
  test('are found about as well as in the worse of both, and neither space crowds out the other', async () => {
    const { files, sets } = await cut(corpus);
    const seeds = Array.from({ length: corpus.deals }, (_, at) => at + 1);
    const embedder = await open();
    const second: KeptModel = { embeddings: embedder.embeddings, kept: new Map() };
    const results: FusionResult[] = [];
    try {
      for (const { set, questions } of sets) {
        const alone = [
          await searchAlone(first, files, questions),
          await searchAlone(second, files, questions),
        ] as const;
        for (const share of SHARES) {
          const task = { models: [first, second] as const, files, questions, share, seeds, alone };
          const result = await measureFusion(task);
          results.push(result);
          const passages = files.reduce((sum, file) => sum + file.passages.length, 0);
          report({ set, files: files.length, passages, deals: corpus.deals, ...result });
        }
      }
    } finally {
      await embedder.dispose();
    }
    for (const result of results) {
      const { recall, parts } = result;
      expect(recall.merged).toBeGreaterThanOrEqual(Math.min(recall.first, recall.second) - MARGIN);
      for (const at of [0, 1] as const) {
        expect(parts[at].questions).toBeGreaterThan(0);
        const { places, answers } = sharesOf(result, at);
        expect(places).toBeGreaterThanOrEqual(LEAST_SHARE);
        expect(answers).toBeGreaterThanOrEqual(LEAST_SHARE);
      }
    }
  });
});
