/**
 * What opens or closes a call that is written as text: tags of Hermes and Qwen, and those that models trained on them
 * make of it; the special tokens of Mistral and Llama.
 */
const TAGS = ['tool_call', 'tool_calls', 'tools', 'function_call'] as const;
const TOKENS = ['[TOOL_CALLS]', '<|python_tag|>'] as const;
const FUNCTION = '<function=';

const OPENERS: readonly string[] = [...TAGS.map((tag) => `<${tag}>`), ...TOKENS];
const TAG_PATTERN = `</?(?:${TAGS.join('|')})>`;
const TOKEN_PATTERN = TOKENS.map((token) => token.replace(/[[\]|]/g, '\\$&')).join('|');

/** Languages of a code block in which a call may stand. */
const FENCE = '```(?:json5?|xml|tool_calls?|tool|)[ \\t]*(?:\\n|(?=[{[<]))';

const OPENING = new RegExp(`^(?:\\s|<(?:${TAGS.join('|')})>|${TOKEN_PATTERN}|${FENCE})+`);
const BETWEEN = new RegExp(`^(?:\\s|[,;]|${TAG_PATTERN}|${TOKEN_PATTERN}|\`\`\`\\w*)+`);
const AT_LINE_START = new RegExp(`(?<=^|\\n)[ \\t]*(?:<(?:${TAGS.join('|')})>|${FUNCTION})`, 'g');
const SPECIAL = new RegExp(TOKEN_PATTERN, 'g');

/** Length of the white space and openers at the start. */
export function openingLength(text: string): number {
  return OPENING.exec(text)?.[0].length ?? 0;
}

/** Length of what may stand between two calls. */
export function gapLength(text: string): number {
  return BETWEEN.exec(text)?.[0].length ?? 0;
}

/** Whether a text may still grow into an opener: `<tool`, "``", `[TOOL`. */
export function isOpenerBegun(text: string): boolean {
  if (/^`{1,2}$|^```[a-z_5]*[ \t]*$/.test(text)) return true;
  return [...OPENERS, FUNCTION].some((opener) => opener.startsWith(text));
}

/** Where an opener stands that is explicit enough to count after other text: a tag at the start of a line, or a token. */
export function findExplicitOpener(text: string): number | undefined {
  const places = [AT_LINE_START, SPECIAL].flatMap((pattern) => {
    pattern.lastIndex = 0;
    const found = pattern.exec(text);
    return found === null ? [] : [found.index];
  });
  return places.length === 0 ? undefined : Math.min(...places);
}

/** How much of the end of a text may be the beginning of such an opener. */
export function openingTailLength(text: string): number {
  const line = text.lastIndexOf('\n') + 1;
  const lastLine = text.slice(line);
  const begun = lastLine.trimStart();
  if (begun !== '' && [...OPENERS, FUNCTION].some((opener) => opener.startsWith(begun))) return lastLine.length;
  if (begun === '' && lastLine !== '') return lastLine.length;
  const longest = Math.min(text.length, Math.max(...TOKENS.map((token) => token.length)) - 1);
  for (let length = longest; length > 0; length -= 1) {
    if (TOKENS.some((token) => token.startsWith(text.slice(-length)))) return length;
  }
  return 0;
}
