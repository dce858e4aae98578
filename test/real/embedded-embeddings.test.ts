import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { EmbeddingModel } from 'wooster';
import { cosine, createEmbedder, seededNumbers, textOf, type EmbedderUnderTest } from './embedded-embedder.ts';

const MINUTES = 60_000;
const SEED = Number(process.env['WOOSTER_TEST_SEED'] ?? 20_261_121);
const never = (): AbortSignal => new AbortController().signal;

/** Prints what was measured, which is part of what this test is for. */
function report(line: string): void {
  process.stdout.write(`${line}\n`);
}

let embedder: EmbedderUnderTest;
let model: EmbeddingModel;

async function embed(texts: readonly string[], role: 'query' | 'document' = 'document'): Promise<Float32Array[]> {
  const vectors: Float32Array[] = [];
  for (let start = 0; start < texts.length; start += model.limits.inputs) {
    const batch = texts.slice(start, start + model.limits.inputs);
    vectors.push(...(await model.embed(batch, role, never())).vectors);
  }
  return vectors;
}

beforeAll(async () => {
  embedder = createEmbedder();
  // Fetches the weights where they are missing, which is not what is measured below.
  await (await embedder.model()).embed(['fetched'], 'document', never());
  await embedder.stop();
  const started = performance.now();
  model = await embedder.model();
  await model.embed(['cold'], 'document', never());
  const cold = performance.now();
  await model.embed(['warm'], 'document', never());
  const warm = performance.now();
  report(`first vector: cold ${Math.round(cold - started)} ms, warm ${(warm - cold).toFixed(1)} ms; seed ${SEED}`);
}, 5 * MINUTES);
afterAll(() => embedder.dispose(), MINUTES);

describe('the embedded all-MiniLM-L6-v2', () => {
  test('makes unit vectors of 384 numbers, the same for the same text, in the space of these weights', async () => {
    const [one, other] = await embed(['a small boat', 'a small boat']);
    expect(one).toHaveLength(384);
    expect(Math.hypot(...one!)).toBeCloseTo(1, 5);
    expect(cosine(one!, other!)).toBeCloseTo(1, 6);
    expect(model.space).toMatchObject({
      name: 'sentence-transformers/all-MiniLM-L6-v2',
      weights: 'sha256:8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6',
      dimensions: 384,
      pooling: 'mean',
      isNormalized: true,
      quantization: 'int8',
    });
  });

  test('puts texts of one meaning nearer than texts of one word', async () => {
    const [query] = await embed(['How do I get my money back?'], 'query');
    const answers = await embed([
      'Refunds are paid to your card within ten days.',
      'Money laundering is a crime.',
      'The back door of the house is green.',
      'Photosynthesis turns light into sugar.',
    ]);
    const scores = answers.map((answer) => cosine(query!, answer));
    expect(scores).toEqual(scores.toSorted((left, right) => right - left));
    expect(scores[0]! - scores[3]!).toBeGreaterThan(0.3);
  });

  test(
    'gives a hundred texts of many lengths in their order, each as if it were alone',
    async () => {
      const next = seededNumbers(SEED);
      const texts = Array.from({ length: 100 }, (_, index) => textOf(1 + Math.floor(next() * 120), next) + ` ${index}`);
      const together = await embed(texts);
      for (const [index, text] of texts.entries()) {
        const [alone] = await embed([text]);
        expect({ index, cosine: cosine(alone!, together[index]!) }).toEqual({ index, cosine: expect.closeTo(1, 4) });
      }
    },
    2 * MINUTES,
  );

  test('counts the tokens that it reports as read, special tokens included', async () => {
    const texts = ['boat', 'Unbelievable naïveté: 42 \u{1F600}', ''];
    const { counts, precision } = await model.countTokens(texts, never());
    expect({ counts: counts[0], last: counts[2], precision }).toEqual({ counts: 3, last: 2, precision: 'exact' });
    const { inputTokens } = await model.embed(texts, 'document', never());
    expect(inputTokens).toBe(counts.reduce((sum, count) => sum + count, 0));
  });

  test('refuses a text that is one token too long, with both figures, and takes one that fits', async () => {
    const fitting = textOf(254, seededNumbers(1));
    expect((await model.countTokens([fitting], never())).counts).toEqual([256]);
    await expect(model.embed([fitting], 'document', never())).resolves.toBeDefined();
    await expect(model.embed(['short', `${fitting} boat`], 'document', never())).rejects.toMatchObject({
      code: 'E_CONTEXT',
      limitTokens: 256,
      actualTokens: 257,
      message: expect.stringMatching(/257 tokens.*256/),
    });
  });

  test(
    'makes the printed number of vectors a second of texts of 97 tokens, at the default threads',
    async () => {
      const next = seededNumbers(SEED);
      const texts = Array.from({ length: 96 }, () => textOf(95, next));
      const started = performance.now();
      await embed(texts);
      const perSecond = (texts.length / (performance.now() - started)) * 1_000;
      report(`${perSecond.toFixed(1)} texts/s of 97 tokens; child ${embedder.residentMiB()} MiB`);
      expect(perSecond).toBeGreaterThan(1);
    },
    2 * MINUTES,
  );
});

describe('what ends a batch of the embedded embedder in its middle', () => {
  const next = seededNumbers(SEED);
  const texts = Array.from({ length: 32 }, () => textOf(95, next));

  test(
    'forty times the caller, who is told at once, and the next call is served',
    async () => {
      for (let round = 0; round < 40; round += 1) {
        const controller = new AbortController();
        const wait = Math.floor(next() * 300);
        const running = model.embed(texts, 'document', controller.signal);
        const outcome = expect(running).rejects.toMatchObject({ code: 'E_CANCELLED' });
        await delay(wait);
        const aborted = performance.now();
        controller.abort();
        await outcome;
        expect(performance.now() - aborted).toBeLessThan(500);
      }
      const started = performance.now();
      await model.embed(['still there'], 'document', never());
      // A batch that was begun is finished, and nothing of the others is left.
      expect(performance.now() - started).toBeLessThan(5_000);
    },
    2 * MINUTES,
  );

  test(
    'ten times the death of the child, which is told, and the next call is served by another',
    async () => {
      for (let round = 0; round < 10; round += 1) {
        const current = await embedder.model();
        const killed = embedder.pid();
        const running = current.embed(texts, 'document', never());
        const failure = running.then(
          () => undefined,
          (error: unknown) => error as Error & { code?: string },
        );
        await delay(Math.floor(next() * 300));
        process.kill(killed, 'SIGKILL');
        const died = performance.now();
        expect(['E_UNREACHABLE', 'E_INTERRUPTED']).toContain((await failure)?.code);
        expect(performance.now() - died).toBeLessThan(2_000);
        const serve = async () => (await embedder.model()).embed(['again'], 'document', never());
        // The port of a killed process may take a connection for a moment yet; the router asks the same target once more.
        const again = await serve().catch((error: unknown) => {
          if ((error as { code?: string }).code !== 'E_UNREACHABLE') throw error;
          return serve();
        });
        expect(again.vectors).toHaveLength(1);
        expect(embedder.pid()).not.toBe(killed);
        // Deaths that follow each other are waited out longer and longer, which is not what is tried here.
        await embedder.stop();
      }
    },
    3 * MINUTES,
  );
});
