import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { Personal } from '../../../src/domain/personal.ts';
import { Secret } from '../../../src/domain/secret.ts';

describe('personal data', () => {
  const mobile = new Personal('mobile', '919999000001');

  it('prints its kind, never its value', () => {
    const printed = [JSON.stringify({ mobile }), inspect({ mobile }), inspect(mobile, { showHidden: true })].join();

    expect(printed).toContain('[mobile]');
    expect(printed).not.toContain('919999000001');
  });

  it('does not become text by itself: in a key, all customers would be one', () => {
    expect(() => String(mobile as unknown)).toThrow(TypeError);
    expect(() => `v2/customers/${mobile as unknown as string}`).toThrow(TypeError);
  });

  it('is told apart by kind and value', () => {
    expect(mobile.equals(new Personal('mobile', '919999000001'))).toBe(true);
    expect(mobile.equals(new Personal('mobile', '919999000002'))).toBe(false);
    expect(mobile.equals(new Personal('card number', '919999000001'))).toBe(false);
  });
});

describe('a secret', () => {
  it('prints as [secret] however it is printed', () => {
    const secret = new Secret('hunter2');
    const printed = [JSON.stringify({ secret }), inspect({ secret }), String(secret)].join();

    expect(printed).not.toContain('hunter2');
    expect(printed.split('[secret]')).toHaveLength(4);
  });
});
