import { TOOL_WAYS, type ToolWay, type ToolWayChoice } from '../../contracts/models/tool-way.ts';
import type { ModelInfo, ToolScore } from '../../contracts/models/model-info.ts';
import { parametersOf } from '../../kernel/models/parameter-count.ts';

const NATIVE: readonly ToolWay[] = ['native'];

/**
 * Below so many parameters a model without tools of its own calls mostly where none is needed: Qwen2.5-Coder-0.5B held to
 * a schema by llama-server did so in 16 of 20 cases (`pnpm bench tools`).
 */
const SMALL = 1e9;

/** Of the tasks; a model that does fewer is not offered tools unless it is told to use them. */
const LEAST_SHARE_RIGHT = 0.6;

type Facts = Pick<ModelInfo, 'capabilities' | 'toolUse' | 'toolWays' | 'parameterCount'>;

function isSmall({ parameterCount }: Facts): boolean {
  const parameters = parameterCount === undefined ? undefined : parametersOf(parameterCount.value);
  return parameters !== undefined && parameters < SMALL;
}

function shareRight({ right, tasks }: ToolScore): number {
  return right / tasks;
}

/** The way that did best here, of those there are. */
function bestMeasured({ toolUse }: Facts, ways: readonly ToolWay[]): { way: ToolWay; score: ToolScore } | undefined {
  const measured = TOOL_WAYS.flatMap((way) => {
    const score = ways.includes(way) ? toolUse?.value.ways?.[way] : undefined;
    return score === undefined || score.tasks === 0 ? [] : [{ way, score }];
  });
  const best = measured.toSorted((left, right) => shareRight(right.score) - shareRight(left.score))[0];
  // One way that never worked says nothing of those that were not tried.
  const isTelling = best !== undefined && (best.score.right > 0 || measured.length === ways.length);
  return isTelling ? best : undefined;
}

function originWords(origin: string | undefined): string {
  if (origin === 'server') return 'its server says that';
  if (origin === 'config') return 'the settings say that';
  return origin === 'measured' ? 'it was seen that' : 'the catalogue says that';
}

function reasonOfOnly({ toolWays }: Facts): string {
  return toolWays?.origin === 'config' ? 'set in the settings' : 'the way of its engine';
}

/**
 * How a model is best brought to call tools: as asked for, as did best when it was measured here, by its server where it is
 * known to call tools, else by a schema or by words. Undefined for one that cannot in any way. Pure.
 */
export function chooseToolWay(model: Facts, wanted?: ToolWay): ToolWayChoice | undefined {
  const ways = model.toolWays?.value ?? NATIVE;
  const { tools } = model.capabilities;
  if (wanted !== undefined && ways.includes(wanted)) return { way: wanted, reason: 'asked for' };
  const [only] = model.toolWays?.value ?? [];
  if (only !== undefined && ways.length === 1) return { way: only, reason: reasonOfOnly(model) };
  const measured = bestMeasured(model, ways);
  if (measured !== undefined) {
    const { right, tasks } = measured.score;
    return { way: measured.way, reason: `measured here: ${right} of ${tasks} calls right` };
  }
  if (tools?.value === true && ways.includes('native')) {
    return { way: 'native', reason: `${originWords(tools.origin)} it calls tools` };
  }
  const [other] = ways.filter((way) => way !== 'native');
  if (tools?.value === false) {
    return other && { way: other, reason: `${originWords(tools.origin)} it has no tools of its own` };
  }
  if (ways.includes('native')) return { way: 'native', reason: 'not known to call tools, asked the way of its server' };
  return other && { way: other, reason: 'not known to call tools' };
}

/**
 * Whether a model is offered tools that nobody asked for: one that was measured does well enough, any other is known to
 * call them, or is known to be large enough that a schema or words bring it to it.
 */
export function isTrustedWithTools(model: Facts): boolean {
  const choice = chooseToolWay(model);
  if (choice === undefined) return false;
  const score = model.toolUse?.value.ways?.[choice.way] ?? model.toolUse?.value;
  if (score !== undefined && score.tasks > 0) return shareRight(score) >= LEAST_SHARE_RIGHT;
  const tools = model.capabilities.tools?.value;
  if (tools === true) return true;
  return choice.way !== 'native' && model.parameterCount !== undefined && !isSmall(model);
}
