import { describe, expect, test } from '@jest/globals';
import { toolUnion } from '../../../../../plugins/local-model/chat-model/tools/tool-union.ts';
import { fits } from '../../../../../plugins/local-model/chat-model/arguments/check-schema.ts';
import { TOOLS } from '../written/offered-tools.ts';

const TREE = {
  name: 'plant',
  parameters: {
    type: 'object',
    properties: {
      tree: { $ref: '#/$defs/node' },
      mail: { type: 'string', format: 'email', pattern: 'x', maxLength: 9 },
    },
    required: ['tree'],
    $defs: { node: { type: 'object', properties: { name: { type: 'string' }, next: { $ref: '#/$defs/node' } } } },
  },
};

describe('one schema with every tool in it', () => {
  const union = toolUnion([...TOOLS, TREE], { canAnswer: true, isLoose: false });

  test.each([
    [{ tool: 'get_weather', arguments: { city: 'Paris' } }, true],
    [{ tool: 'get_weather', arguments: { days: 2 } }, false],
    [{ tool: 'get_time', arguments: {} }, true],
    [{ tool: 'other', arguments: {} }, false],
    [{ answer: 'Sunny.' }, true],
    [{ answer: 5 }, false],
    [{ tool: 'plant', arguments: { tree: { name: 'oak', next: { name: 'elm' } } } }, true],
    [{ tool: 'plant', arguments: { tree: { name: 'oak', next: { name: 3 } } } }, false],
  ])('takes %j: %j', (value, isTaken) => {
    expect(fits(value, union)).toBe(isTaken);
  });

  test('leaves out what servers refuse, and keeps the definitions of each tool apart', () => {
    expect(JSON.stringify(union)).not.toMatch(/pattern|format|maxLength|description/);
    expect(Object.keys(union.$defs as object)).toEqual(['plant_node']);
  });

  test('follows a reference to a name that a pointer has to escape', () => {
    const kilometres = { type: 'object', properties: { count: { type: 'integer' } }, required: ['count'] };
    const parameters = {
      type: 'object',
      properties: { limit: { $ref: '#/$defs/km~1h' } },
      required: ['limit'],
      $defs: { 'km/h': kilometres },
    };
    const held = toolUnion([{ name: 'drive', parameters }], { canAnswer: false, isLoose: false });
    expect(fits({ tool: 'drive', arguments: { limit: { count: 30 } } }, held)).toBe(true);
    expect(fits({ tool: 'drive', arguments: { limit: { count: 'thirty' } } }, held)).toBe(false);
  });

  test('has no answer where a call is insisted on, and open arguments where it is loose', () => {
    const forced = toolUnion(TOOLS, { canAnswer: false, isLoose: false });
    expect(fits({ answer: 'Sunny.' }, forced)).toBe(false);
    const loose = toolUnion(TOOLS, { canAnswer: true, isLoose: true });
    expect(fits({ tool: 'get_weather', arguments: { days: 'x' } }, loose)).toBe(true);
  });
});
