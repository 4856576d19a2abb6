import { startBenchPlatform, type PlatformRules } from './platform.ts';

/**
 * The platform in a process of its own: told what to do, and asked what it saw, over the channel to the process that
 * started it.
 */

/** What it is asked. */
export type PlatformCommand =
  | { readonly name: 'rule'; readonly rules: Partial<PlatformRules> }
  | { readonly name: 'takeRecord' | 'stop' | 'resume' };

/** A question and its answer are told apart by their number. */
export interface PlatformMessage<Content> {
  readonly number: number;
  readonly content: Content;
}

const platform = await startBenchPlatform();

async function obey(command: PlatformCommand): Promise<unknown> {
  switch (command.name) {
    case 'rule':
      platform.rule(command.rules);
      return undefined;
    case 'takeRecord':
      return platform.takeRecord();
    case 'stop':
      return platform.stop();
    case 'resume':
      return platform.resume();
  }
}

process.on('message', ({ number, content }: PlatformMessage<PlatformCommand>) => {
  void obey(content).then((result) => process.send?.({ number, content: result }));
});
// Without the process that asks, there is nothing to stay for.
process.on('disconnect', () => void platform.stop());
process.send?.({ number: 0, content: platform.url });
