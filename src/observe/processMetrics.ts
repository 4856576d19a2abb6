import { collectDefaultMetrics, Registry } from 'prom-client';

/**
 * Begins to watch the process it runs in (event loop lag, heap, garbage collection, CPU, open files), and gives its
 * metrics as text. Once a process: what watches it does so to its end.
 */
export function watchProcess(): () => Promise<string> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return () => registry.metrics();
}
