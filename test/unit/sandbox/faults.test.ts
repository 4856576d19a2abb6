import { describe, expect, it } from '@jest/globals';
import { createFaultPlan } from '../../../src/sandbox/faultPlan.ts';
import { FAULT_GRAMMAR, parseFaults } from '../../../src/sandbox/faults.ts';

describe('parseFaults', () => {
  it('reads no faults from an empty text', () => {
    expect(parseFaults('')).toEqual([]);
    expect(parseFaults('  ')).toEqual([]);
  });

  it('reads an endpoint, a fault and a share, and several with commas', () => {
    expect(parseFaults('pointsBalance:500@0.1, ledgerBalance:stall,*:wait=800,token:code=521@1')).toEqual([
      { endpoint: 'pointsBalance', misbehaviour: { kind: 'status', value: 500 }, share: { of: 1, outOf: 10 } },
      { endpoint: 'ledgerBalance', misbehaviour: { kind: 'stall' }, share: { of: 1, outOf: 1 } },
      { endpoint: '*', misbehaviour: { kind: 'wait', value: 800 }, share: { of: 1, outOf: 1 } },
      { endpoint: 'token', misbehaviour: { kind: 'code', value: 521 }, share: { of: 1, outOf: 1 } },
    ]);
  });

  it.each([
    ['an endpoint that is not there', 'coupons:500'],
    ['a fault that is not there', 'lookup:explode'],
    ['a status that is no error', 'lookup:200'],
    ['a status without an endpoint', '500'],
    ['a share of nothing', 'lookup:500@0'],
    ['a share of more than all', 'lookup:500@1.1'],
    ['a share that is no number', 'lookup:500@often'],
    ['a wait without its time', 'lookup:wait'],
    ['a number for a fault that has none', 'lookup:stall=5'],
    ['an inherited name', 'lookup:constructor'],
    ['a part that is empty', 'lookup:500,'],
    ['a fault that can never strike there', 'customer:refuse-id'],
    ["another customer's token", 'token:other-customer'],
  ])('refuses %s, and explains the grammar', (_what, text) => {
    expect(() => parseFaults(text)).toThrow(FAULT_GRAMMAR);
  });
});

describe('createFaultPlan', () => {
  const query = new URLSearchParams();
  const hits = (faults: string, calls: number): (string | number)[] => {
    const plan = createFaultPlan(parseFaults(faults));
    return Array.from({ length: calls }, () => {
      const misbehaviour = plan('pointsBalance', query);
      if (misbehaviour === null) return '-';
      return misbehaviour.kind === 'status' ? misbehaviour.value : misbehaviour.kind;
    });
  };

  it('hits every call without a share', () => {
    expect(hits('pointsBalance:reset', 3)).toEqual(['reset', 'reset', 'reset']);
  });

  it('spreads a share evenly: 0.25 is every fourth call, 0.1 the tenth', () => {
    expect(hits('*:500@0.25', 8)).toEqual(['-', '-', '-', 500, '-', '-', '-', 500]);
    expect(hits('*:500@0.1', 30).flatMap((hit, i) => (hit === 500 ? [i + 1] : []))).toEqual([10, 20, 30]);
  });

  it.each([0.29, 0.7, 0.333, 1])('hits exactly the share %d of a thousand calls', (share) => {
    expect(hits(`*:500@${share}`, 1000).filter((hit) => hit === 500)).toHaveLength(share * 1000);
  });

  it('counts for a later fault only the calls that an earlier one has left alone', () => {
    expect(hits('*:500@0.5,*:503@0.5', 8)).toEqual(['-', 500, 503, 500, '-', 500, 503, 500]);
  });

  it('counts per fault, and leaves other endpoints alone', () => {
    const plan = createFaultPlan(parseFaults('lookup:500@0.5'));
    plan('pointsBalance', query);
    expect(plan('lookup', query)).toBeNull();
    plan('pointsBalance', query);
    expect(plan('lookup', query)).toEqual({ kind: 'status', value: 500 });
  });

  it('refuses an id only where the ledger is asked by one', () => {
    const plan = createFaultPlan(parseFaults('*:refuse-id'));
    expect(plan('ledgerBalance', new URLSearchParams('identifierName=mobile'))).toBeNull();
    expect(plan('pointsBalance', new URLSearchParams('identifierName=id'))).toBeNull();
    expect(plan('ledgerBalance', new URLSearchParams('identifierName=id'))).toEqual({ kind: 'refuse-id' });
  });
});
