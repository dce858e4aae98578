import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { PluginError } from '../../../../src/contracts/errors/host-errors.ts';
import { ERROR_TABLE } from '../../../../src/contracts/errors/error-table.ts';
import { checkDefinition } from '../../../../src/kernel/plugins/discovery/definition-schema.ts';

const RIGHT = { id: 'right', version: '1.0.0', summary: 'is right', config: z.object({}), activate: () => undefined };

describe('the check of a definition', () => {
  test('gives a right one back as it is', () => {
    expect(checkDefinition(RIGHT, 'right.ts')).toBe(RIGHT);
  });

  test.each<[string, unknown, RegExp]>([
    ['no export', undefined, /^plugin in wrong\.ts exports no `plugin`/],
    ['a missing field', { ...RIGHT, version: undefined }, /^plugin right \(wrong\.ts\): lacks version$/],
    ['a wrong id', { ...RIGHT, id: 'Not Kebab' }, /id: must be kebab-case/],
    ['a wrong version', { ...RIGHT, version: 'new' }, /version: must be a version such as 1\.0\.0/],
    ['settings that are no schema', { ...RIGHT, config: {} }, /config: must be a schema of zod 4/],
    ['an unknown field', { ...RIGHT, provide: [] }, /unknown field provide \(did you mean provides\?\)/],
    ['a token that is none', { ...RIGHT, needs: ['lamp'] }, /needs\.0: must be a token made by defineToken/],
    ['a body that is no function', { ...RIGHT, activate: 'now' }, /activate: must be a function/],
    [
      'an error code of another family',
      { ...RIGHT, errors: [{ ...ERROR_TABLE.E_USAGE, code: 'E_LEFT_BAD' }] },
      /error code E_LEFT_BAD must start with E_RIGHT_/,
    ],
  ])('refuses %s and names the file', (_, value, line) => {
    expect(() => checkDefinition(value, 'wrong.ts')).toThrow(line);
    expect(() => checkDefinition(value, 'wrong.ts')).toThrow(PluginError);
  });
});
