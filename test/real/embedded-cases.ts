import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ToolCase } from './embedded-conversation.ts';

const MODEL_FILE = 'qwen2.5-coder-0.5b-instruct-q4_k_m.gguf';

/** The weights the real tests need; throws with a hint where they are missing. */
export function modelPath(): string {
  const path = join(
    process.env['WOOSTER_TEST_MODELS'] ??
      join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'wooster', 'models'),
    MODEL_FILE,
  );
  if (existsSync(path)) return path;
  throw new Error(`${path} is missing: run the demo once, or set WOOSTER_TEST_MODELS to the folder that holds it`);
}

/** A schema of an object; all properties are required unless told. */
export const parameters = (
  properties: Record<string, unknown>,
  required = Object.keys(properties),
): Record<string, unknown> => ({
  type: 'object',
  properties,
  required,
});
/** The schema of a text. */
export const text = { type: 'string' };
/** Tools offered to the model. */
export const TOOLS = [
  [
    'get_weather',
    'Current weather in a city',
    parameters({ city: text, unit: { enum: ['celsius', 'fahrenheit'] } }, ['city']),
  ],
  ['calculate', 'Evaluates an arithmetic expression', parameters({ expression: text })],
  ['search_documents', "Searches the user's own documents", parameters({ query: text })],
  ['create_reminder', 'Creates a reminder', parameters({ text, when: text })],
  ['send_email', 'Sends an e-mail', parameters({ to: text, subject: text, body: text })],
].map(([name, description, schema]) => ({ type: 'function', function: { name, description, parameters: schema } }));

/** Not among the prompts that the instructions were tuned on. */
export const CASES: readonly ToolCase[] = [
  { prompt: 'What is the weather like in Madrid?', tool: 'get_weather' },
  { prompt: 'Please calculate 128 * 47 - 12', tool: 'calculate' },
  { prompt: 'Search my documents for the insurance policy', tool: 'search_documents' },
  { prompt: 'Remind me to water the plants on Sunday morning', tool: 'create_reminder' },
  {
    prompt: 'Send an email to anna@example.com with the subject Lunch asking if she is free at one',
    tool: 'send_email',
  },
  { prompt: 'Good evening!' },
  { prompt: 'Who painted the Mona Lisa?' },
  { prompt: 'Write two lines of poetry about autumn' },
  { prompt: 'Explain in one sentence what a compiler does' },
  { prompt: 'Thank you, goodbye!' },
];
