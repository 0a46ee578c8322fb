import { templateVersion } from "./template.ts";

/** One step each: a template of that version as the next version says it. They leave alone what is no template. */
const migrations: Readonly<Record<number, (value: Readonly<Record<string, unknown>>) => Record<string, unknown>>> = {
	// There were no parameters: each `${word}` of a shell line was the shell's own, and stays it. Nothing changes but the number.
	1: (value) => ({ ...value, schema: "cagewright/template/2" }),
};

export type Migrated = { readonly value: unknown } | { readonly newer: number };

/** A template of any version as the present one says it. */
export function migrate(value: unknown): Migrated {
	let current = value;
	for (;;) {
		const version = versionOf(current);
		if (version !== undefined && version > templateVersion) return { newer: version };
		const step = version === undefined || version === templateVersion ? undefined : migrations[version];
		if (step === undefined) return { value: current };
		current = step(current as Record<string, unknown>);
	}
}

function versionOf(value: unknown): number | undefined {
	if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
	const match = /^cagewright\/template\/([1-9][0-9]{0,5})$/.exec(String((value as { schema?: unknown }).schema));
	return match ? Number(match[1]) : undefined;
}
