// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of templates
import { readFileSync, writeFileSync } from "node:fs";
import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { programFolder } from "../../src/base/host/release.ts";
import { noRules, type Rules } from "../../src/service/application.ts";
import { ruleRows } from "../../src/service/rule-options.ts";
import { limits } from "../../src/template/checks.ts";
import { builtinTemplates } from "../../src/template/host/sources.ts";
import { mergeTemplate } from "../../src/template/merge.ts";
import { checkTemplate, parseTemplate } from "../../src/template/parse.ts";
import { schema } from "../../src/template/schema.ts";
import { templateSkeleton } from "../../src/template/template.ts";
import { bareApplication } from "../cage/plans.ts";
import { accepted, refused, refusedByUs, smallest, template } from "./corpus.ts";

interface Part {
	readonly $ref?: string;
	readonly allOf?: readonly Part[];
	readonly default?: unknown;
	readonly description?: string;
	readonly properties: Readonly<Record<string, Part>>;
}
interface JsonSchema extends Part {
	readonly definitions: Readonly<Record<"alternative" | "application" | "rules", Part>>;
}
const place = `${programFolder()}/templates/schema.json`;
const written = JSON.parse(readFileSync(place, "utf8")) as JsonSchema;
const jsonSchema = new Ajv({ allErrors: true, strictTypes: false, strictTuples: false }).compile(written);
/** What templates/schema.json finds wrong. */
function errorsOf(json: unknown) {
	jsonSchema(json);
	return jsonSchema.errors ?? [];
}

describe("a template", () => {
	it.each(Object.entries(accepted))("is accepted: %s", (_, json) => {
		expect(parseTemplate(JSON.stringify(json))).toHaveProperty("template");
	});

	it("gets its defaults", () => {
		const empty = { parameters: {}, needs: { packages: {}, programs: [] }, alternatives: [], first: [], notes: [] };
		const defaults = { ...empty, application: bareApplication, rules: noRules, documentation: [] };
		expect(template(smallest)).toEqual({ ...smallest, ...defaults });
	});

	it.each(Object.entries({ ...refused, ...refusedByUs }))("is refused: %s", (_, [json, path, code]) => {
		const parsed = checkTemplate(json);
		expect("errors" in parsed ? parsed.errors.map((error) => [error.path, error.code]) : parsed).toEqual([[path, code]]);
	});

	it("reports all errors, with values", () => {
		const parsed = checkTemplate({ ...smallest, name: "X", x: 1, title: { en: "x".repeat(300), de: 7 } });
		expect(parsed).toEqual({
			errors: [
				{ path: "$.name", pointer: "/name", code: "bad-name", values: {} },
				{ path: "$.title.en", pointer: "/title/en", code: "too-long", values: { limit: 200 } },
				{ path: "$.title.de", pointer: "/title/de", code: "wrong-type", values: { expected: "string", received: "7" } },
				{ path: "$.x", pointer: "/x", code: "unknown-field", values: {} },
			],
		});
	});

	it("is refused by size before it is parsed, and if it is not JSON", () => {
		const code = (text: string) => {
			const parsed = parseTemplate(text);
			return "errors" in parsed ? parsed.errors[0]?.code : undefined;
		};
		expect(code(" ".repeat(1024 * 1024 + 1))).toBe("template-too-large");
		expect(code(`"${"ü".repeat(600_000)}"`)).toBe("template-too-large");
		expect(code("[".repeat(1_000_000))).toBe("too-deep");
		expect(code(`${"[".repeat(400_000)}${"]".repeat(400_000)}`)).toBe("too-deep");
		expect(code("{")).toBe("template-not-json");
		expect(code("\ufeff{}")).toBe("missing-field");
	});

	it("never throws, whatever it contains", () => {
		const places: ((value: unknown) => unknown)[] = [
			(value) => value,
			(value) => ({ ...smallest, name: value }),
			(value) => ({ ...smallest, application: { command: [value, value], user: value, env: { A: value }, cwd: value } }),
			(value) => ({ ...smallest, rules: { include: [value], exclude: [value], devices: [value] } }),
			(value) => ({ ...smallest, rules: { binds: [{ path: value, access: "ro" }] } }),
			(value) => ({ ...smallest, rules: value, needs: value }),
		];
		const hostile = fc.oneof(
			fc.string({ unit: fc.constantFrom(..."/.*?[]{}!()@+|\\^$,-ae~") }).map((text) => `/${text}`),
			fc.jsonValue(),
			fc.string({ unit: "binary" }),
		);
		fc.assert(
			fc.property(fc.constantFrom(...places), hostile, (place, value) => {
				const parsed = checkTemplate(place(value));
				for (const error of "errors" in parsed ? parsed.errors : []) {
					expect(error.path).toMatch(/^\$/);
					expect(error.code).toMatch(/^[a-z-]+$/);
				}
			}),
			{ numRuns: 300 },
		);
	});
});

it("the documentation's example and a new template are valid in both schemas", () => {
	const documentation = readFileSync(`${programFolder()}/docs/guide/templates.md`, "utf8");
	const [, example = ""] = /```json\n([\s\S]*?)```/.exec(documentation) ?? [];
	for (const json of [JSON.parse(example), templateSkeleton("shop", "/x/schema.json")]) {
		expect(checkTemplate(json)).toHaveProperty("template");
		expect(errorsOf(json)).toEqual([]);
	}
});

describe("templates/schema.json", () => {
	it.each(Object.entries(accepted))("accepts %s", (_, json) => expect(errorsOf(json)).toEqual([]));
	it.each(Object.entries(refused))("refuses %s", (_, [json]) => expect(jsonSchema(json)).toBe(false));

	it("describes every field", () => {
		const definition = (ref = "") => (written.definitions as Readonly<Record<string, Part>>)[ref.split("/").at(-1) ?? ""];
		const isDescribed = (part: Part | undefined): boolean =>
			part !== undefined &&
			(part.description !== undefined || isDescribed(definition(part.$ref)) || (part.allOf ?? []).some(isDescribed));
		const dark: string[] = [];
		const look = (part: unknown, at: string) => {
			if (typeof part !== "object" || part === null) return;
			for (const [name, field] of Object.entries((part as Part).properties ?? {}))
				if (!at.endsWith("then") && !at.endsWith("if") && !isDescribed(field)) dark.push(`${at}/${name}`);
			for (const [name, one] of Object.entries(part)) look(one, `${at}/${name}`);
		};
		look(written, "");
		expect(dark).toEqual([]);
	});
});

it("the built-in templates exist and are valid in both schemas", () => {
	const templates = builtinTemplates();
	expect(templates.map(({ name }) => name)).toEqual([
		"apache2",
		"bind9",
		"demo",
		"dnsmasq",
		"haproxy",
		"mariadb",
		"network-daemon",
		"nginx",
		"nginx-account",
		"node-service",
		"php-fpm",
		"python-service",
		"redis",
		"sftp",
		"web-folder",
	]);
	for (const each of templates) {
		expect(jsonSchema(each), each.name).toBe(true);
		expect(each.application.probes.length).toBeGreaterThan(0);
	}
});

describe("merging with answers", () => {
	const base = template({
		...smallest,
		application: {
			command: ["${node}", "${demo}", "x${node}"],
			user: "nobody",
			env: { A: "1", B: "2" },
			probes: ['"${node}" -e 0; ${demo} "$CAGEWRIGHT_ROOT"'],
			exercises: ["one"],
		},
		rules: { include: ["/a"], binds: [{ path: "/srv/x", access: "ro" }] },
	});
	const placeholders = { node: "/opt/my node/bin/$(node)", demo: "/opt/demo.js" };

	it("fills in placeholders: words unchanged, shell lines quoted", () => {
		const command = ["/opt/my node/bin/$(node)", "/opt/demo.js", "x/opt/my node/bin/$(node)"];
		const probes = [`'/opt/my node/bin/$(node)' -e 0; /opt/demo.js "$CAGEWRIGHT_ROOT"`];
		expect(mergeTemplate(base, {}, { placeholders })).toMatchObject({ application: { command, probes, user: "nobody" } });
	});

	it("names a missing placeholder", () => {
		const error = { code: "placeholder-unresolved", name: "demo" };
		expect(mergeTemplate(base, {}, { placeholders: { node: "/n" } })).toEqual({ error });
	});

	const mergedRules = (before: Partial<Rules>, rules: Partial<Rules>) =>
		mergeTemplate({ ...template(smallest), rules: { ...noRules, ...before } }, { rules });

	it("lets the later decision about a permission win", () => {
		const merged = mergedRules({ allow: ["memfd", "proc"], refuse: ["syslog"] }, { allow: ["syslog"], refuse: ["memfd"] });
		expect(merged).toMatchObject({ rules: { allow: ["proc", "syslog"], refuse: ["memfd"] } });
	});

	it("lets the later decision about an account win", () => {
		const before = { accounts: ["user:mail", "games"], withoutAccounts: ["group:adm"] };
		const merged = mergedRules(before, { accounts: ["adm"], withoutAccounts: ["mail", "user:games"] });
		expect(merged).toMatchObject({ rules: { accounts: ["games", "adm"], withoutAccounts: ["mail", "user:games"] } });
	});

	it("takes each limit separately from the answers", () => {
		const application = { ...template(smallest).application, limits: { memory: 1 << 26, files: 64 } };
		const merged = mergeTemplate({ ...template(smallest), application }, { limits: { files: 128 } });
		expect(merged).toMatchObject({ application: { limits: { memory: 1 << 26, files: 128 } } });
	});

	it("lets answers win, and adds lists", () => {
		const replaced = { command: ["/bin/y"], user: "y:z", probes: ["mine"], timeout: 5, network: "none" } as const;
		const answers = {
			...replaced,
			env: { B: "3", C: "4" },
			exercises: ["one", "two"],
			rules: { include: ["/a", "/b"], binds: [{ path: "/srv/x", access: "rw" as const }] },
		};
		const { rules, ...application } = answers;
		expect(mergeTemplate(base, answers, { placeholders })).toEqual({
			application: { ...application, cwd: "/", env: { A: "1", B: "3", C: "4" }, directories: [] },
			rules: { ...noRules, ...rules },
		});
	});
});

/** All rules of the option table with the file's descriptions, and alternatives with the same fields. */
function renewed(before: JsonSchema): unknown {
	const { alternative, application, rules } = before.definitions;
	const properties = Object.fromEntries(
		ruleRows.map((row) => {
			const { check, rule } = row;
			const known = rules.properties[rule];
			const items = rule === "binds" ? (known as { items?: unknown }).items : { $ref: `#/definitions/${check}` };
			return [rule, { description: known?.description ?? "", type: "array", default: [], maxItems: limits.list, items }];
		}),
	);
	const varied = Object.keys(
		schema.pipe[1].entries.alternatives.wrapped.pipe[0].item.pipe[1].entries.application.wrapped.pipe[1].entries,
	);
	const withoutDefaults = (fields: object, names: readonly string[]) =>
		Object.fromEntries(
			Object.entries(fields)
				.filter(([name]) => names.includes(name))
				.map(([name, { default: _, ...field }]) => [name, field]),
		);
	const { properties: fields } = alternative;
	return {
		...before,
		definitions: {
			...before.definitions,
			rules: { ...rules, properties },
			alternative: {
				...alternative,
				properties: {
					...fields,
					application: { ...fields.application, properties: withoutDefaults(application.properties, varied) },
					rules: { ...fields.rules, properties: withoutDefaults(properties, Object.keys(properties)) },
				},
			},
		},
	};
}

it("templates/schema.json contains the rules of the option table (else: npm run snapshots)", () => {
	const now = renewed(written);
	if (process.env.RENEW_SNAPSHOTS) writeFileSync(place, JSON.stringify(now, null, "\t"));
	else expect(written).toEqual(now);
});

it("templates/schema.json contains the fields of the internal schema", () => {
	const { application, ...own } = schema.pipe[1].entries;
	expect(Object.keys(written.definitions.application.properties).sort()).toEqual(Object.keys(application.pipe[1].entries).sort());
	expect(Object.keys(written.properties).sort()).toEqual(["application", ...Object.keys(own)].sort());
});
