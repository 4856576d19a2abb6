import { readdirSync, readFileSync } from 'node:fs';

/** The folder of the package that a file belongs to, scoped or not, however deep it is installed. */
const PACKAGE = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;

/** What the licenses of bundled packages ask to be handed on, one after the other. */
export function licensesOf(files, root) {
  const folders = new Set(files.flatMap((file) => PACKAGE.exec(file)?.[0] ?? []));
  return [...folders]
    .toSorted()
    .map((folder) => licenseOf(`${root}/${folder}`))
    .join(`\n${'-'.repeat(80)}\n\n`);
}

function licenseOf(folder) {
  const { name, version, license = 'not said' } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const texts = readdirSync(folder)
    .filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file))
    .map((file) => readFileSync(`${folder}/${file}`, 'utf8').trim());
  return `${[`${name} ${version}, license: ${license}`, ...texts].join('\n\n')}\n`;
}
