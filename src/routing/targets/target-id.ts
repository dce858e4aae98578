/** Id of one server of a provider: `ollama@localhost:11434`, or the bare provider id when it has no address. */
export function serverIdOf(providerId: string, address: string | undefined): string {
  return address === undefined ? providerId : `${providerId}@${address}`;
}

/** Id of one model on one server: `ollama@localhost:11434/llama3.2:3b`. */
export function targetIdOf(serverId: string, modelId: string): string {
  return `${serverId}/${modelId}`;
}

/** The server of a target: all up to the first slash, since neither provider ids nor addresses hold one. */
export function serverOfTarget(targetId: string): string {
  const slash = targetId.indexOf('/');
  return slash === -1 ? targetId : targetId.slice(0, slash);
}
