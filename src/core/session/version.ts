/** The form of what is stored. A change that `restored` cannot make up for gets a new number and a migration from the one before. */
export const sessionVersion = 1;

export type Migration = (fields: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

/** `migrations[0]` makes version 2 of version 1, and so on. */
export const migrations: readonly Migration[] = [];

/** The fields in the form of today. `newer` where another version wrote them that knows more, `unknown` where the number is none. */
export function migrated(
	version: unknown,
	fields: Readonly<Record<string, unknown>>,
	chain: readonly Migration[] = migrations,
): Readonly<Record<string, unknown>> | "newer" | "unknown" {
	if (typeof version !== "number" || !Number.isInteger(version) || version < 1) return "unknown";
	if (version > chain.length + 1) return "newer";
	return chain.slice(version - 1).reduce((before, migration) => migration(before), fields);
}
