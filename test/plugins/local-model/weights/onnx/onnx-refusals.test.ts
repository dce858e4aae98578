import { describe, expect, test } from '@jest/globals';
import { rejectionOf } from '../store-under-test.ts';
import { createStoreRig, SMALL, T5, WHOLE } from './onnx-store-rig.ts';

describe('a repository that cannot be had', () => {
  test.each([
    {
      what: 'is not on the hub',
      repository: { name: 'Xenova/other' },
      code: 'E_MODEL_NOT_FOUND',
      told: /has no public model Xenova\/tiny; correct embedded\.model, or put the files into/,
    },
    {
      what: 'has no tokenizer',
      repository: { files: new Map([['config.json', T5]]) },
      code: 'E_MODEL_NOT_FOUND',
      told: /Xenova\/tiny has no tokenizer\.json/,
    },
    {
      what: 'has no ONNX files',
      repository: { files: SMALL },
      code: 'E_MODEL_NOT_FOUND',
      told: /has no onnx\/encoder_model_quantized\.onnx .*repository with ONNX files/,
    },
    {
      what: 'has a configuration that is none',
      repository: { files: new Map([...WHOLE, ['config.json', Buffer.from('<html>')]]) },
      code: 'E_FILE',
      told: /config\.json cannot be read/,
    },
  ])('because it $what is told in one line', async ({ repository, code, told }) => {
    await using made = await createStoreRig(repository);
    const error = await rejectionOf(made.ensure());
    expect(error).toMatchObject({ code, message: expect.stringMatching(told) });
    expect(error.message).not.toContain('\n');
  });

  test('because nothing may be fetched is told with what to do, and nothing is asked', async () => {
    await using off = await createStoreRig({}, { allowDownload: false });
    expect(await rejectionOf(off.ensure())).toMatchObject({
      code: 'E_DEPENDENCY',
      message: expect.stringMatching(
        /may not be fetched; run "wooster setup" without local-only, or put its files into/,
      ),
    });
    await using forbidden = await createStoreRig({}, { allowDownload: false, refusal: 'flag: --local-only' });
    expect(await rejectionOf(forbidden.ensure())).toMatchObject({
      code: 'E_PRIVACY',
      message: expect.stringMatching(/flag: --local-only forbids to fetch it; nothing was sent/),
    });
    expect([off.hub.requests, forbidden.hub.requests]).toEqual([[], []]);
  });

  test('because the disk is full is told before any weights are sent', async () => {
    await using made = await createStoreRig({}, { freeBytes: () => Promise.resolve(20_000_000 - 1e7) });
    const error = await rejectionOf(made.ensure());
    expect(error).toMatchObject({ code: 'E_DISK_FULL' });
    expect(made.hub.requests.filter(({ path }) => path.startsWith('/storage/'))).toEqual([]);
  });

  test('because the hub cannot be reached is told as that', async () => {
    await using made = await createStoreRig();
    await made.hub.close();
    expect(await rejectionOf(made.ensure())).toMatchObject({
      code: 'E_DEPENDENCY',
      message: expect.stringMatching(
        /^Xenova\/tiny could not be fetched \(.* cannot be reached .*\); put its files into /,
      ),
    });
  });

  test('because the person gave up is a cancellation', async () => {
    await using made = await createStoreRig({}, { moves: [{ kind: 'hang-in-body', afterBytes: 10 }] });
    const controller = new AbortController();
    const fetching = rejectionOf(made.ensure(controller.signal));
    setTimeout(() => controller.abort(), 100);
    expect(await fetching).toMatchObject({ code: 'E_CANCELLED' });
  });
});
