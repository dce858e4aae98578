import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { decodeText, isBinaryContent } from '../../../src/ingest/read/decode-text.ts';

function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../../fixtures/documents/${name}`, import.meta.url)));
}

function bytesOf(text: string, encoding: BufferEncoding): Uint8Array {
  return new Uint8Array(Buffer.from(text, encoding));
}

describe('the encoding of a text', () => {
  test.each([
    ['latin.txt', 'Fähre fährt über den Fjord'],
    ['japanese.txt', '港の朝は早い'],
    ['wide.txt', 'Öresund\nTwo ferries a day.\n'],
  ])('of %s is found', async (name, words) => {
    expect(await decodeText(fixture(name))).toContain(words);
    expect(isBinaryContent(fixture(name))).toBe(false);
  });

  test('is UTF-8 where the bytes are, with or without a mark, and line ends are one sign', async () => {
    expect(await decodeText(bytesOf('\uFEFFå\r\nb\rc', 'utf8'))).toBe('å\nb\nc');
    expect(await decodeText(bytesOf('港 \u{1F6A2}', 'utf8'))).toBe('港 \u{1F6A2}');
  });

  test('is UTF-16 by its zeros where it has no mark', async () => {
    const bytes = bytesOf('The lock keeper is away on Mondays.', 'utf16le');
    expect(isBinaryContent(bytes)).toBe(false);
    expect(await decodeText(bytes)).toBe('The lock keeper is away on Mondays.');
  });

  test('is taken from what the document says of itself', async () => {
    const page = bytesOf('<meta charset="windows-1251"><p>', 'latin1');
    const bytes = new Uint8Array([...page, 0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2]);
    expect(await decodeText(bytes)).toContain('Привет');
    const unknown = new Uint8Array([...bytesOf('coding: klingon ', 'latin1'), 0xff]);
    expect(await decodeText(unknown)).toContain('klingon');
  });

  test('stays UTF-8 for a file that was cut or damaged in one place', async () => {
    const whole = bytesOf('Fähre und Boot am Kai. '.repeat(100), 'utf8');
    const text = await decodeText(whole.slice(0, 26));
    expect(text).toContain('Fähre');
    const damaged = whole.slice();
    damaged[1200] = 0xff;
    expect(await decodeText(damaged)).toContain('Fähre und Boot');
  });

  test('does not make text of a file with zero bytes', () => {
    expect(isBinaryContent(new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 0, 0, 1]))).toBe(true);
  });
});
