import { fields, path, text } from "../../base/report/descriptions.ts";

/** Of `run --print`. */
const run = fields({ name: text, script: path });
const signal = fields({ name: text, signal: text });

export const results = { run, signal };
