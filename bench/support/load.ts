import { openConnection, postRequest, type Connection } from './connection.ts';
import { epochMs } from './platform.ts';
import { verdictOf, type Question, type Verdict } from './questions.ts';

/** One request of a user: what it asked, what came of it, when and how fast. */
export interface UserRequest {
  readonly question: Question;
  readonly verdict: Verdict;
  readonly startedAtMs: number;
  readonly tookMs: number;
}

/** A user's way to one server: as many connections as there are requests at the same time. */
export interface Client {
  ask(question: Question, headers?: Readonly<Record<string, string>>): Promise<UserRequest>;
  close(): void;
}

/** A client that keeps connections alive, and checks each answer against the id that was asked. */
export function createClient(url: URL): Client {
  const idle: Connection[] = [];

  async function take(): Promise<Connection> {
    for (let known = idle.pop(); known !== undefined; known = idle.pop()) if (known.isOpen) return known;
    return openConnection(url);
  }

  return {
    async ask(question, headers) {
      const connection = await take();
      const request = postRequest(url, question.body, headers);
      const startedAtMs = epochMs();
      const answer = await connection.exchange(request);
      const tookMs = epochMs() - startedAtMs;
      if (connection.isOpen) idle.push(connection);
      return { question, verdict: verdictOf(question, answer), startedAtMs, tookMs };
    },
    close() {
      for (const connection of idle.splice(0)) connection.close();
    },
  };
}

/** Begins requests at a steady rate, whether or not earlier ones have been answered; resolves when all have. */
export async function atRate(
  perSecond: number,
  seconds: number,
  begin: (number: number) => Promise<UserRequest>,
): Promise<readonly UserRequest[]> {
  const startMs = performance.now();
  const count = Math.round(perSecond * seconds);
  const requests: Promise<UserRequest>[] = [];
  while (requests.length < count) {
    const due = Math.min(count, Math.floor(((performance.now() - startMs) * perSecond) / 1000));
    while (requests.length < due) requests.push(begin(requests.length));
    await new Promise((resolve) => setTimeout(resolve, Math.min(1000 / perSecond, 5)));
  }
  return Promise.all(requests);
}

/** Keeps `width` requests under way until `isOver` says so. */
export async function sideBySide(
  width: number,
  isOver: () => boolean,
  begin: (number: number) => Promise<UserRequest>,
): Promise<readonly UserRequest[]> {
  const requests: UserRequest[] = [];
  let begun = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (!isOver()) requests.push(await begin((begun += 1)));
    }),
  );
  return requests;
}

/** How often each verdict was given, as text: `990 answered, 10 cut off`. */
export function tally(requests: readonly UserRequest[]): string {
  const counts = new Map<Verdict, number>();
  for (const { verdict } of requests) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  const byCount = [...counts].toSorted(([, a], [, b]) => b - a);
  return byCount.map(([verdict, count]) => `${count} ${verdict}`).join(', ');
}
