import { cache } from './gateway.ts';

/**
 * Imported before a file of tests, has them run where answers are remembered, and what comes again is answered before it is
 * parsed: as in production.
 */
cache.freshSeconds = '15';
