import { describe, expect, test } from '@jest/globals';
import { defineToken } from '../../../src/contracts/plugins/token.ts';
import { orderPlugins, type OrderOptions } from '../../../src/kernel/plugins/order-plugins.ts';
import { found } from './plugin-doubles.ts';

const LAMP = defineToken<string>('lamp');
const OIL = defineToken<string>('oil');

function order(options: Partial<OrderOptions>) {
  const result = orderPlugins({ found: [], toggles: {}, hostTokens: [], ...options });
  return {
    ordered: result.ordered.map(({ definition }) => definition.id),
    inactive: Object.fromEntries(
      result.inactive.map(({ plugin, condition, reason }) => [plugin.definition.id, [condition, reason]]),
    ),
    faults: result.faults.map(({ message }) => message),
  };
}

describe('the order of plugins', () => {
  test('puts each plugin after those that provide what it needs, and keeps the rest as found', () => {
    const plugins = [
      found({ id: 'reader', needs: [LAMP] }),
      found({ id: 'alone' }),
      found({ id: 'lamps', needs: [OIL], provides: [LAMP] }),
      found({ id: 'oils', provides: [OIL] }),
    ];
    expect(order({ found: plugins })).toEqual({
      ordered: ['alone', 'oils', 'lamps', 'reader'],
      inactive: {},
      faults: [],
    });
  });

  test('takes what the host provides as given, and refuses a plugin that provides it too', () => {
    const plugins = [found({ id: 'reader', needs: [LAMP] }), found({ id: 'lamps', provides: [LAMP] })];
    const result = order({ found: plugins, hostTokens: [LAMP] });
    expect(result.ordered).toEqual(['reader']);
    expect(result.faults).toEqual([
      'plugin lamps provides lamp, which the host provides itself (/plugins/lamps/index.ts)',
    ]);
  });

  test('names plugin, service and file when nothing provides what is needed', () => {
    expect(order({ found: [found({ id: 'reader', needs: [LAMP] })] }).faults).toEqual([
      'plugin reader needs lamp, which no plugin provides (/plugins/reader/index.ts)',
    ]);
  });

  test('names both plugins of a duplicate id and of a service provided twice', () => {
    expect(order({ found: [found({ id: 'twin' }), found({ id: 'twin' })] }).faults).toEqual([
      'plugin id twin is used by both /plugins/twin/index.ts and /plugins/twin/index.ts; rename one of them',
    ]);
    const rivals = [found({ id: 'one', provides: [LAMP] }), found({ id: 'two', provides: [LAMP] })];
    expect(order({ found: rivals }).faults[0]).toMatch(/^plugins one and two both provide lamp; disable one of them/);
  });

  test('names the whole circle once when plugins need each other', () => {
    const circle = [
      found({ id: 'lamps', needs: [OIL], provides: [LAMP] }),
      found({ id: 'oils', needs: [LAMP], provides: [OIL] }),
      found({ id: 'reader', needs: [LAMP] }),
    ];
    const result = order({ found: circle });
    expect(result.faults).toEqual([
      'plugins need each other in a circle: lamps -> oils -> lamps (/plugins/lamps/index.ts)',
    ]);
    expect(result.inactive['reader']?.[0]).toBe('blocked');
  });

  test('with a plugin that is off those that need it are off, through others too, each with the reason', () => {
    const plugins = [
      found({ id: 'oils', provides: [OIL] }),
      found({ id: 'lamps', needs: [OIL], provides: [LAMP] }),
      found({ id: 'reader', needs: [LAMP] }),
    ];
    const toggles = { oils: { isEnabled: false, origin: 'environment: PLUGIN_OILS_ENABLED' } };
    expect(order({ found: plugins, toggles })).toEqual({
      ordered: [],
      faults: [],
      inactive: {
        oils: ['off', 'disabled by environment: PLUGIN_OILS_ENABLED'],
        lamps: ['off', 'needs oil of plugin oils, which is disabled by environment: PLUGIN_OILS_ENABLED'],
        reader: [
          'off',
          'needs lamp of plugin lamps, which needs oil of plugin oils, which is disabled by environment: PLUGIN_OILS_ENABLED',
        ],
      },
    });
  });

  test('a rival that is off leaves its place to the other', () => {
    const plugins = [
      found({ id: 'one', provides: [LAMP] }),
      found({ id: 'two', provides: [LAMP] }),
      found({ id: 'reader', needs: [LAMP] }),
    ];
    const toggles = { one: { isEnabled: false, origin: 'flag: --set' } };
    expect(order({ found: plugins, toggles }).ordered).toEqual(['two', 'reader']);
    const other = { two: { isEnabled: false, origin: 'flag: --set' } };
    expect(order({ found: plugins, toggles: other }).ordered).toEqual(['one', 'reader']);
  });
});
