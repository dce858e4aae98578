/** Anthropic keeps no shorter beginning: 1024 tokens, the smallest limit of its models, of about four characters each. */
export const SHORTEST_KEPT_CHARACTERS = 4 * 1024;
