/** What `/readyz` answers. */
export interface Readiness {
  readonly httpStatus: number;
  readonly status: string;
  readonly reasons: readonly Readonly<Record<string, string>>[];
}

/** Asks a gateway how it is. */
export async function readinessOf({ adminUrl }: { readonly adminUrl: string }): Promise<Readiness> {
  const response = await fetch(`${adminUrl}/readyz`);
  const body = (await response.json()) as Omit<Readiness, 'httpStatus'>;
  return { httpStatus: response.status, ...body };
}

/** The samples of `/metrics` by their name and labels as they are written, `name{label="value"}`. */
export async function metricsOf({ adminUrl }: { readonly adminUrl: string }): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}
