/** What is supplied at which state of charge; the lamp and the radio are never shed. */
interface Consumer {
  readonly name: string;
  /** Percent of charge below which it is switched off. */
  readonly shedBelow: number;
}

const CONSUMERS: readonly Consumer[] = [
  { name: 'camera', shedBelow: 60 },
  { name: 'weather station, every minute', shedBelow: 35 },
  { name: 'heating of the engine room', shedBelow: 50 },
];

/** Four points of hysteresis, so that a cloud does not make the relays chatter. */
const HYSTERESIS = 4;

export function suppliedAt(charge: number, supplied: ReadonlySet<string>): ReadonlySet<string> {
  const on = CONSUMERS.filter(({ name, shedBelow }) => {
    const limit = supplied.has(name) ? shedBelow : shedBelow + HYSTERESIS;
    return charge >= limit;
  });
  return new Set(on.map(({ name }) => name));
}
