/** What can be wrong with a value in a template. */
export type TemplateProblem =
	/** {bytes, limit} */
	| "template-too-large"
	/** {message}: what the JSON reader said. */
	| "template-not-json"
	| "too-deep"
	/** A name that its object has twice. */
	| "duplicate-field"
	/** {version, known}: made by a later program. */
	| "newer-version"
	/** {expected, received} */
	| "wrong-type"
	| "unknown-field"
	| "missing-field"
	/** {expected} */
	| "not-one-of"
	| "empty"
	/** {limit} */
	| "too-long"
	| "too-many"
	/** {min, max} */
	| "out-of-range"
	| "bad-name"
	/** NUL, newline or another control character. */
	| "control-character"
	/** Half of a surrogate pair: no text that could be written down. */
	| "not-text"
	| "not-absolute"
	/** `..` as a component. */
	| "parent-component"
	/** A glob where a path has to stand. */
	| "glob-not-allowed"
	/** Would take in everything, or a whole directory of the system. */
	| "too-broad"
	/** Reaches /etc/shadow or its like. */
	| "password-file"
	/** An account by number: it would say another thing on every machine, and 0 is root. */
	| "numeric-account"
	| "bad-account"
	/** No socket that can be handed over. */
	| "bad-socket"
	| "bad-variable-name"
	| "not-a-device"
	/** No word of `--allow` and `--refuse`. */
	| "not-an-opening"
	/** {name} */
	| "unknown-placeholder"
	/** The name of a parameter. */
	| "bad-parameter"
	/** No value of the parameter's kind. */
	| "bad-value"
	/** No word for what it is, as `nginx(8)`. */
	| "not-a-manual-page";

/** A refusal with its place. */
export interface TemplateError {
	/** JSONPath (RFC 9535), e.g. `$.application.command[0]`. */
	readonly path: string;
	/** The same as a JSON Pointer (RFC 6901): `/application/command/0`. */
	readonly pointer: string;
	/** In the file, from 1; absent where there was no text to look at. */
	readonly line?: number;
	readonly column?: number;
	readonly code: TemplateProblem;
	readonly values: Readonly<Record<string, string | number>>;
}
