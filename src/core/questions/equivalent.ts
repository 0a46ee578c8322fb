import { quoteShellLine } from "../path/quote.ts";
import { type Answers, defaultRounds, defaultTimeout } from "./answers.ts";

/** The command line that does what the answers say, without a question. With a template, only what differs from it is named. */
export function equivalentCommand(answers: Answers, base?: Answers): string {
	const { application, rules } = answers;
	const words = ["cagewright", "make"];
	if (answers.template !== undefined) words.push(answers.template);
	const add = (option: string, value: string | number | undefined, usual?: string | number) => {
		if (value !== undefined && value !== usual) words.push(option, String(value));
	};
	const addAll = (option: string, values: readonly string[], usual: readonly string[] = []) => {
		if (JSON.stringify(values) === JSON.stringify(usual)) return;
		for (const value of values) words.push(option, value);
	};
	add("--name", answers.name, base?.name);
	add("--user", application.user, base?.application.user);
	add("--cwd", application.cwd, base?.application.cwd ?? "/");
	for (const [name, value] of Object.entries(application.env)) {
		if (base?.application.env[name] !== value) words.push("--env", `${name}=${value}`);
	}
	addAll("--probe", application.probes, base?.application.probes);
	addAll("--exercise", application.exercises, base?.application.exercises);
	add("--timeout", application.timeout, base?.application.timeout ?? defaultTimeout);
	add("--network", application.network, base?.application.network ?? "host");
	addAll("--directory", application.directories, base?.application.directories);
	addAll("--include", rules.include, base?.rules.include);
	addAll("--exclude", rules.exclude, base?.rules.exclude);
	addAll("--writable", rules.writable, base?.rules.writable);
	addAll("--seed", rules.seed, base?.rules.seed);
	addAll(
		"--bind",
		rules.binds.map((bind) => `${bind.path}:${bind.access}`),
		base?.rules.binds.map((bind) => `${bind.path}:${bind.access}`),
	);
	addAll("--device", rules.devices, base?.rules.devices);
	addAll("--allow-secret", rules.allowSecret, base?.rules.allowSecret);
	addAll("--allow-setuid", rules.allowSetuid, base?.rules.allowSetuid);
	if (answers.onHost) words.push("--on-host");
	add("--rounds", answers.rounds, defaultRounds);
	words.push("--yes");
	if (JSON.stringify(application.command) !== JSON.stringify(base?.application.command)) words.push("--", ...application.command);
	return quoteShellLine(words);
}
