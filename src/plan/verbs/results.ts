import * as v from "valibot";
import { fields, number, optional, paths, text } from "../../base/report/descriptions.ts";
import { changed, settings } from "../../cage/report/descriptions.ts";
import { coverageReport } from "../../coverage/report/descriptions.ts";
import { planned } from "../report/descriptions.ts";

/** Also of `make` without an answer to its question, which prints no coverage. */
const plan = v.union([
	fields({
		name: text,
		...planned,
		comparedWith: optional(number),
		difference: optional(fields({ added: paths, changed, removed: paths, settings })),
		...coverageReport,
	}),
	fields({ name: text, ...planned }),
]);

export const results = { plan };
