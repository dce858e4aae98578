import type { DemoStep } from 'wooster';
import type { ModelsPorts } from '../actions/models/models-ports.ts';

/** Shows the model servers that run on this machine, as `models --discover` does. */
export function foundServersStep(ports: Pick<ModelsPorts, 'discoverPorts'>): DemoStep {
  return {
    id: 'found-servers',
    title: 'Model servers that run on this machine',
    order: 10,
    run: async ({ signal, terminal }) => {
      const { refusal } = ports.discoverPorts().discovery;
      if (refusal !== undefined) {
        terminal.note(`not looked for: ${refusal}`);
        return;
      }
      const { discoverServers, renderDiscovery } = await import('../discovery/operation/discover-operation.ts');
      const found = await discoverServers(ports.discoverPorts(), { save: false }, signal);
      terminal.write(`${renderDiscovery(found, { width: terminal.width, hasColor: terminal.hasColor })}\n`);
    },
  };
}
