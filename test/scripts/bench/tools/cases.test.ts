import { Ajv } from 'ajv';
import { describe, expect, test } from '@jest/globals';
import { CASES, TOOL_SETS } from '../../../../scripts/bench/tools/cases/all-cases.ts';
import type { OfferedTool, ToolCase } from '../../../../scripts/bench/tools/cases/tool-case.ts';

const all = [...CASES.tune, ...CASES['held-out']];

function toolOf({ set }: ToolCase, name: string): OfferedTool | undefined {
  return TOOL_SETS[set].find((tool) => tool.name === name);
}

function categories(part: 'tune' | 'held-out'): string[] {
  return [...new Set(CASES[part].map(({ category }) => category))].toSorted();
}

describe('the cases of the bench of tool use', () => {
  test('are 72 with a third held out, of every tool set and of every category', () => {
    expect(CASES.tune).toHaveLength(48);
    expect(CASES['held-out']).toHaveLength(24);
    for (const set of Object.keys(TOOL_SETS)) {
      expect(CASES.tune.filter((each) => each.set === set)).toHaveLength(12);
      expect(CASES['held-out'].filter((each) => each.set === set)).toHaveLength(6);
    }
    expect(categories('held-out')).toEqual(categories('tune'));
    expect(categories('tune')).toHaveLength(7);
  });

  test('have ids of their own, and no question twice', () => {
    expect(new Set(all.map(({ id }) => id)).size).toBe(72);
    expect(new Set(all.map(({ question }) => question)).size).toBe(72);
  });

  test('need no call where the category says so, two for two tools, else one', () => {
    const counts = (category: string): number[] => [
      ...new Set(all.filter((each) => each.category === category).map(({ wanted }) => wanted.length)),
    ];
    expect(counts('no tool needed')).toEqual([0]);
    expect(counts('two tools')).toEqual([2]);
    expect(new Set(counts('follow-up'))).toEqual(new Set([0, 1]));
    for (const category of ['right tool', 'right arguments', 'nested schema', 'not English']) {
      expect(counts(category)).toEqual([1]);
    }
    expect(all.filter(({ category }) => category === 'no tool needed').length).toBeGreaterThanOrEqual(12);
  });

  test('want only tools that are offered, and say of every required argument what it must be', () => {
    for (const asked of all) {
      for (const { tool, arguments: wanted } of asked.wanted) {
        const { properties, required } = toolOf(asked, tool)!.parameters as {
          properties: Record<string, unknown>;
          required: readonly string[];
        };
        expect(Object.keys(properties)).toEqual(expect.arrayContaining(Object.keys(wanted)));
        expect(Object.keys(wanted)).toEqual(expect.arrayContaining([...required]));
      }
    }
  });

  test('have earlier calls that keep to the schema of their tool', () => {
    const ajv = new Ajv({ strict: false });
    for (const asked of all) {
      for (const turn of asked.earlier ?? []) {
        if (!('tool' in turn)) continue;
        expect(ajv.validate(toolOf(asked, turn.tool)!.parameters, turn.arguments)).toBe(true);
      }
    }
  });
});
