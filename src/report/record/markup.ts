import { printable } from "../../core/path/quote.ts";

/** Markup that is already safe. Only what is in here may stand in a page unescaped. */
export interface Markup {
	readonly html: string;
}

type Value = string | number | Markup | readonly Markup[];

/** A template of markup; every value that is no markup itself becomes text. */
export function markup(strings: TemplateStringsArray, ...values: readonly Value[]): Markup {
	const shown = values.map((value) => {
		if (typeof value === "string" || typeof value === "number") return escaped(String(value));
		return Array.isArray(value) ? value.map(({ html }) => html).join("") : (value as Markup).html;
	});
	return { html: strings.reduce((all, part, index) => all + part + (shown[index] ?? ""), "") };
}

export const nothing: Markup = { html: "" };

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escaped(text: string): string {
	return printable(text).replace(/[&<>"']/g, (character) => entities[character] ?? "");
}
