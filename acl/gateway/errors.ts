/** Pure. What can be wrong with an answer of legacy, beyond what the HTTP client already tells. */
import { defineErrors, EXIT, KitError } from '../../chassis/errors.ts';

/** The table of the gateway's errors. */
export const gatewayErrors = defineErrors({
  LEGACY_REFUSED: {
    status: 502,
    exit: EXIT.unreachable,
    message: (p) => `Legacy refused ${p.operation}: ${p.legacyCode} (${p.reason}), status ${p.status}.`,
    remedy: 'Handle this code where the operation is called, or correct what is asked.',
  },
  LEGACY_STATUS: {
    status: 502,
    exit: EXIT.unreachable,
    message: (p) => `Legacy answered ${p.operation} with status ${p.status}, expected a status below 400.`,
    remedy: 'See the log of legacy for this request id.',
  },
  LEGACY_NOT_JSON: {
    status: 502,
    exit: EXIT.unreachable,
    message: (p) => `Legacy answered ${p.operation} with ${p.found}, expected JSON (status ${p.status}).`,
    remedy: 'See the log of legacy for this request id; an error page may stand in its place.',
  },
  LEGACY_UNEXPECTED: {
    status: 502,
    exit: EXIT.unreachable,
    message: (p) => `Legacy answered ${p.operation} with a body that does not fit: ${p.found}.`,
    remedy: 'Widen the operation’s answer schema if legacy is right.',
  },
  LEGACY_LOOP: {
    status: 508,
    exit: EXIT.unreachable,
    message: (p) => `The request has gone through ${p.hops} gateways, expected at most ${p.limit}.`,
    remedy: 'Point the gateway at legacy itself, not at a facade that routes back to this service.',
  },
});

/** Legacy understood and said no, whatever status it said it with. */
export class LegacyRefusal extends KitError {
  /** Legacy's own code, e.g. `PRD_404`. */
  readonly legacyCode: string;

  constructor(operation: string, status: number, refusal: { code: string; message: string }) {
    const params = { operation, status, legacyCode: refusal.code, reason: refusal.message };
    super('LEGACY_REFUSED', gatewayErrors.table.LEGACY_REFUSED, params);
    this.legacyCode = refusal.code;
  }
}
