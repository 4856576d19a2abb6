import { gateway, peer, type Program, type Surroundings } from './programs.ts';
import { NAMES } from './targets.ts';
import { type WorkloadName, WORKLOADS } from './workloads.ts';

/** All programs, and the loads that say something about each. */
export function programsOf(surroundings: Surroundings): readonly (readonly [Program, readonly WorkloadName[]])[] {
  return [
    [gateway('got', surroundings), WORKLOADS],
    [gateway('undici', surroundings), WORKLOADS],
    [peer(NAMES.datasourceRest, 'apolloDatasourceRest.js', surroundings), WORKLOADS],
    [peer(NAMES.dataloaderGot, 'apolloDataloaderGot.js', surroundings), WORKLOADS],
    [peer(NAMES.mercurius, 'mercurius.js', surroundings), WORKLOADS],
    [peer(NAMES.mercuriusCache, 'mercurius.js', surroundings, 'cached'), ['hits', 'mixed']],
    [peer(NAMES.proxy, 'plainProxy.js', surroundings), WORKLOADS],
    [peer(NAMES.proxyUndici, 'plainProxy.js', surroundings, 'undici'), WORKLOADS],
  ];
}
