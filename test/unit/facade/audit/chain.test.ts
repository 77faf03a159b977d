import { expect } from 'chai';
import fc from 'fast-check';
import { canonicalJson } from '../../../../facade/audit/canonical-json.ts';
import { BEGINNING, digestOf, follow, headOf, link, verifyChain } from '../../../../facade/audit/chain.ts';
import type { AuditDraft, AuditEntry, ChainHead } from '../../../../facade/audit/entry.ts';

const position = fc.record({
  stage: fc.constantFrom('legacy' as const, 'shadow' as const, 'canary' as const, 'live' as const),
  percent: fc.integer({ min: 0, max: 100 }),
});
const draft: fc.Arbitrary<AuditDraft> = fc.record(
  {
    ...{
      at: fc.nat(),
      actor: fc.string(),
      reason: fc.string(),
      route: fc.string(),
      configVersion: fc.string(),
    },
    role: fc.constantFrom('operator' as const, 'admin' as const, 'system' as const),
    action: fc.constantFrom('set' as const, 'promote' as const, 'rollback' as const, 'guard' as const),
    ...{ from: position, to: position, forced: fc.boolean() },
    evidence: fc.dictionary(fc.string(), fc.oneof(fc.nat(), fc.string())),
    evidenceDigest: fc.string(),
  },
  {
    noNullPrototype: true,
    requiredKeys: [
      'at',
      'actor',
      'role',
      'action',
      'route',
      'from',
      'to',
      'reason',
      'forced',
      'configVersion',
    ],
  },
);
const chainOf = (drafts: readonly AuditDraft[], from = BEGINNING): AuditEntry[] => {
  let head = from;
  return drafts.map((one) => {
    const entry = link(head, one);
    head = headOf(entry);
    return entry;
  });
};
const chain = fc.array(draft, { minLength: 3, maxLength: 12 }).map((drafts) => chainOf(drafts));
/** As it comes out of a store. */
const stored = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
const headOfAll = (entries: readonly AuditEntry[]): ChainHead => headOf(entries.at(-1)!);

describe('The chain of the audit', () => {
  it('is intact as it was written, also after a way through JSON, and from any entry on', () => {
    fc.assert(
      fc.property(chain, fc.nat(), (entries, cut) => {
        const kept = stored(entries).slice(cut % entries.length);
        expect(verifyChain(kept, [headOfAll(entries)])).to.deep.include({
          ...{ intact: true, entries: kept.length, head: headOfAll(entries) },
        });
      }),
    );
  });

  it('shows any edit of any field', () => {
    const fields = ['at', 'actor', 'role', 'action', 'route', 'from', 'to', 'reason', 'forced'] as const;
    fc.assert(
      fc.property(
        chain,
        fc.nat(),
        fc.constantFrom(
          ...fields,
          'configVersion',
          'evidence',
          'evidenceDigest',
          'sequence',
          'hash',
          'previousHash',
        ),
        fc.anything({ withObjectString: false, maxDepth: 1 }),
        (entries, at, field, value) => {
          const index = at % entries.length;
          const edited = stored(entries.with(index, { ...entries[index]!, [field]: value } as AuditEntry));
          fc.pre(canonicalJson(edited[index]) !== canonicalJson(entries[index]));
          expect(verifyChain(edited, [headOfAll(entries)]).intact).to.equal(false);
        },
      ),
    );
  });

  it('shows an edit whose own hash was made to fit', () => {
    fc.assert(
      fc.property(chain, fc.nat(), draft, (entries, at, other) => {
        const index = at % entries.length;
        const { sequence, previousHash } = entries[index]!;
        const forged = link({ sequence: sequence - 1, hash: previousHash }, other);
        fc.pre(forged.hash !== entries[index]!.hash);
        expect(verifyChain(entries.with(index, forged), [headOfAll(entries)]).intact).to.equal(false);
      }),
    );
  });

  it('shows an entry that was taken out, put in, or moved', () => {
    fc.assert(
      fc.property(chain, fc.nat(), fc.nat(), draft, (entries, one, other, extra) => {
        const [from, to] = [one % entries.length, other % entries.length];
        const heads = [headOfAll(entries)];
        const inner = 1 + (one % (entries.length - 2));
        expect(verifyChain(entries.toSpliced(inner, 1), heads).intact, 'removed').to.equal(false);
        const before = from === 0 ? BEGINNING : headOf(entries[from - 1]!);
        const inserted = entries.toSpliced(from, 0, link(before, extra));
        expect(verifyChain(inserted, heads).intact, 'inserted').to.equal(false);
        fc.pre(from !== to);
        const moved = entries.with(from, entries[to]!).with(to, entries[from]!);
        expect(verifyChain(moved, heads).intact, 'moved').to.equal(false);
      }),
    );
  });

  it('shows against a known head that the newest are missing, however many', () => {
    fc.assert(
      fc.property(chain, fc.nat(), (entries, at) => {
        const kept = entries.slice(0, 1 + (at % (entries.length - 1)));
        expect(verifyChain(kept).intact, 'without a head nothing can show').to.equal(true);
        expect(verifyChain(kept, [headOfAll(entries)])).to.deep.include({
          ...{ intact: false, sequence: kept.length + 1 },
        });
      }),
    );
  });

  it('does not begin with 1 after something, and is intact when nothing is in it', () => {
    const first = link({ sequence: 0, hash: 'e'.repeat(64) }, fc.sample(draft, 1)[0]!);
    expect(verifyChain([first])).to.include({ intact: false, sequence: 1 });
    expect(verifyChain([])).to.deep.equal({ intact: true, entries: 0, after: BEGINNING, head: BEGINNING });
    expect(verifyChain([], [{ sequence: 2, hash: 'a' }])).to.include({ intact: false, sequence: 1 });
  });

  it('gives no place twice, whatever a store lost', () => {
    const place = fc.record({ sequence: fc.nat(50), hash: fc.constantFrom('a', 'b', '') });
    fc.assert(
      fc.property(place, fc.nat(50), fc.array(draft, { minLength: 1 }), (held, seen, drafts) => {
        const known = { sequence: seen, hash: 'k' };
        const entries = follow(held, known, drafts);
        const first = Math.max(held.sequence, seen) + 1;
        expect(entries.map(({ sequence }) => sequence)).to.deep.equal(
          drafts.map((_, index) => first + index),
        );
        const after = held.hash === '' || held.sequence < seen ? 'k' : held.hash;
        expect(entries[0].previousHash).to.equal(after);
        for (const { hash, ...rest } of entries) expect(digestOf(rest)).to.equal(hash);
      }),
    );
  });
});

describe('Canonical JSON', () => {
  it('spells a value one way, in whatever order its keys come', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(turned)).to.equal(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).to.deep.equal(JSON.parse(JSON.stringify(value)));
      }),
    );
    expect(canonicalJson({ b: [1, undefined, { d: 1, c: null }], a: undefined, é: 'x' })).to.equal(
      '{"b":[1,null,{"c":null,"d":1}],"é":"x"}',
    );
  });
});
