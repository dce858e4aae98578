import type { DetectedSpan } from '../../contracts/privacy/content-detector.ts';
import type { Piece } from './pieces.ts';

/** What a rule of secretlint calls when it has found something (`@secretlint/types`). */
interface RuleContext {
  readonly sharedOptions: Readonly<Record<string, unknown>>;
  createTranslator(): (messageId: string) => { readonly messageId: string };
  report(found: { readonly message: { readonly messageId: string }; readonly range: readonly [number, number] }): void;
  ignore(): void;
}

/** A rule of the preset. */
interface Rule {
  create(context: RuleContext, options: Readonly<Record<string, never>>): { file?(source: unknown): unknown };
}

let loading: Promise<readonly Rule[]> | undefined;

async function load(): Promise<readonly Rule[]> {
  const preset = await import('@secretlint/secretlint-rule-preset-recommend');
  const rules: unknown = preset.rules;
  return rules as readonly Rule[];
}

/** `SLACK_TOKEN` and `AWSSecretAccessKey` in words. */
function kindOf(messageId: string): string {
  return messageId
    .replaceAll('_', ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .trim();
}

/** The end of the run of key characters around a place: the range of a rule may begin before its key and then ends too early. */
function endOfRun(text: string, from: number): number {
  let end = from;
  while (end < text.length && /[\w/+=-]/.test(text.charAt(end))) end += 1;
  return end;
}

/** What the rules of secretlint's recommended preset find in a piece; they are loaded with the first text. */
export async function presetSpans({ text, start }: Piece): Promise<DetectedSpan[]> {
  loading ??= load();
  const spans: DetectedSpan[] = [];
  const context: RuleContext = {
    sharedOptions: {},
    createTranslator: () => (messageId) => ({ messageId }),
    report: ({ message, range }) => {
      const end = endOfRun(text, range[1]);
      spans.push({ kind: kindOf(message.messageId), start: start + range[0], end: start + end });
    },
    // What a comment in the text wants to be passed over; a text must not decide what is looked for in it.
    ignore: () => undefined,
  };
  const source = { content: text, filePath: 'message.txt', ext: '.txt', contentType: 'text' };
  for (const rule of await loading) await rule.create(context, {}).file?.(source);
  return spans;
}
