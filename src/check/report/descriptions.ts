import { code, fields, flag, listOf, nullable, optional, path, text } from "../../base/report/descriptions.ts";

export const acknowledgement = { by: text, at: text, until: nullable(text) };

export const drift = {
	package: optional(text),
	from: optional(text),
	to: optional(text),
	security: flag,
	files: listOf(fields({ path, change: code(["changed", "gone"]) })),
};
