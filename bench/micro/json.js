// npm run build && node bench/micro/json.js
// What reading the JSON of a full ledger page costs.
import { parse as parseLossless } from 'lossless-json';
import { parseJson } from '../../build/platform/answer/json.js';
import { LEDGER } from './bodies.js';
import { measure, print } from './measure.js';

const parsers = {
  'lossless-json': () => parseLossless(LEDGER),
  'src/platform/answer/json.ts': () => parseJson(LEDGER),
  'JSON.parse, which rounds': () => JSON.parse(LEDGER),
};
print('The JSON of a ledger page', await measure(parsers, { times: 5000 }));
