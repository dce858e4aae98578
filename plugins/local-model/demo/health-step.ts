import type { DemoStep } from 'wooster';
import { healthCheckAction } from '../actions/health-check.ts';
import type { ActionPorts } from '../actions/action-ports.ts';

/** The health table, as `wooster health` shows it. */
export function healthStep(ports: ActionPorts): DemoStep {
  return {
    id: 'health',
    title: 'Health of what is configured',
    order: 90,
    run: async (context) => {
      const action = healthCheckAction(ports);
      const result = await action.run(action.args.parse({}), context);
      const { width, hasColor } = context.terminal;
      context.terminal.write(`${(await action.render?.(result, { width, hasColor })) ?? ''}\n`);
    },
  };
}
