import type { ForwarderKind } from '../../../../facade/forwarding/forwarder-factory.ts';

/** Every forwarder there is, the default one first. */
export const FORWARDERS: readonly ForwarderKind[] = ['http-proxy-middleware', 'undici'];

let current: ForwarderKind = FORWARDERS[0]!;

/** The forwarder that test configs name now. */
export function forwarderInUse(): ForwarderKind {
  return current;
}

/** Describes `title` once over each forwarder; the configs of the rig name it while its tests run. */
export function forEachForwarder(title: string, suite: (forwarder: ForwarderKind) => void): void {
  for (const forwarder of FORWARDERS) {
    describe(`${title}, over ${forwarder}`, () => {
      before(() => {
        current = forwarder;
      });
      after(() => {
        current = FORWARDERS[0]!;
      });
      suite(forwarder);
    });
  }
}
