import type { OfferedTool } from '../../../../../plugins/local-model/client/chat-request.ts';

/** Two tools as a caller offers them. */
export const TOOLS: readonly OfferedTool[] = [
  {
    name: 'get_weather',
    description: 'Tells the weather of a city',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, days: { type: 'integer' }, unit: { enum: ['celsius', 'fahrenheit'] } },
      required: ['city'],
      additionalProperties: false,
    },
  },
  { name: 'get_time', description: 'Tells the time', parameters: { type: 'object', properties: {} } },
];
