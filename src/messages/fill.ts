import type { Values } from "../core/failure.ts";
import { printable } from "../core/path/quote.ts";

export type { Values };

/**
 * Puts values into a sentence: `{name}` as it is, `{name:bytes}` and `{name:count}` in the language's way of writing numbers, `{name:ago}` of seconds,
 * `{name|one|other}` the word that goes with the number, `{name?text}` a text around the value, `%`, that is left out where there is none. Values come
 * from elsewhere, so nothing in them may steer a terminal.
 */
export function fill(sentence: string, values: Values, language: string): string {
	const whole = sentence.replace(/\{(\w+)\?([^{}]*)\}/g, (_, name: string, part: string) => {
		const value = String(values[name] ?? "");
		return value === "" ? "" : part.replace("%", () => `{${name}}`);
	});
	return whole.replace(/\{(\w+)(?::(bytes|count|ago)|\|([^|}]*)\|([^|}]*))?\}/g, (_, name: string, form, one, other) => {
		const value = values[name] ?? "";
		if (form === "bytes") return formatBytes(Number(value), language);
		if (form === "count") return formatCount(Number(value), language);
		if (form === "ago") return formatAgo(Number(value), language);
		if (one !== undefined) return pluralRules(language).select(Number(value)) === "one" ? one : other;
		return printable(String(value));
	});
}

export function formatCount(count: number, language: string): string {
	return numberFormat(language).format(count);
}

/** How long ago something was, in the largest unit of which there is a whole one; nobody needs to know of seconds. */
export function formatAgo(seconds: number, language: string): string {
	const span = spans.find(([, length]) => seconds >= length);
	if (!span) return language === "de" ? "gerade eben" : "just now";
	const [unit, length] = span;
	return new Intl.RelativeTimeFormat(language).format(-Math.floor(seconds / length), unit);
}

const spans = [
	["year", 365 * 86_400],
	["month", 30 * 86_400],
	["week", 7 * 86_400],
	["day", 86_400],
	["hour", 3600],
	["minute", 60],
] as const;

const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

export function formatBytes(bytes: number, language: string): string {
	let value = bytes;
	let unit = 0;
	while (value >= 1000 && unit < units.length - 1) {
		value /= 1000;
		unit++;
	}
	// The short form of this unit is spelt out, and the narrow one stands too close.
	if (unit === 0) return `${formatCount(value, language)} B`;
	const name = units[unit] ?? "byte";
	const digits = value >= 100 ? 0 : 1;
	const format = numberFormat(language, { style: "unit", unit: name, unitDisplay: "short", maximumFractionDigits: digits });
	// A space that does not break has no place in a terminal's columns.
	return format.format(value).replace(/[\u00a0\u202f]/g, " ");
}

const plurals = new Map<string, Intl.PluralRules>();
const formats = new Map<string, Intl.NumberFormat>();

/** Each of these is made once: making one takes longer than a hundred uses, and a screen of the wizard has a number in each row. */
function pluralRules(language: string): Intl.PluralRules {
	const rules = plurals.get(language) ?? new Intl.PluralRules(language);
	plurals.set(language, rules);
	return rules;
}

function numberFormat(language: string, options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
	const key = `${language} ${options.unit ?? ""} ${options.maximumFractionDigits ?? ""}`;
	const format = formats.get(key) ?? new Intl.NumberFormat(language, options);
	formats.set(key, format);
	return format;
}
