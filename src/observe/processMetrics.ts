import { collectDefaultMetrics, Registry } from 'prom-client';

/**
 * Begins to watch the process it runs in (event loop lag, heap, garbage collection, CPU, open files), and gives the
 * registry that shows it. Once a process: what watches it does so to its end.
 */
export function watchProcess(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
