import { asBlock, textOr, type Block } from './content-block.ts';
import { isPicture } from './picture-blocks.ts';

/** What the blocks of an answer say, apart from the vendor that wrote them. */
interface Said {
  readonly text: string;
  readonly reasoning: string;
}

function codeOf(block: Block): string {
  const holder = asBlock(block.executableCode) ?? asBlock(block.executable_code) ?? block;
  return `\n\`\`\`${textOr(holder.language).toLowerCase()}\n${textOr(holder.code)}\n\`\`\`\n`;
}

function outputOf(block: Block): string {
  const holder = asBlock(block.codeExecutionResult) ?? asBlock(block.code_execution_result) ?? block;
  return `\n\`\`\`\n${textOr(holder.output)}\n\`\`\`\n`;
}

function summaryOf(value: unknown): string {
  const parts: readonly unknown[] = Array.isArray(value) ? value : [];
  return parts.map((part) => textOr(asBlock(part)?.text)).join('');
}

/** Text of one block: code that a vendor ran is part of the answer; a picture cannot be said again and is marked. */
function textOf(block: Block): string {
  if (block.type === 'executableCode' || block.type === 'executable_code') return codeOf(block);
  if (block.type === 'codeExecutionResult' || block.type === 'code_execution_result') return outputOf(block);
  if (block.type === 'refusal') return textOr(block.refusal);
  if (isPicture(block)) return '[image]';
  return isReasoning(block) ? '' : textOr(block.text);
}

function isReasoning({ type }: Block): boolean {
  return type === 'thinking' || type === 'reasoning' || type === 'reasoning_content' || type === 'redacted_thinking';
}

/** Reasoning of one block, never its signature: Anthropic's `thinking`, LangChain's `reasoning`, OpenAI's summary, Bedrock's. */
function reasoningOf(block: Block): string {
  if (block.type === 'thinking') return textOr(block.thinking);
  if (block.type === 'reasoning_content') return textOr(asBlock(block.reasoningText)?.text);
  if (block.type !== 'reasoning') return '';
  return textOr(block.reasoning) || summaryOf(block.summary);
}

/**
 * Reads the blocks of an answer. Calls of tools (`tool_use`, `input_json_delta`, ...) say nothing here, since the
 * message carries them as `tool_calls`; neither does what a vendor keeps sealed.
 */
export function readAnswer(blocks: readonly Block[]): Said {
  return { text: blocks.map(textOf).join(''), reasoning: blocks.map(reasoningOf).join('') };
}

/** Reasoning that a message carries beside its content: of our local dialects, or the summary of OpenAI's package. */
export function reasoningBeside(kwargs: Block): string {
  return textOr(kwargs.reasoning_content) || summaryOf(asBlock(kwargs.reasoning)?.summary);
}
