import type { TemplateProblem } from "../core/template/problems.ts";

/** What is wrong with a value in a template, English. */
export const templateProblemsEn: Record<TemplateProblem, string> = {
	"template-too-large": "larger than a template may be ({bytes:bytes} of {limit:bytes})",
	"template-not-json": "not JSON: {message}",
	"wrong-type": "must be {expected}, is {received}",
	"unknown-field": "there is no such field",
	"missing-field": "this field is missing",
	"not-an-opening": "must be proc, unix-sockets, syslog, memfd, writable-code or capability:NAME in lower case",
	"not-one-of": "must be one of {expected}",
	empty: "must not be empty",
	"too-long": "longer than {limit} characters",
	"too-many": "more than {limit} values",
	"out-of-range": "must be from {min} to {max}",
	"bad-name": "no name: letters, digits, dot, dash and underscore, beginning with a letter or digit",
	"control-character": "holds a control character",
	"not-text": "holds half of a character",
	"not-absolute": "must begin with a slash",
	"parent-component": "must not climb with `..`",
	"glob-not-allowed": "must be a path, not a pattern",
	"too-broad": "would take in too much",
	"password-file": "reaches a file with passwords",
	"numeric-account": "must name the account, a number is another one on every machine",
	"bad-account": "no name of an account",
	"bad-variable-name": "no name of a variable",
	"not-a-device": "must be below /dev",
	"unknown-placeholder": "unknown placeholder {name}",
};
