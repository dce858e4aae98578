import { discoverServers, renderDiscovery } from '../../discovery/operation/discover-operation.ts';
import type { ModelsOperation } from './models-ports.ts';
import type { Discovered } from './models-schema.ts';

/** `models --discover`: looks for servers now, and with `--save` writes them down. */
export const discoverModels: ModelsOperation<Discovered> = {
  run: async (ports, { save }, { signal }) => ({
    operation: 'discover',
    ...(await discoverServers(ports.discoverPorts(), { save }, signal)),
  }),
  render: renderDiscovery,
};
