import type { OfferedTool } from '../tool-case.ts';
import { choice, object, text } from './schema.ts';

const ROOM = choice(['kitchen', 'living room', 'bedroom', 'bathroom', 'office']);

export const HOME: readonly OfferedTool[] = [
  {
    name: 'set_light',
    description: 'Turns the light of a room on or off, or dims it.',
    parameters: object(
      {
        room: ROOM,
        on: { type: 'boolean' },
        brightness: { type: 'integer', minimum: 0, maximum: 100, description: 'Percent' },
      },
      ['room', 'on'],
    ),
    result: 'Done.',
  },
  {
    name: 'set_heating',
    description: 'Sets the heating of a room, to a temperature or to a mode.',
    parameters: object(
      {
        room: ROOM,
        target: {
          anyOf: [
            object({ degrees: { type: 'number', description: 'Degrees Celsius' } }, ['degrees']),
            object({ mode: choice(['eco', 'off', 'holiday']) }, ['mode']),
          ],
        },
      },
      ['room', 'target'],
    ),
    result: 'The heating is set.',
  },
  {
    name: 'read_sensor',
    description: 'Reads a sensor of a room.',
    parameters: object({ room: ROOM, kind: choice(['temperature', 'humidity', 'motion', 'window']) }, ['room', 'kind']),
    result: 'The sensor says: 48.',
  },
  {
    name: 'set_lock',
    description: 'Locks or unlocks a door.',
    parameters: object(
      {
        door: choice(['front', 'back', 'garage']),
        locked: { type: 'boolean', description: 'True locks it, false unlocks it' },
      },
      ['door', 'locked'],
    ),
    result: 'Done.',
  },
  {
    name: 'play_music',
    description: 'Plays music in a room.',
    parameters: object(
      {
        query: text('Artist, album, song or kind of music'),
        room: ROOM,
        volume: { type: 'integer', minimum: 0, maximum: 100 },
      },
      ['query', 'room'],
    ),
    result: 'The music plays.',
  },
  {
    name: 'create_scene',
    description: 'Creates a scene: settings of several devices under one name.',
    parameters: object(
      {
        name: text('Name of the scene'),
        actions: {
          type: 'array',
          minItems: 1,
          items: object(
            {
              device: choice(['light', 'blinds', 'heating', 'speaker']),
              room: ROOM,
              value: { type: 'number', description: 'Percent, or degrees for heating' },
            },
            ['device', 'room', 'value'],
          ),
        },
      },
      ['name', 'actions'],
    ),
    result: 'The scene is kept.',
  },
];
