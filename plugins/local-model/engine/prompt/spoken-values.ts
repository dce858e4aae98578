import type { ChatHistoryItem } from 'node-llama-cpp';

/** Tells whether a text or number stands in a conversation, in any case of letters. Other values never do. */
export function spokenIn(history: readonly ChatHistoryItem[], offered: string): (value: unknown) => boolean {
  const text = history
    .map((item) =>
      item.type === 'model' ? item.response.filter((part) => typeof part === 'string').join(' ') : textOf(item),
    )
    .join('\n')
    // What is offered names many values that nobody has said.
    .replace(offered, '')
    .toLowerCase();
  return (value) => {
    if (typeof value === 'string') return value.trim() !== '' && text.includes(value.trim().toLowerCase());
    if (typeof value !== 'number') return false;
    const digits = String(value).replaceAll('+', '\\+').replaceAll('.', '[.,]');
    return new RegExp(`(?<!\\d|\\d[.,])${digits}(?![.,]?\\d)`).test(text);
  };
}

function textOf({ text }: Exclude<ChatHistoryItem, { type: 'model' }>): string {
  return typeof text === 'string' ? text : JSON.stringify(text);
}
