import type { BudgetCap, BudgetStatus } from '../../contracts/usage/budget.ts';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** An amount in USD: at least two decimals, four below 10, and two digits that are not 0 of what is less than a cent. */
export function describeUsd(usd: number): string {
  if (usd >= 10) return usd.toFixed(2);
  const cents = usd.toFixed(2);
  if (usd <= 0 || Number(cents) === usd) return cents;
  const decimals = usd >= 0.01 ? 4 : Math.min(12, 1 - Math.floor(Math.log10(usd)));
  return usd.toFixed(decimals).replace(/(\.\d\d\d*?)0+$/, '$1');
}

/** A time of this machine's time zone for people: `Sun 29 Nov 00:00`. */
function describeMoment(at: number): string {
  const date = new Date(at);
  const [hours, minutes] = [date.getHours(), date.getMinutes()].map((part) => String(part).padStart(2, '0'));
  return `${DAYS[date.getDay()]} ${date.getDate()} ${MONTHS[date.getMonth()]} ${hours}:${minutes}`;
}

/** A cap for people, with the setting that made it: `day budget of 1.00 USD (config/local.json: budget.dayUsd)`. */
function describeCap({ kind, of, period, limitUsd, origin }: BudgetCap): string {
  const limit = `of ${describeUsd(limitUsd)} USD`;
  if (kind === 'conversation') return `budget ${limit} of each conversation (${origin})`;
  const whose = kind === 'all' ? '' : ` for the ${kind} ${of}`;
  return `${period} budget ${limit}${whose} (${origin})`;
}

function describeSpending({ spentUsd, reservedUsd }: BudgetStatus): string {
  const reserved = reservedUsd > 0 ? `, ${describeUsd(reservedUsd)} reserved by calls under way` : '';
  return `${describeUsd(spentUsd)} spent${reserved}`;
}

function describeReset({ resetsAt }: BudgetStatus): string {
  return resetsAt === undefined ? 'it never resets: raise it to go on' : `resets on ${describeMoment(resetsAt)}`;
}

/**
 * Why a cap does not let a call pass, in one line: the cap and its setting, what is spent, what is reserved, what the
 * call could cost, when the cap resets. Without a bound the price of the call is unknown, and the line says where it
 * can be given.
 */
export function describeBudget(status: BudgetStatus, boundUsd: number | undefined): string {
  const standing = `${describeCap(status.cap)}: ${describeSpending(status)}`;
  if (boundUsd === undefined) {
    return `${standing}, what this call could cost is unknown: set its prices in providers.<id>.prices`;
  }
  return `${standing}, this call could cost ${describeUsd(boundUsd)}; ${describeReset(status)}`;
}

/** That a cap is nearly used up, in one line: `... : 0.80 spent, 0.03 reserved by calls under way, 83 % of it; resets on ...`. */
export function describeBudgetWarning(status: BudgetStatus): string {
  const { cap, spentUsd, reservedUsd } = status;
  const share = cap.limitUsd > 0 ? (spentUsd + reservedUsd) / cap.limitUsd : 1;
  // Without the noise of binary fractions: 0.09 of 0.10 is 90 % and not 89.
  const percent = Math.floor(Number((share * 100).toPrecision(12)));
  return `${describeCap(cap)}: ${describeSpending(status)}, ${percent} % of it; ${describeReset(status)}`;
}
