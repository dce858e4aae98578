import type { ToolRisk } from '../commands/tool.ts';

/** What becomes of a call of a tool: it runs, a person is asked first, or it never runs. */
export type ToolRule = 'allow' | 'ask' | 'deny';

/** The rule of each class of tools. */
export type ToolRules = Readonly<Record<ToolRisk, ToolRule>>;

/** How tools of models are run. */
export interface ToolSettings {
  /** `deny` wins over everything else that would allow a call. */
  readonly approvals: ToolRules;
  /** Longest run of a tool that sets no limit itself, milliseconds. */
  readonly timeoutMs: number;
  /** Longest result of a tool that sets no bound itself, tokens; never more than its share of the model's window. */
  readonly outputTokens: number;
}

/** What holds where nothing is set. */
export const DEFAULT_TOOL_SETTINGS: ToolSettings = {
  approvals: { read: 'allow', write: 'ask', network: 'ask' },
  timeoutMs: 60_000,
  outputTokens: 8000,
};
