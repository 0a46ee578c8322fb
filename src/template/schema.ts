import * as v from "valibot";
import { isRecord } from "../base/collections.ts";
import { callFilters } from "../service/application.ts";
import { type RuleCheck, type RuleList, ruleOptions, ruleRows } from "../service/rule-options.ts";
import * as checks from "./checks.ts";
import { parameterKinds, parameterName, valueProblem } from "./parameters.ts";
import type { TemplateProblem } from "./problems.ts";
import { type Template, templateSchema } from "./template.ts";

/**
 * The schema of a template file. `templates/schema.json` is its JSON Schema for editors; only this one checks globs. Messages are
 * codes of `TemplateProblem`.
 */
const { limits } = checks;

function text(check: (text: string) => TemplateProblem | undefined, limit: number = limits.word) {
	return v.pipe(
		v.string(),
		v.maxLength(limit, "too-long" satisfies TemplateProblem),
		v.rawCheck(({ dataset, addIssue }) => {
			const problem = dataset.typed ? check(dataset.value) : undefined;
			if (problem !== undefined) addIssue({ message: problem });
		}),
	);
}

const filled = <T extends ReturnType<typeof text>>(schema: T) => v.pipe(schema, v.nonEmpty("empty" satisfies TemplateProblem));
const items = <T extends v.GenericSchema>(item: T) =>
	v.pipe(v.array(item), v.maxLength(limits.list, "too-many" satisfies TemplateProblem));
const list = <T extends v.GenericSchema>(item: T) => v.optional(items(item), []);

/** valibot's record ignores `__proto__`; here it is a bad name like any other. */
function map<T extends v.GenericSchema>(check: (key: string) => TemplateProblem | undefined, value: T) {
	return v.pipe(
		v.custom<Record<string, unknown>>(isRecord, "wrong-type" satisfies TemplateProblem),
		v.rawCheck(({ dataset, addIssue }) => {
			if (!dataset.typed) return;
			const keys = Object.keys(dataset.value);
			if (keys.length > limits.list) addIssue({ message: "too-many" satisfies TemplateProblem });
			for (const key of keys) {
				const problem = check(key);
				if (problem === undefined) continue;
				addIssue({
					message: problem,
					path: [{ type: "object", origin: "key", input: dataset.value, key, value: dataset.value[key] }],
				});
			}
		}),
		v.record(v.string(), value),
	);
}

/** valibot's strictObject accepts an array as an object without fields. */
function object<T extends v.ObjectEntries>(entries: T) {
	return v.pipe(v.custom<object>(isRecord, "wrong-type" satisfies TemplateProblem), v.strictObject(entries));
}

const people = (limit: number) =>
	object({ en: filled(text(checks.paragraphs, limit)), de: filled(text(checks.paragraphs, limit)) });

const path = text(checks.path, limits.path);
const shellLine = filled(text(checks.oneLine));

const command = v.pipe(
	v.array(text(checks.oneLine)),
	v.nonEmpty("empty" satisfies TemplateProblem),
	v.maxLength(limits.list, "too-many" satisfies TemplateProblem),
	v.rawCheck(({ dataset, addIssue }) => {
		if (!dataset.typed) return;
		for (const [key, value] of dataset.value.entries()) {
			const problem = key === 0 ? checks.program(value) : checks.argument(value);
			// `text` has reported this problem.
			if (problem === undefined || checks.oneLine(value) !== undefined) continue;
			addIssue({ message: problem, path: [{ type: "array", origin: "value", input: dataset.value, key, value }] });
		}
	}),
);

const whole = (least: number) =>
	v.pipe(
		v.number(),
		v.safeInteger("out-of-range" satisfies TemplateProblem),
		v.minValue(least, "out-of-range" satisfies TemplateProblem),
	);

/** Fields that may differ on another system. */
const varied = {
	command,
	user: text(checks.account, 128),
	cwd: path,
	env: map(checks.variableName, text(checks.oneLine)),
	probes: items(shellLine),
	exercises: items(shellLine),
	directories: items(text(checks.stateDirectory, limits.path)),
	sockets: items(text(checks.socket)),
};

const application = object({
	...varied,
	user: v.exactOptional(varied.user),
	cwd: v.optional(path, "/"),
	env: v.optional(varied.env, {}),
	probes: v.optional(varied.probes, []),
	exercises: v.optional(varied.exercises, []),
	timeout: v.optional(
		v.pipe(
			v.number(),
			v.integer("out-of-range" satisfies TemplateProblem),
			v.minValue(1, "out-of-range" satisfies TemplateProblem),
			v.maxValue(3600, "out-of-range" satisfies TemplateProblem),
		),
		30,
	),
	network: v.optional(v.picklist(["host", "none"], "not-one-of" satisfies TemplateProblem), "host"),
	calls: v.exactOptional(v.picklist(callFilters, "not-one-of" satisfies TemplateProblem)),
	directories: v.optional(varied.directories, []),
	sockets: v.exactOptional(varied.sockets),
	limits: v.exactOptional(
		object({
			memory: v.exactOptional(whole(4 * 1024 ** 2)),
			processes: v.exactOptional(whole(1)),
			files: v.exactOptional(whole(16)),
		}),
	),
});

const ruleTexts: Readonly<Record<RuleCheck, ReturnType<typeof text>>> = {
	accountName: text(checks.accountName, 128),
	boundDirectory: text(checks.boundDirectory, limits.path),
	decoy: text(checks.decoy, limits.path),
	device: text(checks.device, limits.path),
	permission: text(checks.permission),
	pattern: text(checks.pattern, limits.path),
	single: text(checks.single, limits.path),
	stateDirectory: text(checks.stateDirectory, limits.path),
	taken: text(checks.taken, limits.path),
};
const access = v.picklist(["ro", "rw"], "not-one-of" satisfies TemplateProblem);
const bind = object({ path: ruleTexts[ruleOptions.bind.check], access });
const ruleItem = ({ check, rule }: (typeof ruleRows)[number]) => (rule === "binds" ? bind : ruleTexts[check]);
type Items<Item extends v.GenericSchema> = ReturnType<typeof items<Item>>;
type RuleItems = Record<RuleList, Items<ReturnType<typeof text>>> & Record<"binds", Items<typeof bind>>;
const ruleItems = Object.fromEntries(ruleRows.map((row) => [row.rule, items(ruleItem(row))])) as unknown as RuleItems;

const rules = object(
	each(ruleItems, (one) => v.optional(one, [])) as { [Name in keyof RuleItems]: v.OptionalSchema<RuleItems[Name], []> },
);

const alternative = object({
	systems: v.pipe(items(text(checks.templateName, 64)), v.nonEmpty("empty" satisfies TemplateProblem)),
	tried: v.boolean(),
	application: v.exactOptional(object(someOf(varied))),
	rules: v.exactOptional(object(someOf(ruleItems))),
});

/** Makes every field optional. */
function someOf<Fields extends Readonly<Record<string, v.GenericSchema>>>(fields: Fields) {
	return each(fields, v.exactOptional) as { [Name in keyof Fields]: v.ExactOptionalSchema<Fields[Name], undefined> };
}

function each(fields: Readonly<Record<string, v.GenericSchema>>, change: (one: v.GenericSchema) => v.GenericSchema) {
	return Object.fromEntries(Object.entries(fields).map(([name, one]) => [name, change(one)]));
}

const needs = object({
	packages: v.optional(
		map(checks.templateName, v.pipe(v.array(text(checks.packageName, 128)), v.maxLength(limits.list, "too-many"))),
		{},
	),
	programs: list(text(checks.programName, limits.path)),
});

const parameter = v.pipe(
	object({
		title: people(200),
		kind: v.picklist(parameterKinds, "not-one-of" satisfies TemplateProblem),
		default: v.exactOptional(text(checks.oneLine, limits.path)),
	}),
	v.rawCheck(({ dataset, addIssue }) => {
		if (!dataset.typed || dataset.value.default === undefined) return;
		const value = dataset.value.default;
		const problem = valueProblem(dataset.value.kind, value);
		if (problem === undefined || checks.oneLine(value) !== undefined) return;
		addIssue({
			message: problem,
			path: [{ type: "object", origin: "value", input: dataset.value, key: "default", value }],
		});
	}),
);

const checkParameterName = (name: string) => (parameterName.test(name) ? undefined : ("bad-parameter" as const));

export const parameters = v.optional(map(checkParameterName, parameter), {});

export const schema = object({
	/** For editors only. */
	$schema: v.exactOptional(text(checks.oneLine)),
	schema: v.literal(templateSchema, "not-one-of" satisfies TemplateProblem),
	name: text(checks.templateName, 64),
	title: people(200),
	description: people(limits.text),
	parameters,
	application,
	rules: v.optional(rules, {}),
	needs: v.optional(needs, {}),
	alternatives: list(alternative),
	first: list(people(limits.text)),
	notes: list(people(limits.text)),
	documentation: list(text(checks.manualPage, 128)),
});

export type SchemaOutput = v.InferOutput<typeof schema>;
export function asTemplate({ $schema: _, ...output }: SchemaOutput): Template {
	return output;
}
