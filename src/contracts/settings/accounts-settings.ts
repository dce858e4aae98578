import type { CacheMode } from '../cache/response-cache.ts';
import type { ContentTreatment } from '../privacy/content-detector.ts';
import type { BudgetCap } from '../usage/budget.ts';

/** A rule of the user's; all conditions that are set must hold. */
export interface PrivacyRuleSetting {
  readonly name: string;
  /** `redact` only with words or a pattern. */
  readonly treatment: Exclude<ContentTreatment, 'off'>;
  readonly project?: string;
  readonly conversation?: string;
  readonly task?: string;
  readonly purpose?: string;
  /** Any of these words, in any case, as whole words. */
  readonly words?: readonly string[];
  /** A regular expression, read with the flags `iu`. */
  readonly pattern?: string;
  /** Which setting made it. */
  readonly origin: string;
}

/** How far content may go, besides the class of routing. */
export interface PrivacySettings {
  /** Treatment of what a detector finds, by its id; a detector that is not named has its own. */
  readonly detect: Readonly<Record<string, ContentTreatment>>;
  /** What happens when a cloud would get what is about a project for the first time. */
  readonly firstUse: 'ask' | 'refuse' | 'allow';
  readonly rules: readonly PrivacyRuleSetting[];
}

/** Caps on money. */
export interface BudgetSettings {
  readonly caps: readonly BudgetCap[];
  /** Share of a cap from which a warning is told, above 0 up to 1. */
  readonly warnAtShare: number;
  /** Longest answer, tokens, of a paid call under a cap whose caller sets none. */
  readonly outputTokens: number;
}

/** What the ledger keeps. */
export interface UsageSettings {
  /** Prompts and answers: their hashes, the texts themselves, or neither. */
  readonly texts: 'hash' | 'text' | 'none';
  readonly retentionDays: number;
  /** Of texts; hashes go with their row. */
  readonly textRetentionDays: number;
  /** Model of the catalogue against which savings are reckoned. */
  readonly compareWith: string;
}

/** How answers are kept for equal calls. */
export interface CacheSettings {
  readonly mode: CacheMode;
  readonly ttlMs: number;
  readonly maxBytes: number;
}

/** Forward proxies for clouds, from the environment; never used for local targets. */
export interface ProxySettings {
  readonly http?: string;
  readonly https?: string;
  /** Hosts that are reached directly, as `NO_PROXY` lists them. */
  readonly except: readonly string[];
}
