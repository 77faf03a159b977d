import { expect } from 'chai';
import fc from 'fast-check';
import { BEGINNING, headOf, link, verifyChain } from '../../../../facade/audit/chain.ts';
import type { AuditDraft, AuditEntry, ChainHead } from '../../../../facade/audit/entry.ts';
import { createKnownChain, RECENT } from '../../../../facade/audit/known-chain.ts';

const draft: AuditDraft = {
  ...{ route: 'r', at: 1, actor: 'ann', role: 'operator', action: 'set', reason: 'test', forced: false },
  ...{ from: { stage: 'legacy', percent: 0 }, to: { stage: 'shadow', percent: 0 }, configVersion: 'v' },
};
const chainOf = (count: number, reason = 'test'): AuditEntry[] => {
  let head: ChainHead = BEGINNING;
  return Array.from({ length: count }, (_, index) => {
    const entry = link(head, { ...draft, at: index, reason });
    head = headOf(entry);
    return entry;
  });
};

describe('What is known of a chain', () => {
  it('makes a store whole that lost its newest entries, however it came to know them', () => {
    const sizes = fc.record({
      all: fc.integer({ min: 1, max: 40 }),
      left: fc.nat(),
      page: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(sizes, ({ all, left, page }) => {
        const entries = chainOf(all);
        const known = createKnownChain();
        for (let at = 0; at < all; at += page)
          known.saw(entries.slice(at, at + page), headOf(entries.at(-1)!));
        // What was read once is read again, in part, by whoever asks for it.
        known.saw(entries.slice(0, page));
        const kept = entries.slice(0, left % (all + 1));
        const stored = kept.length === 0 ? BEGINNING : headOf(kept.at(-1)!);
        const missing = known.missing(stored, 9);
        expect([...kept, ...(missing?.entries ?? [])]).to.deep.equal(entries);
        expect(missing?.kind).to.equal(kept.length === all ? undefined : 'back');
      }),
    );
  });

  it('is bounded: of a long chain that is gone the newest come back, and the rest is told as kept elsewhere', () => {
    const entries = chainOf(RECENT + 20);
    const known = createKnownChain();
    known.saw(entries);
    const back = known.missing(BEGINNING, 9)!.entries;
    expect(back).to.deep.equal(entries.slice(20));
    expect(verifyChain(back)).to.deep.include({ intact: true, after: headOf(entries[19]!) });
    const gap = known.missing(headOf(entries[9]!), 9)!;
    expect(gap.kind).to.equal('loss');
    const held = [...entries.slice(0, 10), ...gap.entries];
    const loss = { sequence: RECENT + 21, after: 10 };
    expect(verifyChain(held, [headOf(entries.at(-1)!)])).to.deep.include({ intact: true, losses: [loss] });
    expect(verifyChain([...entries, ...gap.entries])).not.to.have.property('losses');
  });

  it('tells of a loss where others wrote after it, or only the head is known', () => {
    const entries = chainOf(3);
    const others = chainOf(1, 'by another');
    const known = createKnownChain();
    known.saw(entries);
    const { kind, entries: given } = known.missing(headOf(others[0]!), 9)!;
    expect(kind).to.equal('loss');
    expect(given[0]).to.deep.include({ action: 'lost', at: 9, sequence: 4, lost: headOf(others[0]!) });
    expect(verifyChain([...others, ...given])).to.deep.include({ intact: true });
    const late = createKnownChain(headOf(entries[2]!)).missing(BEGINNING, 9)!;
    expect(late.kind).to.equal('loss');
    expect(verifyChain([...late.entries])).to.deep.include({ intact: true, after: headOf(entries[2]!) });
  });

  it('lets no entry be taken out, or changed, under cover of a loss', () => {
    const entries = chainOf(9);
    const known = createKnownChain();
    known.saw(entries.slice(5), headOf(entries[8]!));
    const held = [...entries.slice(0, 4), ...known.missing(headOf(entries[3]!), 9)!.entries];
    expect(verifyChain(held)).to.deep.include({ intact: true, losses: [{ sequence: 10, after: 4 }] });
    expect(verifyChain(held.toSpliced(3, 1))).to.include({ intact: false, sequence: 10 });
    const forged = link(headOf(entries[2]!), { ...draft, reason: 'forged' });
    expect(verifyChain(held.with(3, forged))).to.include({ intact: false, sequence: 10 });
    const told = { ...held[4]!, lost: headOf(entries[1]!) };
    expect(verifyChain(held.with(4, told))).to.include({ intact: false, sequence: 10 });
  });
});
