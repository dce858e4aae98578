import { TOOL_WAYS, type Fact, type ToolWay } from 'wooster';
import type { Quirks } from '../../client/quirks.ts';
import type { ServerSettings } from './server-settings.ts';

/** The ways in which the models of a server can be brought to call tools: as its entry says, else all that its wire has. */
export function toolWaysOf(setting: ServerSettings['tools'], quirks: Quirks): Fact<readonly ToolWay[]> {
  if (setting === 'off') return { value: [], origin: 'config' };
  if (setting !== 'auto') return { value: [setting], origin: 'config' };
  const hasSchema = !quirks.has('ignores-response-format');
  return { value: TOOL_WAYS.filter((way) => way !== 'schema' || hasSchema), origin: 'catalogue' };
}
