import type { Template } from "./template.ts";

/** A template with the SHA-256 of its content, for distribution. */
export const bundleSchema = "cagewright/template-bundle/1";

export interface TemplateBundle {
	readonly schema: typeof bundleSchema;
	readonly sha256: string;
	readonly template: Template;
}

export type Unbundled = { readonly value: unknown; readonly sha256: string } | undefined;

/** Returns a bundle's content; undefined if `value` is no bundle. */
export function unbundle(value: unknown): Unbundled {
	if (typeof value !== "object" || value === null) return undefined;
	const { schema, sha256, template } = value as Partial<Record<keyof TemplateBundle, unknown>>;
	return schema === bundleSchema ? { value: template, sha256: String(sha256) } : undefined;
}
