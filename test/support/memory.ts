import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes of the heap and of buffers in use, once all that nothing leads to has been collected. */
export function heapBytes(): number {
  collect();
  collect(); // What buffers took is given back behind the first.
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Bytes that the process takes, once all that nothing leads to has been collected. */
export function rssBytes(): number {
  collect();
  return process.memoryUsage.rss();
}
