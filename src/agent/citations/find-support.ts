import type { Citation } from '../../contracts/agent/agent.ts';
import { TermIndex, termsOf, type Term, type TermKind } from './terms.ts';

const WEIGHTS: Readonly<Record<TermKind, number>> = { exact: 4, number: 2, name: 2, word: 1 };

/** Share of the weight of a statement's terms that must stand in a passage. */
const CLEAR_SHARE = 0.6;

/** The same where an exact token of the statement stands there. */
const CLEAR_SHARE_WITH_TOKEN = 0.5;

/** A statement of fewer terms must stand there whole, and its passage must be about the question. */
const SHORT_TERMS = 3;

/** Share of the question's terms that makes a passage one about the question. */
const ABOUT_SHARE = 0.5;

/** Statements that say what is not there; they come from no passage. */
const DENIAL =
  /\b(?:not|n[o']t|cannot|no|nothing|unable|unknown|unclear)\b.{0,60}\b(?:mention|contain|say|said|specif|stat|provid|found|find|know|information|answer|given|available|include|describ)/i;

/** A passage with what a question and its words have in common with it. */
interface Witness {
  readonly number: number;
  readonly index: TermIndex;
  readonly aboutShare: number;
}

/** What of a statement stands in one or two passages. */
interface Finding {
  readonly found: ReadonlySet<Term>;
  readonly aboutShare: number;
}

function weightOf(terms: Iterable<Term>): number {
  let sum = 0;
  for (const { kind } of terms) sum += WEIGHTS[kind];
  return sum;
}

/** Found or not, it decides: a statement with another number than its passage does not come from there. */
function isProof({ kind }: Term): boolean {
  return kind === 'exact' || kind === 'number';
}

function isClear(terms: readonly Term[], { found, aboutShare }: Finding): boolean {
  if (terms.some((term) => isProof(term) && !found.has(term))) return false;
  const hasToken = [...found].some(({ kind }) => kind === 'exact');
  if (terms.length < SHORT_TERMS) return found.size === terms.length && (hasToken || aboutShare >= ABOUT_SHARE);
  const share = weightOf(found) / weightOf(terms);
  return share >= (hasToken ? CLEAR_SHARE_WITH_TOKEN : CLEAR_SHARE);
}

/** Finds the passages that statements of an answer come from, by the words, numbers and names they have in common. */
export class SupportFinder {
  readonly #question: readonly Term[];
  readonly #witnesses = new Map<number, Witness>();

  constructor(question: string) {
    this.#question = termsOf(question);
  }

  /** Numbers of one passage, or of two that say it together, where the support is clear; else none. */
  find(statement: string, passages: readonly Citation[]): readonly number[] {
    if (DENIAL.test(statement)) return [];
    const terms = termsOf(statement);
    if (terms.length === 0) return [];
    const findings = passages
      .map((passage) => this.#testify(passage, terms))
      .filter(({ found }) => found.size > 0)
      .sort((left, right) => right.weight - left.weight || left.number - right.number);
    const [best] = findings.filter((finding) => isClear(terms, finding));
    if (best !== undefined) return [best.number];
    return this.#findPair(terms, findings);
  }

  #testify(passage: Citation, terms: readonly Term[]): Finding & { readonly number: number; readonly weight: number } {
    const { number, index, aboutShare } = this.#witnessOf(passage);
    const found = new Set(terms.filter((term) => index.has(term)));
    return { number, found, aboutShare, weight: weightOf(found) + aboutShare };
  }

  #witnessOf(passage: Citation): Witness {
    const known = this.#witnesses.get(passage.number);
    if (known !== undefined) return known;
    const index = new TermIndex(`${passage.title ?? ''}\n${passage.source}\n${passage.text}`);
    const common = this.#question.filter((term) => index.has(term));
    const aboutShare = this.#question.length === 0 ? 0 : common.length / this.#question.length;
    const witness = { number: passage.number, index, aboutShare };
    this.#witnesses.set(passage.number, witness);
    return witness;
  }

  /** Two passages that say together what neither says alone, each with a token, number or name the other lacks. */
  #findPair(terms: readonly Term[], findings: readonly (Finding & { readonly number: number })[]): readonly number[] {
    const [first, ...others] = findings;
    if (first === undefined || terms.length < SHORT_TERMS) return [];
    for (const second of others) {
      const found = new Set([...first.found, ...second.found]);
      const isNeeded = (one: Finding, other: Finding): boolean =>
        [...one.found].some((term) => term.kind !== 'word' && !other.found.has(term));
      if (!isNeeded(first, second) || !isNeeded(second, first)) continue;
      if (isClear(terms, { found, aboutShare: Math.max(first.aboutShare, second.aboutShare) }))
        return [first.number, second.number].sort((left, right) => left - right);
    }
    return [];
  }
}
