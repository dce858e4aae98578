import type { PlayedToolWay } from '../../../contracts/chat-provider-tools.ts';

/** A model that writes its calls, one an answer, as JSON (`plugins/local-model/chat-model/tools/tool-union.ts`). */
function written(way: PlayedToolWay['way']): PlayedToolWay {
  return {
    way,
    call: ({ name, arguments: given }) => ({ text: JSON.stringify({ tool: name, arguments: given }) }),
    words: (text) => ({ text: JSON.stringify({ answer: text }) }),
  };
}

/** Held to the form by a schema. */
export const SCHEMA_WAY: PlayedToolWay = written('schema');

/** Told the form in words. */
export const PROMPT_WAY: PlayedToolWay = written('prompt');
