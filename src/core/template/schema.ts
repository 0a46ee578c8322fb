import * as v from "valibot";
import type { Rules } from "../application/application.ts";
import * as checks from "./checks.ts";
import type { TemplateProblem } from "./problems.ts";
import { type Template, templateSchema } from "./template.ts";

/**
 * The shape of a template file. `templates/schema.json` says the same in JSON Schema for editors; where that language cannot follow
 * (globs), this one decides. Messages are codes of `TemplateProblem`.
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
const list = <T extends v.GenericSchema>(item: T) =>
	v.optional(v.pipe(v.array(item), v.maxLength(limits.list, "too-many" satisfies TemplateProblem)), []);

/** valibot's record passes over `__proto__` in silence; an own property of that name must be refused like any other bad name. */
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

/** valibot's strictObject would take a list for an object without fields. */
function object<T extends v.ObjectEntries>(entries: T) {
	return v.pipe(v.custom<object>(isRecord, "wrong-type" satisfies TemplateProblem), v.strictObject(entries));
}

function isRecord(input: unknown): boolean {
	return typeof input === "object" && input !== null && !Array.isArray(input);
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
			// What is wrong with any line was said already.
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

const application = object({
	command,
	user: v.exactOptional(text(checks.account, 128)),
	cwd: v.optional(path, "/"),
	env: v.optional(map(checks.variableName, text(checks.oneLine)), {}),
	probes: list(shellLine),
	exercises: list(shellLine),
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
	directories: list(text(checks.stateDirectory, limits.path)),
	limits: v.exactOptional(
		object({
			memory: v.exactOptional(whole(4 * 1024 ** 2)),
			processes: v.exactOptional(whole(1)),
			files: v.exactOptional(whole(16)),
		}),
	),
});

const rules = object({
	include: list(text(checks.taken, limits.path)),
	exclude: list(text(checks.pattern, limits.path)),
	writable: list(text(checks.stateDirectory, limits.path)),
	seed: list(text(checks.single, limits.path)),
	binds: list(
		object({
			path: text(checks.boundDirectory, limits.path),
			access: v.picklist(["ro", "rw"], "not-one-of" satisfies TemplateProblem),
		}),
	),
	devices: list(text(checks.device, limits.path)),
	allowSecret: list(text(checks.single, limits.path)),
	allowSetuid: list(text(checks.single, limits.path)),
	allow: list(text(checks.opening, limits.word)),
	refuse: list(text(checks.opening, limits.word)),
	accounts: list(text(checks.accountName, 128)),
	withoutAccounts: list(text(checks.accountName, 128)),
} satisfies Record<keyof Rules, v.GenericSchema>);

const needs = object({
	packages: v.optional(
		map(checks.templateName, v.pipe(v.array(text(checks.packageName, 128)), v.maxLength(limits.list, "too-many"))),
		{},
	),
	programs: list(text(checks.programName, limits.path)),
});

export const schema = object({
	schema: v.literal(templateSchema, "not-one-of" satisfies TemplateProblem),
	name: text(checks.templateName, 64),
	title: people(200),
	description: people(limits.text),
	application,
	rules: v.optional(rules, {}),
	needs: v.optional(needs, {}),
	notes: list(people(limits.text)),
});

/** The schema gives what the interface says. */
export type SchemaOutput = v.InferOutput<typeof schema>;
export const asTemplate = (output: SchemaOutput): Template => output;
