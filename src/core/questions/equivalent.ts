import { limitsGiven } from "../confinement/limits.ts";
import { quoteShellLine } from "../path/quote.ts";
import { type Answers, defaultRounds, defaultRoundsAttached, defaultTimeout } from "./answers.ts";
import { stateWords } from "./next-steps.ts";

/**
 * The command line that does what the answers say, without a question. With a template or a unit (`named` is what it says by
 * itself), only what differs from it is named. Lists add up to its own: where one of its values was taken away, everything is said without it.
 * `state` is where the cage lives, where that has to be said.
 */
export function equivalentCommand(answers: Answers, named?: Answers, state?: string): string {
	const base = named && withoutProposed(answers, named);
	if (base !== undefined && takesAway(answers, base)) {
		const { template: _, unit: __, parameters: ___, ...rest } = answers;
		return equivalentCommand(rest, undefined, state);
	}
	const { application, rules } = answers;
	const words = ["cagewright", ...stateWords(state), "make"];
	const target = answers.template ?? answers.unit;
	if (target !== undefined) words.push(target);
	const add = (option: string, value: string | number | undefined, usual?: string | number) => {
		if (value === undefined || value === usual) return;
		const text = String(value);
		// A value that begins with a dash would pass for an option, and `--` for the end of them.
		if (text.startsWith("-")) words.push(`${option}=${text}`);
		else words.push(option, text);
	};
	for (const [name, value] of Object.entries(answers.parameters ?? {})) add("--set", `${name}=${value}`);
	add("--name", answers.name, base?.name);
	add("--user", application.user, base?.application.user);
	add("--cwd", application.cwd, base?.application.cwd ?? "/");
	for (const [name, value] of Object.entries(application.env)) {
		if (base?.application.env[name] !== value) add("--env", `${name}=${value}`);
	}
	if (!isSame(application.probes, base?.application.probes)) for (const probe of application.probes) add("--probe", probe);
	const [all, usual] = [lists(answers), base && lists(base)];
	for (const value of beyond(all["--exercise"], usual?.["--exercise"])) add("--exercise", value);
	add("--timeout", application.timeout, base?.application.timeout ?? defaultTimeout);
	add("--network", application.network, base?.application.network ?? "host");
	add("--limit-memory", application.limits?.memory, base?.application.limits?.memory);
	add("--limit-processes", application.limits?.processes, base?.application.limits?.processes);
	add("--limit-files", application.limits?.files, base?.application.limits?.files);
	for (const option of listOptions) for (const value of beyond(all[option], usual?.[option])) add(option, value);
	for (const bind of rules.binds) {
		const text = bindText(bind);
		if (!base?.rules.binds.some((one) => bindText(one) === text)) add("--bind", text);
	}
	add("--dedicated-account", answers.dedicatedAccount);
	for (const finding of answers.accepted ?? []) add("--accept-finding", finding);
	if (answers.onHost) words.push("--on-host");
	add("--attach", answers.attach?.pid);
	add("--for", answers.attach?.seconds);
	add("--rounds", answers.rounds, answers.attach ? defaultRoundsAttached : defaultRounds);
	if (answers.minimise) {
		const { giveUp, keep, keepKinds } = answers.minimise;
		words.push("--minimise");
		for (const pattern of keep) add("--keep", pattern);
		for (const kind of keepKinds) add("--keep-kind", kind);
		for (const pin of giveUp) add("--give-up", pin);
	}
	words.push("--yes");
	if (!isSame(application.command, base?.application.command)) words.push("--", ...application.command);
	return quoteShellLine(words);
}

const listOptions = [
	"--directory",
	"--socket",
	"--include",
	"--exclude",
	"--writable",
	"--seed",
	"--device",
	"--allow-secret",
	"--allow-setuid",
	"--allow",
	"--refuse",
	"--account",
	"--without-account",
] as const;

/** What adds up to a template's. */
function lists({ application, rules }: Answers): Record<(typeof listOptions)[number] | "--exercise", readonly string[]> {
	return {
		"--exercise": application.exercises,
		"--directory": application.directories,
		"--socket": application.sockets ?? [],
		"--include": rules.include,
		"--exclude": rules.exclude,
		"--writable": rules.writable,
		"--seed": rules.seed,
		"--device": rules.devices,
		"--allow-secret": rules.allowSecret,
		"--allow-setuid": rules.allowSetuid,
		"--allow": rules.allow,
		"--refuse": rules.refuse,
		"--account": rules.accounts,
		"--without-account": rules.withoutAccounts,
	};
}

/** Exercises that are proposed with a probe are not where another probe is given. */
function withoutProposed({ application }: Answers, base: Answers): Answers {
	if (!base.otherProbes || isSame(application.probes, base.application.probes)) return base;
	return { ...base, application: { ...base.application, exercises: [] } };
}

function takesAway(answers: Answers, base: Answers): boolean {
	const { application, rules } = answers;
	const [all, usual] = [lists(answers), lists(base)];
	return (
		[...listOptions, "--exercise" as const].some(
			(option) => !isSame(all[option].slice(0, usual[option].length), usual[option]),
		) ||
		base.rules.binds.some((bind, index) => rules.binds[index]?.path !== bind.path) ||
		limitsGiven(base.application.limits ?? {}).some(({ kind }) => application.limits?.[kind] === undefined) ||
		Object.keys(base.application.env).some((name) => application.env[name] === undefined) ||
		(base.application.user !== undefined && application.user === undefined) ||
		(base.application.probes.length > 0 && application.probes.length === 0)
	);
}

function beyond(values: readonly string[], usual: readonly string[] = []): readonly string[] {
	return values.slice(usual.length);
}

function isSame(values: readonly string[], others: readonly string[] | undefined): boolean {
	return JSON.stringify(values) === JSON.stringify(others);
}

function bindText({ access, path }: Answers["rules"]["binds"][number]): string {
	return `${path}:${access}`;
}
