import type { ModelsOperation, ModelsPorts } from '../../../../../plugins/local-model/actions/models/models-ports.ts';
import {
  modelsArguments,
  modelsResult,
  type ModelsResult,
} from '../../../../../plugins/local-model/actions/models/models-schema.ts';
import { LOCAL_PRINCIPAL, RouterAdvisor } from '../../../../../src/index.ts';
import { createTerminalDouble } from '../../../../doubles/terminal-double.ts';
import { rigOf } from '../../../../routing/doubles/rig.ts';
import type { RigOptions } from '../../../../routing/doubles/rig.ts';

/** Operations on models over a real router whose providers are scripted. */
export function modelsRig(options: RigOptions) {
  const rig = rigOf(options);
  const { state } = rig;
  const ports = {
    router: () => rig.router,
    advisor: () => new RouterAdvisor(() => rig.router),
    log: rig.log,
    measurements: () => state.measurements,
    decisions: () => state.decisions,
    extensions: rig.extensions,
    settings: rig.settings,
    clock: { now: () => 1_700_000_000_000, monotonic: () => performance.now() },
  } as unknown as ModelsPorts;
  const labels: string[] = [];
  const run = async <Result extends ModelsResult>(
    operation: ModelsOperation<Result>,
    args: Record<string, unknown>,
  ) => {
    const result = await operation.run(ports, modelsArguments.parse(args), {
      signal: new AbortController().signal,
      progress: { update: ({ label }) => void labels.push(label), note: () => {}, finish: () => {} },
      principal: LOCAL_PRINCIPAL,
      terminal: createTerminalDouble([], {}),
    });
    modelsResult.parse(result);
    return { result, text: operation.render(result, { width: 100, hasColor: false }) };
  };
  return { ...rig, ports, labels, run };
}
