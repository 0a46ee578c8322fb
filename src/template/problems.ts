import type { Note } from "../base/failure.ts";

/** Problems of values in a template. Braces list the values for the message. */
export const templateProblems = [
	/** {bytes, limit} */
	"template-too-large",
	/** {message}: from the JSON parser. */
	"template-not-json",
	"too-deep",
	/** A name that occurs twice in an object. */
	"duplicate-field",
	/** {version, known}: from a later version of Cagewright. */
	"newer-version",
	/** {expected, received} */
	"wrong-type",
	"unknown-field",
	"missing-field",
	/** {expected} */
	"not-one-of",
	"empty",
	/** {limit} */
	"too-long",
	"too-many",
	/** {min, max} */
	"out-of-range",
	"bad-name",
	/** NUL, newline or another control character. */
	"control-character",
	/** Half of a surrogate pair, which cannot be encoded. */
	"not-text",
	"not-absolute",
	/** A path with `..`. */
	"parent-component",
	/** A glob instead of a path. */
	"glob-not-allowed",
	/** Would include everything, or a whole system directory. */
	"too-broad",
	/** Matches /etc/shadow or a similar file. */
	"password-file",
	/** A uid or gid: it means another account on each machine, and 0 is root. */
	"numeric-account",
	"bad-account",
	/** Not a socket that can be passed on. */
	"bad-socket",
	"bad-variable-name",
	"not-a-device",
	/** Not a word of `--allow` and `--refuse`. */
	"not-an-opening",
	/** {name} */
	"unknown-placeholder",
	/** Not a parameter name. */
	"bad-parameter",
	/** Not a value of the parameter's kind. */
	"bad-value",
	/** Not in the form `nginx(8)`. */
	"not-a-manual-page",
] as const;
export type TemplateProblem = (typeof templateProblems)[number];

/** An error with its place. */
export interface TemplateError extends Note<TemplateProblem> {
	/** JSONPath (RFC 9535), e.g. `$.application.command[0]`. */
	readonly path: string;
	/** JSON Pointer (RFC 6901), e.g. `/application/command/0`. */
	readonly pointer: string;
	/** In the file, from 1; absent if the template was not read from text. */
	readonly line?: number;
	readonly column?: number;
}
