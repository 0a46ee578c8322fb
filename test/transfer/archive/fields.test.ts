import type * as v from "valibot";
import { expect, test } from "vitest";
import { storedManifest } from "../../../src/cage/manifest.ts";
import { applicationSchema, noRules } from "../../../src/service/application.ts";
import { serviceSchema } from "../../../src/service/service-settings.ts";
import {
	applicationFields,
	keptFields,
	manifestFields,
	ruleFields,
	serviceFields,
} from "../../../src/transfer/archive/fields.ts";

/** The names of a schema's fields, with those of the objects in them: `binds.created.uid`. */
function namesOf(schema: v.GenericSchema, above = ""): string[] {
	const { entries, item, wrapped } = schema as {
		readonly entries?: Readonly<Record<string, v.GenericSchema>>;
		readonly item?: v.GenericSchema;
		readonly wrapped?: v.GenericSchema;
	};
	const inner = item ?? wrapped;
	if (inner) return namesOf(inner, above);
	if (!entries) return [above];
	return Object.entries(entries).flatMap(([name, one]) => namesOf(one, above === "" ? name : `${above}.${name}`));
}

function decided(decisions: object, above = ""): string[] {
	return Object.entries(decisions).flatMap(([name, one]) => {
		const full = above === "" ? name : `${above}.${name}`;
		return typeof one === "string" ? [full] : decided(one, full);
	});
}

test("an import decides about every field of a manifest", () => {
	const { permissions, ...fields } = manifestFields;
	const named = namesOf(storedManifest);
	expect(named).toContain("binds.created.uid");
	// Nothing of them is imported.
	const whole = named.map((name) => name.replace(/^(accounts\.peers)\..*/, "$1"));
	expect([...new Set(whole)].sort()).toEqual(decided({ ...fields, openings: permissions }).sort());
});

test("an import decides about every field of an application, of its service and of the rules", () => {
	const top = (schema: { readonly entries: object }) => Object.keys(schema.entries).sort();
	expect(Object.keys(applicationFields).sort()).toEqual(top(applicationSchema));
	expect(Object.keys(serviceFields).sort()).toEqual(top(serviceSchema));
	expect(Object.keys(ruleFields).sort()).toEqual(Object.keys(noRules).sort());
});

test("a field without a decision is not imported", () => {
	expect(keptFields({ name: "web", later: "x", trials: [] }, { name: "judged", trials: "decided" } as never)).toEqual({
		name: "web",
	});
});
