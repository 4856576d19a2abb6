import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { shareOf } from '../../../src/cluster/share.ts';

it('shares are as even as it goes, and leave nothing over', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 0, max: 1000 }), (size, more) => {
      const total = size + more;
      const shares = Array.from({ length: size }, (_, index) => shareOf(total, size, index));

      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(total);
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
    }),
  );
});
