import type { Argument, Command, Option } from "commander";
import { type Kind, optionKinds } from "../../scripts/reference/completion.ts";
import { createProgram } from "../../src/cli/program.ts";

/** A place on the command line where somebody may type a path. */
export interface PathUse {
	/** The verb with the words that choose what it does, and what takes the path. */
	readonly name: string;
	words(path: string): readonly string[];
	/** What the path names: something new, a directory for new files, or nothing that changes. */
	readonly writes: "new" | "below" | "nothing";
	/** Directories in which the verb installs new files. */
	readonly installs: readonly string[];
	/** Ends of the names of files that the verb writes beside what the path names. */
	readonly suffixes: readonly string[];
}

/** Files that the walk prepares, for verbs that read one. */
export const prepared = {
	archive: "/srv/prepared/redis.tar",
	record: "/srv/prepared/redis.md",
	template: "/srv/prepared/small.json",
};

/**
 * Values of arguments by name, for all verbs, for one, or for one of its variants; the longest key wins. `redis` is a template and a
 * cage, `small` a template.
 */
const usual: Readonly<Record<string, string>> = {
	name: "redis",
	names: "redis",
	target: "redis",
	services: "redis-server",
	file: prepared.archive,
	signal: "HUP",
	"apps name": "redis-server",
	"record --all name": "",
	"template name": "small",
	"template check name": prepared.template,
	"template diff name": "redis",
	"template import name": prepared.template,
	"template save name": "redis",
	"template new name": "shop",
};

/** Words that make a verb harmless, quick, or do something else, one list for each walk of its options. A verb needs a line only for that. */
const variants: Readonly<Record<string, readonly (readonly string[])[]>> = {
	make: [["--dry-run"]],
	trace: [["--dry-run"]],
	trial: [["--dry-run"]],
	adopt: [["--dry-run"]],
	release: [["--dry-run"]],
	export: ["tar", "oci", "quadlet", "kubernetes", "portable", "seccomp"].map((format) => ["--format", format]),
	import: [["--dry-run"], ["--yes", "--no-trial"]],
	run: [["--print"]],
	shell: [["--", "true"]],
	signal: [[]],
	unit: [[], ["--install"], ["--uninstall"], ["--logrotate", "--install"]],
	watch: [["--install", "--dry-run"]],
	selftest: [["--unit"]],
	check: [[], ["--deep"]],
	update: [["--dry-run"]],
	rollback: [["--dry-run"]],
	minimise: [["--dry-run"]],
	remove: [["--dry-run"]],
	record: [[], ["--checksum"], ["--format", "html"], ["--all"]],
	template: [
		...["check", "diff", "export", "new", "save", "show", "remove"].map((action) => [action]),
		["import", "--yes", "--replace"],
	],
	sessions: ["show", "remove"].map((action) => [action]),
};

/** Verbs that show what `--state` does: they read it, write it, or describe what they would write. */
const withState = [
	["list"],
	["check", "--all"],
	["doctor"],
	["show", "redis"],
	["metrics"],
	["make", "redis", "--dry-run"],
	["template", "import", prepared.template, "--yes"],
	["import", prepared.archive, "--yes", "--no-trial"],
	["install", "--dry-run"],
	["sessions", "list"],
];

/** Options whose value names what is written. */
const writing: Readonly<Record<string, PathUse["writes"]>> = { output: "new", root: "below" };

/** A verb with the words that choose what it does. */
interface Variant {
	readonly verb: Command;
	readonly more: readonly string[];
}

function allVariants(): Variant[] {
	const { commands } = createProgram([], async () => {});
	return commands.flatMap((verb) => (variants[verb.name()] ?? [[]]).map((more) => ({ verb, more })));
}

/** All uses, derived from the definitions of verbs and options: a new option joins by itself. */
export function pathUses(): PathUse[] {
	const ofState = withState.map((words) => ({
		name: `--state PATH ${words.join(" ")}`,
		words: (path: string) => ["--state", path, ...words],
		writes: "below" as const,
		installs: [],
		suffixes: [],
	}));
	return [...allVariants().flatMap((variant) => [...usesOfOptions(variant), ...usesOfArguments(variant)]), ...ofState];
}

/** The same verbs without an odd path. Without those that need a session of the wizard. */
export function plainUses(): { readonly name: string; readonly words: readonly string[] }[] {
	return allVariants()
		.filter(({ verb }) => verb.name() !== "sessions")
		.map((variant) => {
			const options = ["export", "record"].includes(variant.verb.name()) ? ["-o", "/srv/odd/cage-redis"] : [];
			return { name: nameOf(variant), words: wordsOf(variant, { options }) };
		});
}

/** Arguments for which the walk has no value, so that their verb would always be refused. */
export function uncovered(): string[] {
	return allVariants().flatMap((variant) =>
		variant.verb.registeredArguments
			.filter((argument) => argument.required && valueIn(variant, argument, {}) === undefined)
			.map((argument) => `${nameOf(variant)} ${argument.name()}`),
	);
}

const nameOf = ({ more, verb }: Variant) => [verb.name(), ...more].join(" ");

function usesOfOptions(variant: Variant): PathUse[] {
	const { more, verb } = variant;
	return verb.options.filter(takesPath).map((option) => ({
		name: `${nameOf(variant)} ${option.long} PATH`,
		words: (path) => wordsOf(variant, { options: [`${option.long}=${prefixOf(option)}${path}`] }),
		writes: more.includes("--all") ? "below" : (writing[option.attributeName()] ?? "nothing"),
		installs: installsOf(more),
		suffixes: more.includes("--checksum") ? [".sha256"] : [],
	}));
}

function usesOfArguments(variant: Variant): PathUse[] {
	const { more, verb } = variant;
	return verb.registeredArguments
		.filter((argument) => !["command", "action"].includes(argument.name()) && valueIn(variant, argument, {}))
		.map((argument) => ({
			name: `${nameOf(variant)} ${argument.name().toUpperCase()}`,
			words: (path) => wordsOf(variant, { given: { [argument.name()]: path } }),
			writes: "nothing",
			installs: installsOf(more),
			suffixes: more.includes("--checksum") ? [".sha256"] : [],
		}));
}

/** What replaces the usual words. */
interface Given {
	readonly given?: Readonly<Record<string, string>>;
	readonly options?: readonly string[];
}

function wordsOf(variant: Variant, { given = {}, options = [] }: Given): string[] {
	const { more, verb } = variant;
	const words = verb.registeredArguments.flatMap((argument) => valueIn(variant, argument, given) ?? []);
	return [verb.name(), ...words, ...options, ...(hasAction(verb) ? more.slice(1) : more)];
}

/** The argument's value, or undefined if the variant has none. The first word of a variant may be an action. */
function valueIn({ more, verb }: Variant, argument: Argument, given: Readonly<Record<string, string>>): string | undefined {
	const name = argument.name();
	if (name in given) return given[name];
	if (name === "action") return more[0];
	return (usual[`${verb.name()} ${more[0]} ${name}`] ?? usual[`${verb.name()} ${name}`] ?? usual[name]) || undefined;
}

const hasAction = (verb: Command) => verb.registeredArguments.some((argument) => argument.name() === "action");

function installsOf(more: readonly string[]): readonly string[] {
	return more.includes("--install") && !more.includes("--dry-run") ? ["/etc/systemd/system", "/etc/logrotate.d"] : [];
}

/** The kinds of values decide, and for a value that has none, its word in the help. */
function takesPath(option: Option): boolean {
	const kinds: readonly Kind[] = optionKinds[option.attributeName()] ?? [];
	const [, word = ""] = /[<[](.*)[>\]]$/.exec(option.flags) ?? [];
	return kinds.includes("file") || kinds.includes("folder") || /PATH|FILE|DIR|NODE|GLOB|SOCKET|SERVICE/.test(word);
}

/** Text before the path in the option's value. */
function prefixOf({ flags }: Option): string {
	if (flags.includes("<SOCKET>")) return "stream ";
	return flags.includes("<CODE[:PATH]>") ? "setuid:" : "";
}
