import * as v from "valibot";
import {
	code,
	fields,
	flag,
	listOf,
	number,
	optional,
	path,
	someOf,
	text,
	texts,
	values,
	yes,
} from "../../base/report/descriptions.ts";
import { applicationEntries, ruleEntries } from "../../service/report/descriptions.ts";
import { parameterKinds } from "../parameters.ts";
import { templateProblems } from "../problems.ts";
import { templateSchema } from "../template.ts";

const people = fields({ en: text, de: text });
const parameters = v.pipe(v.record(text, text), v.readonly());
const { calls: _, limits: __, network: ___, timeout: ____, ...varied } = applicationEntries;

const alternative = fields({
	systems: texts,
	tried: flag,
	application: optional(fields(someOf(varied))),
	rules: optional(fields(someOf(ruleEntries))),
});

const parameter = fields({ title: people, kind: v.picklist(parameterKinds), default: optional(text) });

const wholeTemplate = fields({
	schema: v.literal(templateSchema),
	name: text,
	title: people,
	description: people,
	parameters: v.pipe(v.record(text, parameter), v.readonly()),
	application: fields(applicationEntries),
	rules: fields(ruleEntries),
	needs: fields({ packages: v.pipe(v.record(text, texts), v.readonly()), programs: texts }),
	alternatives: listOf(alternative),
	first: listOf(people),
	notes: listOf(people),
	documentation: texts,
});

const stored = { name: text, builtIn: flag, accepted: flag, path: text, sha256: text };
const imported = fields({ name: text, sha256: text, imported: flag, changed: flag, path: optional(text) });

const errors = listOf(
	fields({
		code: code(templateProblems),
		values,
		path: text,
		pointer: text,
		line: optional(number),
		column: optional(number),
	}),
);

const template = v.union([
	/** list */
	fields({ templates: listOf(fields({ ...stored, title: people, description: people })) }),
	/** show */
	fields({ ...stored, values: parameters, template: wholeTemplate }),
	/** save */
	fields({ name: text, path: text, values: parameters }),
	/** new */
	fields({ name: text, path }),
	/** check */
	fields({ file: text, valid: yes }),
	fields({ file: text, valid: v.literal(false), errors }),
	/** diff */
	fields({
		name: text,
		template: text,
		differences: listOf(fields({ pointer: text, before: optional(text), after: optional(text) })),
	}),
	/** import */
	fields({ templates: listOf(imported) }),
	fields({ files: listOf(fields({ file: text, errors })) }),
	/** accept */
	fields({ name: text, sha256: text, accepted: flag }),
	/** export */
	fields({ name: text, path, sha256: text }),
	/** remove */
	fields({ name: text, removed: yes }),
]);

export const results = { template };
