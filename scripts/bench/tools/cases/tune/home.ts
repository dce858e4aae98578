import { exactly, list, number, optional, record, text } from '../matchers.ts';
import type { ToolCase } from '../tool-case.ts';

const set = 'home';

export const HOME_CASES: readonly ToolCase[] = [
  {
    id: 'home-tool-1',
    set,
    category: 'right tool',
    question: 'Is the window in the bedroom open?',
    wanted: [{ tool: 'read_sensor', arguments: { room: exactly('bedroom'), kind: exactly('window') } }],
  },
  {
    id: 'home-tool-2',
    set,
    category: 'right tool',
    question: 'Please lock the garage door.',
    wanted: [{ tool: 'set_lock', arguments: { door: exactly('garage'), locked: exactly(true) } }],
  },
  {
    id: 'home-arguments-1',
    set,
    category: 'right arguments',
    question: 'Turn on the light in the office and dim it to 35 percent.',
    wanted: [{ tool: 'set_light', arguments: { room: exactly('office'), on: exactly(true), brightness: number(35) } }],
  },
  { id: 'home-none-1', set, category: 'no tool needed', question: 'Thanks, that was very helpful!', wanted: [] },
  {
    id: 'home-none-2',
    set,
    category: 'no tool needed',
    question: 'How does a thermostat work? Explain it in two sentences.',
    wanted: [],
  },
  {
    id: 'home-none-3',
    set,
    category: 'no tool needed',
    question: 'Scrivi una breve poesia sul mare.',
    wanted: [],
  },
  {
    id: 'home-two-1',
    set,
    category: 'two tools',
    question: 'Turn off the light in the living room and lock the front door.',
    wanted: [
      { tool: 'set_light', arguments: { room: exactly('living room'), on: exactly(false) } },
      { tool: 'set_lock', arguments: { door: exactly('front'), locked: exactly(true) } },
    ],
  },
  {
    id: 'home-nested-1',
    set,
    category: 'nested schema',
    question:
      'Create a scene called "Movie Night": the light in the living room at 20 percent and the blinds in the living room at 0 percent.',
    wanted: [
      {
        tool: 'create_scene',
        arguments: {
          name: text('Movie Night'),
          actions: list(
            record({ device: exactly('light'), room: exactly('living room'), value: number(20) }),
            record({ device: exactly('blinds'), room: exactly('living room'), value: number(0) }),
          ),
        },
      },
    ],
  },
  {
    id: 'home-nested-2',
    set,
    category: 'nested schema',
    question: 'Set the heating in the bathroom to eco mode.',
    wanted: [
      {
        tool: 'set_heating',
        arguments: { room: exactly('bathroom'), target: record({ mode: exactly('eco') }) },
      },
    ],
  },
  {
    id: 'home-follow-1',
    set,
    category: 'follow-up',
    earlier: [
      { user: 'How warm is it in the bedroom?' },
      { tool: 'read_sensor', arguments: { room: 'bedroom', kind: 'temperature' }, result: '19 degrees Celsius' },
      { assistant: 'It is 19 degrees Celsius in the bedroom.' },
    ],
    question: 'Is that more or less than 21 degrees?',
    wanted: [],
  },
  {
    id: 'home-language-1',
    set,
    category: 'not English',
    question: 'Mach bitte das Licht in der Küche an.',
    wanted: [
      {
        tool: 'set_light',
        arguments: { room: exactly('kitchen'), on: exactly(true), brightness: optional(number(100)) },
      },
    ],
  },
  {
    id: 'home-language-2',
    set,
    category: 'not English',
    question: 'Ustaw ogrzewanie w łazience na 22 stopnie.',
    wanted: [
      {
        tool: 'set_heating',
        arguments: { room: exactly('bathroom'), target: record({ degrees: number(22) }) },
      },
    ],
  },
];
