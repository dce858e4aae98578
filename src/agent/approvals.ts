import type { ToolApproval, ToolRefusal } from '../contracts/agent/agent.ts';
import type { ToolDescriptor } from '../contracts/commands/tool.ts';
import type { Terminal } from '../contracts/commands/terminal.ts';
import { DEFAULT_TOOL_SETTINGS, type ToolRules } from '../contracts/settings/tool-settings.ts';

/** What holds besides the answers of a person. */
interface ApprovalOptions {
  /** Of the settings; reading tools run and the others are asked for without it. */
  readonly rules?: ToolRules;
  /** Answers every question with yes; what the rules deny stays denied. */
  readonly allowAll?: boolean;
}

/** Longest form of the arguments that is shown with a question. */
const SHOWN_LENGTH = 600;

/**
 * Runs what the rules allow, refuses what they deny, and asks a person at a terminal for the rest, one question at a
 * time. The answer `a` holds for that tool as long as this approval is used. Where nobody can be asked the call is
 * refused, and the refusal says how it can be allowed.
 */
export function approveByRisk(terminal: Terminal, options: ApprovalOptions = {}): ToolApproval {
  const { rules = DEFAULT_TOOL_SETTINGS.approvals, allowAll = false } = options;
  const always = new Set<string>();
  let questions: Promise<unknown> = Promise.resolve();
  const ask = async (tool: ToolDescriptor, args: unknown, signal: AbortSignal): Promise<boolean> => {
    // The person may have said so while this question waited for its turn.
    if (always.has(tool.id)) return true;
    const answer = (await terminal.question(writeQuestion(tool, args), signal))?.trim() ?? '';
    if (/^a(lways)?$/i.test(answer)) always.add(tool.id);
    return /^(y(es)?|a(lways)?)$/i.test(answer);
  };
  return async (tool, args, signal) => {
    const rule = rules[tool.risk];
    if (rule === 'deny') return { refusal: `is denied by tools.approvals.${tool.risk}` };
    if (rule === 'allow' || allowAll || always.has(tool.id)) return true;
    if (!terminal.isInteractive) return refuseUnasked(tool);
    const answer = questions.then(() => ask(tool, args, signal));
    questions = answer.catch(() => undefined);
    return answer;
  };
}

function writeQuestion({ id, risk }: ToolDescriptor, args: unknown): string {
  const text = JSON.stringify(args) ?? '';
  const shown = text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH)}… (${text.length} characters)`;
  return `\nallow ${id} (${risk}) ${shown}? [y/N, a = always for this tool in this chat] `;
}

function refuseUnasked({ risk }: ToolDescriptor): ToolRefusal {
  return {
    refusal: `may not run: it is a tool of the class ${risk} and nobody can be asked here; wooster ask --approve allows it, or tools.approvals.${risk}: "allow"`,
  };
}
