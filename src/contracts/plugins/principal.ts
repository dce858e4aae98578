/** Who asks: the person at this machine, or later a user of a gateway. Owns conversations, budgets and ledger rows. */
export interface Principal {
  readonly id: string;
  readonly kind: 'local' | 'user' | 'service';
}

/** The person at this machine. */
export const LOCAL_PRINCIPAL: Principal = Object.freeze({ id: 'local', kind: 'local' });
