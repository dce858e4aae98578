import { describe, expect, test } from '@jest/globals';
import { PERSONAL_DATA_DETECTOR } from '../../../src/security/detect/built-in-detectors.ts';
import { contentDetectorSuite } from '../../contracts/content-detector.ts';

contentDetectorSuite('the detector of personal data', {
  detector: PERSONAL_DATA_DETECTOR,
  sample: 'anna.smith+x@example.co.uk or DE89 3704 0044 0532 0130 00 or +49 30 901820',
  found: {
    'Write to anna.smith+x@example.co.uk, please.': ['anna.smith+x@example.co.uk'],
    'почта: иван@почта.рф': ['иван@почта.рф'],
    'Call +49 30 901820 or 0044 20 7946 0958 today': ['+49 30 901820', '0044 20 7946 0958'],
    'in Boston (617) 253-1000 or 617-253-1000': ['(617) 253-1000', '617-253-1000'],
    'Tel.: 030 901820': ['030 901820'],
    'pay to DE89 3704 0044 0532 0130 00 AND no more': ['DE89 3704 0044 0532 0130 00'],
    GB82WEST12345698765432: ['GB82WEST12345698765432'],
    'card 4111 1111 1111 1111, until 12/29': ['4111 1111 1111 1111'],
    'from 8.8.8.8 and 2606:4700:4700::1111': ['8.8.8.8', '2606:4700:4700::1111'],
    'SSN 123-45-6789': ['123-45-6789'],
    'NI number AB 12 34 56 C': ['AB 12 34 56 C'],
    'DNI 12345678Z, NIE X1234567L': ['12345678Z', 'X1234567L'],
    'sécu 2 55 08 14 168 025 38': ['2 55 08 14 168 025 38'],
    'codice RSSMRA85T10A562S': ['RSSMRA85T10A562S'],
    'CPF 529.982.247-25': ['529.982.247-25'],
  },
});

const HARMLESS: Readonly<Record<string, string>> = {
  'pictures and packages': 'icon@2x.png, @langchain/core@1.4.0, git@github.com:owner/name.git',
  'decorators and handles': '@Injectable() class A {} by @someone, mail me @ home',
  'numbers of no card': '1699999999999 4111111111111112 1111111111111111 0.4111111111111111',
  'times and dates': '2024-01-02 12:33:44 +0100, 2024-01-02T12:33:44.123Z, 1700000000000',
  'hashes and ids': '3f786850e387550fdab836ed7e6dc881de23001b 3f2504e0-4f89-11d3-9a0c-0305e82c3301',
  versions: 'version 8.8.8.8, v1.2.3.4, 10.0.0.1, 127.0.0.1, 192.168.1.20, 1.2.3, 2.0.0-rc.1, 999.1.1.1',
  accounts: 'DE89 3704 0044 0532 0130 01 and XX00 1234 5678 9012 3456',
  'wrong numbers': '+1 555, +999 123456789, 000-12-3456, 666-12-3456, 12345678A, 529.982.247-26, 111.111.111-11',
  sums: '3 + 12345678 = 12345681; a diff line: +1234567',
};

describe('the detector of personal data', () => {
  const { signal } = new AbortController();

  test.each(Object.entries(HARMLESS))('leaves alone: %s', async (_, text) => {
    expect(await PERSONAL_DATA_DETECTOR.detect(text, signal)).toEqual([]);
  });

  test('is off until a setting says otherwise', () => {
    expect(PERSONAL_DATA_DETECTOR.treatment).toBe('off');
  });

  test('takes no more than linear time for texts that are made to slow it down', async () => {
    for (const part of [
      '(1) ',
      '1234567890 ',
      '+1234567890 ',
      'a.',
      'a@',
      'DE89 ',
      '1:',
      'tel ',
      '1.1.',
      '+49 30 901820, ',
    ]) {
      const began = performance.now();
      await PERSONAL_DATA_DETECTOR.detect(part.repeat(100_000 / part.length), signal);
      expect([part, performance.now() - began < 3_000]).toEqual([part, true]);
    }
  });
});
