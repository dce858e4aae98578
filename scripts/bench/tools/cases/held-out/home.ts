import { containing, exactly, number, optional, record } from '../matchers.ts';
import type { ToolCase } from '../tool-case.ts';

const set = 'home';

export const HELD_OUT_HOME_CASES: readonly ToolCase[] = [
  {
    id: 'home-tool-3',
    set,
    category: 'right tool',
    question: 'I would like to hear some Miles Davis in the kitchen.',
    wanted: [{ tool: 'play_music', arguments: { query: containing('miles davis'), room: exactly('kitchen') } }],
  },
  {
    id: 'home-arguments-2',
    set,
    category: 'right arguments',
    question: 'Heat the office to 20.5 degrees.',
    wanted: [
      {
        tool: 'set_heating',
        arguments: { room: exactly('office'), target: record({ degrees: number(20.5) }) },
      },
    ],
  },
  {
    id: 'home-none-4',
    set,
    category: 'no tool needed',
    question: 'Which color do you find nicer, blue or green?',
    wanted: [],
  },
  {
    id: 'home-two-2',
    set,
    category: 'two tools',
    question: 'What is the humidity in the bathroom, and what is the temperature in the living room?',
    wanted: [
      { tool: 'read_sensor', arguments: { room: exactly('bathroom'), kind: exactly('humidity') } },
      { tool: 'read_sensor', arguments: { room: exactly('living room'), kind: exactly('temperature') } },
    ],
  },
  {
    id: 'home-follow-2',
    set,
    category: 'follow-up',
    earlier: [
      { user: 'Turn on the light in the kitchen.' },
      { tool: 'set_light', arguments: { room: 'kitchen', on: true }, result: 'Done.' },
      { assistant: 'The light in the kitchen is on.' },
    ],
    question: 'Now the one in the bedroom too, please.',
    wanted: [
      {
        tool: 'set_light',
        arguments: { room: exactly('bedroom'), on: exactly(true), brightness: optional(number(100)) },
      },
    ],
  },
  {
    id: 'home-language-3',
    set,
    category: 'not English',
    question: 'Запри, пожалуйста, заднюю дверь.',
    wanted: [{ tool: 'set_lock', arguments: { door: exactly('back'), locked: exactly(true) } }],
  },
];
