import type { HelpMessages } from "../messages/en/help.ts";

/** Turns commander's complaint into one line: the problem, the nearest known word, and where to look. `verb` is undefined if none is known. */
export function usageError(message: string, verb: string | undefined, help: HelpMessages): string {
	const { errors } = help;
	const complaint = message.replace(/^error: /, "").replace(/\n/g, " ");
	const [, similar] = /\(Did you mean (?:one of )?(.*)\?\)$/.exec(complaint) ?? [];
	const parts = [
		problemOf(complaint, help),
		...(similar
			? [
					fill(errors.suggestion, {
						words: similar
							.split(", ")
							.map((word) => `'${word}'`)
							.join(errors.or),
					}),
				]
			: []),
		fill(errors.see, { command: ["cagewright", ...(verb === undefined ? [] : [verb]), "--help"].join(" ") }),
	];
	return parts.join(" ");
}

/** Commander's sentences. It has no other way to say which word is wrong. */
const patterns: readonly (readonly [RegExp, (words: readonly string[], help: HelpMessages) => string])[] = [
	[/^unknown command '(.*?)'/, ([word = ""], { errors }) => fill(errors.unknownVerb, { word })],
	[/^unknown option '(.*?)'/, ([word = ""], { errors }) => fill(errors.unknownOption, { word })],
	[/^\(outputHelp\)$/, (_, { errors }) => errors.missingVerb],
	[/^missing required argument '(.*)'/, ([word = ""], { errors }) => fill(errors.missingArgument, { word: word.toUpperCase() })],
	[/^option '(.*)' argument missing/, ([word = ""], { errors }) => fill(errors.missingValue, { word: plain(word) })],
	[
		/^option '(.*)' cannot be used with option '(.*)'/,
		([word = "", other = ""], { errors }) => fill(errors.conflict, { word: plain(word), other: plain(other) }),
	],
	[/^too many arguments(?: for '(.*?)')?/, ([word = ""], { errors }) => fill(errors.excess, { word })],
	[
		/^option '(.*?)' argument '(.*)' is invalid\. (.*)$/,
		([word = "", value = "", reason = ""], help) =>
			fill(help.errors.invalidOption, { word: plain(word), value, allowed: allowedText(reason, help) }),
	],
	[
		/^command-argument value '(.*)' is invalid for argument '(.*?)'\. (.*)$/,
		([value = "", word = "", reason = ""], help) =>
			fill(help.errors.invalidArgument, { word: word.toUpperCase(), value, allowed: allowedText(reason, help) }),
	],
];

function problemOf(complaint: string, help: HelpMessages): string {
	for (const [pattern, write] of patterns) {
		const match = pattern.exec(complaint);
		if (match)
			return write(
				match.slice(1).map((word) => word ?? ""),
				help,
			);
	}
	return help.errors.unreadable;
}

/** `reason` is a key of `allowed` with values (options.ts), or commander's own list of choices. */
function allowedText(reason: string, { allowed, errors }: HelpMessages): string {
	const [, choices] = /^Allowed choices are (.*?)\.?$/.exec(reason) ?? [];
	if (choices !== undefined) return choices.replace(/, ([^,]*)$/, `${errors.or}$1`);
	const [key = "", ...values] = reason.split(" ");
	return fill(allowed[key as keyof typeof allowed] ?? reason, { values: values.join(" ") });
}

/** `--output FILE` of `-o, --output <FILE>`. */
function plain(flags: string): string {
	return flags.replace(/^-\w, /, "").replace(/[<[](.*)[>\]]$/, "$1");
}

function fill(sentence: string, values: Readonly<Record<string, string>>): string {
	return sentence.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
}
