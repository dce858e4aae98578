import { describe, expect, test } from '@jest/globals';
import { array, assert, asyncProperty, boolean, constantFrom, jsonValue, nat, string } from 'fast-check';
import { readEventStream } from '../../../src/kernel/http/event-stream.ts';
import { readNdjson } from '../../../src/kernel/http/ndjson.ts';
import { collect, inPieces } from './raw-server.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const cuts = array(nat(400), { maxLength: 40 });
const line = string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !/[\r\n\u0085\u2028\u2029\uFEFF]/.test(text));

describe('the event-stream reader', () => {
  test('gives the same events however the bytes are split', async () => {
    const stream =
      ': keepalive 1/1\r\n\r\ndata: {"text":"naïve 🦉 日本"}\r\n\r\nevent: error\ndata: one\ndata: two\n\nid: 7\ndata:[DONE]\n\n';
    const expected = [{ data: '{"text":"naïve 🦉 日本"}' }, { event: 'error', data: 'one\ntwo' }, { data: '[DONE]' }];
    await assert(
      asyncProperty(cuts, async (points) => {
        expect(await collect(readEventStream(inPieces(encode(stream), points)))).toEqual(expected);
      }),
    );
  });

  test('returns any list of payloads that was framed, at any split', async () => {
    await assert(
      asyncProperty(array(line, { maxLength: 6 }), cuts, constantFrom('\n', '\r\n'), async (texts, points, end) => {
        const payloads = texts.map((text) => `x${text}`);
        const bytes = encode(payloads.map((text) => `data: ${text}${end}${end}`).join(''));
        const events = await collect(readEventStream(inPieces(bytes, points)));
        expect(events.map(({ data }) => data)).toEqual(payloads);
      }),
    );
  });

  test('delivers a last event without its empty line, and drops one that was cut inside a line', async () => {
    expect(await collect(readEventStream(inPieces(encode('data: a\n\ndata: [DONE]\n'), [])))).toEqual([
      { data: 'a' },
      { data: '[DONE]' },
    ]);
    expect(await collect(readEventStream(inPieces(encode('data: a\n\ndata: {"cho'), [])))).toEqual([{ data: 'a' }]);
  });

  test('refuses an event that never ends', async () => {
    const endless = encode(`data: ${'x'.repeat(500)}`);
    await expect(collect(readEventStream(inPieces(endless, [50, 100, 200]), 100))).rejects.toMatchObject({
      code: 'E_MALFORMED',
    });
  });
});

describe('the NDJSON reader', () => {
  test('gives the same values however the bytes are split', async () => {
    await assert(
      asyncProperty(array(jsonValue(), { maxLength: 6 }), cuts, boolean(), async (values, points, isOpen) => {
        const text = values.map((value) => JSON.stringify(value)).join('\r\n');
        const bytes = encode(isOpen ? text : `${text}\n\n`);
        const read = await collect(readNdjson(inPieces(bytes, points)));
        expect(JSON.stringify(read)).toBe(JSON.stringify(values));
      }),
    );
  });

  test('refuses a line that is no JSON, and drops a last line that was cut', async () => {
    await expect(collect(readNdjson(inPieces(encode('{"a":1}\n<html>\n'), [])))).rejects.toMatchObject({
      code: 'E_MALFORMED',
    });
    expect(await collect(readNdjson(inPieces(encode('{"a":1}\n{"a":'), [])))).toEqual([{ a: 1 }]);
  });

  test('refuses a line that never ends', async () => {
    await expect(collect(readNdjson(inPieces(encode('"'.padEnd(300, 'x')), [10, 200]), 100))).rejects.toMatchObject({
      code: 'E_MALFORMED',
    });
  });
});
