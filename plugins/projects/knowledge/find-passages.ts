import {
  TermIndex,
  termsOf,
  type ContextPassage,
  type KnowledgeFindings,
  type KnowledgePassage,
  type KnowledgeStore,
} from 'wooster';

/** Passages that a question is answered from. */
export const PASSAGES = 6;

/** A passage is told with its neighbours up to this length; beyond it another passage helps more. */
const LONGEST_CONTEXT = 1_200;

/** A cosine below this is the nearness of texts that have nothing to do with each other. */
const FAR_COSINE = 0.25;

/** `guide/install.md:12`, `report.pdf page 3`. */
export function placeOf({ path, chunk }: Pick<KnowledgePassage, 'path' | 'chunk'>): string {
  if (chunk.page !== undefined) return `${path} page ${chunk.page}`;
  return chunk.line === undefined ? path : `${path}:${chunk.line}`;
}

/** Heading path of a passage, for people. */
export function titleOf({ chunk }: Pick<KnowledgePassage, 'chunk'>): string | undefined {
  return chunk.headings.length === 0 ? undefined : chunk.headings.join(' › ');
}

/** Share of the words of a question that makes a passage one about it, whatever its vector says. */
const NEAR_SHARE = 0.3;

/** Whether a passage has to do with a question at all: there is always a nearest one. */
function nearnessTo(question: string): (passage: KnowledgePassage) => boolean {
  const terms = termsOf(question);
  return ({ parts, chunk }) => {
    if (parts.vector !== undefined && parts.vector.score >= FAR_COSINE) return true;
    const index = new TermIndex(`${chunk.headings.join(' ')}\n${chunk.text}`);
    const common = terms.filter((term) => index.has(term));
    return common.length > 0 && common.length >= terms.length * NEAR_SHARE;
  };
}

/** The space that found a passage and the bytes of its document; a passage found by its words is of no space. */
function versionOf({ sourceSha256, parts }: KnowledgePassage): string {
  return `${parts.vector?.spaceId ?? 'words'}/${sourceSha256}`;
}

function toContext(passage: KnowledgePassage): ContextPassage {
  const { path, chunk, context } = passage;
  const text = context.length <= LONGEST_CONTEXT ? context : chunk.text;
  const { line, page } = chunk;
  return { text, source: placeOf(passage), title: titleOf(passage), path, line, page, version: versionOf(passage) };
}

/** Leaves out what a better passage of the same document says already. */
function withoutRepeats(passages: readonly ContextPassage[]): readonly ContextPassage[] {
  return passages.filter(
    (passage, at) =>
      !passages.slice(0, at).some((better) => better.path === passage.path && better.text.includes(passage.text)),
  );
}

/** The passages of a store for a question, best first, short ones with their neighbours; with what the person must know. */
export async function findPassages(
  store: KnowledgeStore,
  question: { readonly text: string; readonly k: number },
  signal: AbortSignal,
): Promise<{ readonly passages: readonly ContextPassage[]; readonly notices: KnowledgeFindings['notices'] }> {
  const { text, k } = question;
  const { passages, notices } = await store.search({ text, k, mode: 'hybrid', neighbours: 1 }, signal);
  return { passages: withoutRepeats(passages.filter(nearnessTo(text)).map(toContext)), notices };
}
