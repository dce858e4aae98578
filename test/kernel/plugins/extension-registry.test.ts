import { describe, expect, test } from '@jest/globals';
import { defineExtensionPoint } from '../../../src/contracts/plugins/extension-point.ts';
import { ExtensionRegistry } from '../../../src/kernel/plugins/extension-registry.ts';

const point = () => defineExtensionPoint<{ id: string }>({ id: 'words', summary: 'words', idOf: ({ id }) => id });

describe('extensions', () => {
  test('a list is a snapshot that later changes leave alone', () => {
    const registry = new ExtensionRegistry();
    const words = point();
    const first = registry.add(words, { id: 'one' }, 'a');
    const snapshot = registry.list(words);
    registry.add(words, { id: 'two' }, 'b');
    void first.dispose();
    expect([snapshot, registry.list(words)]).toEqual([[{ id: 'one' }], [{ id: 'two' }]]);
  });

  test('two points of one name do not meet', () => {
    const registry = new ExtensionRegistry();
    const [one, other] = [point(), point()];
    registry.add(one, { id: 'word' }, 'a');
    expect([registry.find(one, 'word'), registry.find(other, 'word')]).toEqual([{ id: 'word' }, undefined]);
  });

  test('listeners hear of what comes and goes until they leave, and a second disposal is silent', () => {
    const registry = new ExtensionRegistry();
    const words = point();
    let changes = 0;
    const listening = registry.onChange(words, () => void (changes += 1));
    const word = registry.add(words, { id: 'one' }, 'a');
    void word.dispose();
    void word.dispose();
    void listening.dispose();
    registry.add(words, { id: 'two' }, 'a');
    expect(changes).toBe(2);
  });

  test('tells what one plugin has brought', () => {
    const registry = new ExtensionRegistry();
    const words = point();
    registry.add(words, { id: 'one' }, 'a');
    registry.add(words, { id: 'two' }, 'b');
    expect([registry.idsOf('a'), registry.idsOf('c')]).toEqual([{ words: ['one'] }, {}]);
  });
});
