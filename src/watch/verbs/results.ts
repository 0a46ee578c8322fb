import { fields, flag, number, path, text } from "../../base/report/descriptions.ts";

/** Of `--install` and `--uninstall`; alarms are lines of their own. */
const watch = fields({ path: text, dryRun: flag, changed: flag, unit: text });

/** Of `metrics -o FILE`. */
const metrics = fields({ file: path, cages: number });

export const results = { metrics, watch };
