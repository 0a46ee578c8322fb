import { Command, CommanderError, Option } from "commander";
import { timerTasks } from "../core/upkeep/installation.ts";
import { type Language, languageFrom } from "../messages/messages.ts";
import type { AdoptOptions } from "./adopt.ts";
import { argumentsOf, isGlobalOption, takesValue, wantedLanguage } from "./arguments.ts";
import type { CheckOptions } from "./check.ts";
import type { InstallOptions } from "./install.ts";
import { localize, usageError } from "./localize.ts";
import type { MinimiseOptions } from "./minimise.ts";
import {
	addAcceptFinding,
	addApplicationOptions,
	addAsService,
	addAttach,
	addConsent,
	addGlobalOptions,
	addMinimise,
	addMinimiseRules,
	addRounds,
	addWizardOptions,
	atLeast,
	collect,
	count,
	duration,
	exerciseOption,
	type GlobalOptions,
	withExamples,
} from "./options.ts";
import { type RecordOptions, recordFormats } from "./record-options.ts";
import type { ReleaseOptions } from "./release.ts";
import { report } from "./report.ts";
import type { RollbackOptions } from "./rollback.ts";
import type { RunWords } from "./run.ts";
import type { TestedOptions } from "./selftest.ts";
import { stateFolder } from "./state.ts";
import type { TemplateOptions } from "./template.ts";
import { Terminal } from "./terminal.ts";
import type { ImportOptions } from "./transfer.ts";
import type { UnitOptions } from "./unit.ts";
import type { UpdateOptions } from "./update.ts";
import { version } from "./version.ts";

/**
 * Reads the arguments, loads the one verb that they name, and turns whatever it throws into one line and an exit status.
 * Commander's own complaints are wrong usage (2).
 */
export async function runProgram(args: readonly string[]): Promise<number> {
	let status = 0;
	const program = new Command("cagewright");
	// What the program was told beside the verb; kept out here for errors that come before a verb is known.
	const global = (): GlobalOptions => program.opts();
	const verb = (work: (terminal: Terminal) => Promise<number>) => async () => {
		status = await work(new Terminal(global()));
	};

	withExamples(program, ["cagewright make redis --yes", "cagewright run redis"])
		.description(
			"Puts an application into a chroot cage, proves that it works there, and writes the record. Without a verb: the wizard.",
		)
		.version(version);
	addGlobalOptions(program);
	addWizardOptions(program);
	const define = (usage: string, description: string, ...examples: string[]) =>
		withExamples(program.command(usage), examples).description(description).configureHelp({ showGlobalOptions: true });

	const steps = [
		{
			name: "make",
			description: "the whole job: trace, plan, build, trial rounds, record",
			example: "cagewright make --name web --probe 'curl -fsS localhost:8000' --yes -- python3 -m http.server",
			load: async () => (await import("./make.ts")).make,
		},
		{
			name: "trace",
			description: "watch the application in a sandbox and store what it touches",
			example: "cagewright trace redis",
			load: async () => (await import("./trace.ts")).trace,
		},
		{
			name: "plan",
			description: "show what would go into the cage, why, and what that would change",
			example: "cagewright plan redis",
			load: async () => (await import("./plan.ts")).plan,
		},
		{
			name: "build",
			description: "build a generation from the plan",
			example: "cagewright build redis",
			load: async () => (await import("./build.ts")).build,
		},
		{
			name: "trial",
			description: "try the application in the cage, and say what is missing",
			example: "cagewright trial redis",
			load: async () => (await import("./trial.ts")).trial,
		},
	];
	for (const { description, example, load, name } of steps) {
		const command = define(`${name} [target] [command...]`, description, example);
		addConsent(addRounds(addApplicationOptions(command)));
		if (name === "make" || name === "trace") addAttach(command);
		if (name === "make" || name === "plan")
			command.option("--take-documented", "take up what the application's documentation names and no run has used");
		if (name === "make") addMinimise(command);
		if (name === "trial") addAsService(command);
		if (name === "trace") command.option("--add", "add this run to what was traced of the cage, with these exercises");
		command.action((target: string | undefined, rest: string[]) =>
			verb(async (terminal) => {
				const work = await load();
				return work(terminal, { ...argumentsOf(args, target, rest), options: command.opts() });
			})(),
		);
	}

	addAcceptFinding(
		define("run <name> [command...]", "run the application in its cage, in the foreground", "cagewright run redis"),
	)
		.option("--print", "print the plain shell commands instead")
		.option("--stop-timeout <SECONDS>", "kill it when it has not ended so long after TERM (default: 90; 0: never)", atLeast(0))
		.option("--raw", "pass escape sequences of the application on to the terminal (else they are shown as text)")
		.action((name: string, command: string[], options: RunWords) =>
			verb(async (terminal) => (await import("./run.ts")).run(terminal, name, command, options))(),
		);
	define(
		"shell <name> [command...]",
		"a shell in the cage for looking around, confined as the application is; the cage stays without one",
		"cagewright shell redis -- ls -la /",
	)
		.option("--keep-writes", "let it write to the application's data (else what it writes is thrown away)")
		.action((name: string, command: string[], options: { keepWrites?: boolean }) =>
			verb(async (terminal) => (await import("./shell.ts")).shell(terminal, name, command, options))(),
		);
	define(
		"signal <name> <signal>",
		"send HUP, USR1 … to the application in the running cage",
		"cagewright signal nginx HUP",
	).action((name: string, signal: string) =>
		verb(async (terminal) => (await import("./signal.ts")).signal(terminal, name, signal))(),
	);
	addAcceptFinding(
		define(
			"unit <name>",
			"print a hardened systemd unit, or what else the host needs beside it",
			"cagewright unit nginx --dropin nginx --install",
		),
	)
		.option("--dropin <SERVICE>", "a drop-in instead, that moves this service of the host into the cage")
		.option("--install", "put it where the host reads it: a unit below /etc/systemd/system, which systemd reads at once")
		.addOption(new Option("--uninstall", "remove what --install wrote").conflicts("install"))
		.addOption(
			new Option("--score", "how exposed systemd says the service is, before and after").conflicts(["install", "uninstall"]),
		)
		.option("--dry-run", "with --install or --uninstall: say what would be done")
		.option("--root <DIR>", "units of another system, whose file tree is there")
		.addOption(
			new Option("--logrotate", "a file for logrotate instead, for the cage's logs").conflicts(["deployHook", "root", "dropin"]),
		)
		.addOption(
			new Option("--deploy-hook", "a hook for certbot instead, that reloads a renewed certificate").conflicts(["root", "dropin"]),
		)
		.action((name: string, options: UnitOptions & { logrotate?: boolean; deployHook?: boolean }) =>
			verb(async (terminal) => {
				if (options.logrotate) return (await import("./upkeep.ts")).logrotate(terminal, name, options);
				if (options.deployHook) return (await import("./upkeep.ts")).hook(terminal, name, options);
				return (await import("./unit.ts")).unit(terminal, name, options);
			})(),
		);
	define(
		"selftest <name>",
		"try the known ways out from inside the cage, and audit it from outside",
		"cagewright selftest redis --network none",
	)
		.addOption(new Option("--network <NETWORK>", "try it in this network (default: the cage's own)").choices(["host", "none"]))
		.option("--unit", "try it under the unit of `cagewright unit`, by the systemd that runs here")
		.option("--dropin <SERVICE>", "the same under the drop-in for this service of the host")
		.action((name: string, options: TestedOptions) =>
			verb(async (terminal) => (await import("./selftest.ts")).selftest(terminal, name, options))(),
		);
	addConsent(
		addRounds(
			addApplicationOptions(
				define(
					"adopt <service>",
					"move a running systemd service into its cage, which is made first where there is none",
					"cagewright adopt redis-server --yes",
				),
			),
		),
	).action((service: string, options: AdoptOptions) =>
		verb(async (terminal) => (await import("./adopt.ts")).adopt(terminal, service, options))(),
	);
	define("release <service>", "move a service out of its cage, with what it wrote there", "cagewright release redis-server --yes")
		.addOption(new Option("--keep <SIDE>", "whose state counts where both changed").choices(["host", "cage"]))
		.option("--yes", "do not ask")
		.option("--dry-run", "say what would be done, and do nothing")
		.action((service: string, options: ReleaseOptions) =>
			verb(async (terminal) => (await import("./release.ts")).release(terminal, service, options))(),
		);
	define("check [names...]", "look at cages: the audit, and what differs from what was built", "cagewright check --all")
		.option("--all", "every cage on this machine")
		.option("--deep", "read every file, of the cage and of the host, instead of those that were touched")
		.option("--nagios", "one line and an exit status for monitoring (0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN)")
		.action((names: string[], options: CheckOptions) =>
			verb(async (terminal) => (await import("./check.ts")).check(terminal, names, options))(),
		);
	define(
		"update [names...]",
		"a new generation from the host's files, tried beside the present one, then used; else everything stays",
		"cagewright update redis",
	)
		.option("--all", "every cage on this machine")
		.option("--dry-run", "say what is new and what would be done, and do nothing")
		.option("--yes", "keep what was edited in the cage where the host's configuration changed as well")
		.addOption(
			new Option("--configuration <WHICH>", "what goes on where both were changed: the cage's or the host's").choices([
				"keep",
				"host",
			]),
		)
		.option("--take-missed", "take up what `trace NAME --for` saw missing in production")
		.option("--no-restart", "leave what runs in the generation that it was started in")
		.option("--no-selftest", "do not try the ways out of the new generation")
		.option("--keep-generations <N>", "from now on, keep so many old generations (default: 2)", count)
		.option("--keep-days <N>", "from now on, clear old generations after so many days; the last one stays", atLeast(1))
		.action((names: string[], options: UpdateOptions) =>
			verb(async (terminal) => (await import("./update.ts")).update(terminal, names, options))(),
		);
	addMinimiseRules(
		define(
			"minimise <name>",
			"leave out what trials prove unnecessary, and make a generation without it",
			"cagewright minimise nginx --keep-kind configuration",
		),
	)
		.addOption(exerciseOption())
		.option("--for <TIME>", "end the search after 90s, 10m, 1h with the best that was found", duration)
		.option("--yes", "make the smaller cage without a question")
		.option("--dry-run", "say what would be tried and what stays, and do nothing")
		.option("--no-restart", "leave what runs in the generation that it was started in")
		.option("--no-selftest", "do not try the ways out of the new generation")
		.action((name: string, options: MinimiseOptions) =>
			verb(async (terminal) => (await import("./minimise.ts")).minimise(terminal, name, options))(),
		);
	define("stale", "name the cages that an upgrade of the host has made old", "cagewright stale")
		.option("--mark", "mark them, for `list`; what the hooks of the package manager do")
		.action((options: { mark?: boolean }) => verb(async (terminal) => (await import("./stale.ts")).stale(terminal, options))());
	define(
		"install",
		"put the program, completion, hooks of the package manager and a daily timer in fixed places",
		"cagewright install --timer update",
	)
		.addOption(new Option("--timer <TASK>", "what is done once a day (default: check)").choices(timerTasks))
		.option("--root <DIR>", "another system, whose file tree is there")
		.option("--dry-run", "say what would be written, and do nothing")
		.action((options: InstallOptions) =>
			verb(async (terminal) => {
				const verbs = program.commands.map((command) => ({
					name: command.name(),
					options: command.options.flatMap(({ long }) => long ?? []),
				}));
				return (await import("./install.ts")).install(terminal, options, verbs);
			})(),
		);
	define("uninstall", "take all of that away again, and nothing else", "cagewright uninstall")
		.option("--dry-run", "say what would be taken away, and do nothing")
		.option("--root <DIR>", "another system, whose file tree is there")
		.action((options: InstallOptions) => verb(async (terminal) => (await import("./install.ts")).uninstall(terminal, options))());
	define(
		"export <name>",
		"the cage as a tar archive, for another machine of the same kind",
		"cagewright export redis -o redis.tar",
	)
		.option("--format <FORMAT>", "tar, the only one", "tar")
		.option("-o, --output <FILE>", "a new file (else stdout)")
		.option("--with-data", "with the application's data, while nothing runs in the cage")
		.action((name: string, options: { output?: string; withData?: boolean }) =>
			verb(async (terminal) => (await import("./transfer.ts")).exporting(terminal, name, options))(),
		);
	define("import <file>", "take in an exported cage: verified, shown, tried", "cagewright import redis.tar")
		.option("--name <NAME>", "under another name")
		.option("--yes", "take it in without a question: its probes run as root")
		.option("--dry-run", "verify and show it, and take nothing in")
		.option("--no-trial", "do not try whether it answers here")
		.option("--allow-secret <PATH>", "a secret of this machine that later builds may copy; repeatable", collect)
		.option("--allow-setuid <PATH>", "a setuid file of the archive that may stay one; repeatable", collect)
		.action((file: string, options: ImportOptions) =>
			verb(async (terminal) => (await import("./transfer.ts")).importing(terminal, file, options))(),
		);
	define("rollback <name>", "back to the generation before; the data stays as it is", "cagewright rollback redis")
		.option("--to <N>", "to this generation", atLeast(1))
		.option("--dry-run", "say what would be done, and do nothing")
		.option("--no-restart", "leave what runs in the generation that it was started in")
		.action((name: string, options: RollbackOptions) =>
			verb(async (terminal) => (await import("./rollback.ts")).rollback(terminal, name, options))(),
		);
	const diff = define(
		"diff <name> [a] [b]",
		"what differs between two generations (else the last two)",
		"cagewright diff redis 3 4",
	);
	for (const generation of diff.registeredArguments.slice(1)) generation.argParser(atLeast(1));
	diff.action((name: string, from: number | undefined, to: number | undefined) =>
		verb(async (terminal) => (await import("./diff.ts")).diff(terminal, name, from, to))(),
	);
	define(
		"explain <name> [subject]",
		"why a path is in the cage or not, which layer refuses a path, a system call or a capability, and what opens it",
		"cagewright explain redis /etc/shadow",
	).action((name: string, subject: string | undefined) =>
		verb(async (terminal) => (await import("./explain.ts")).explain(terminal, name, subject))(),
	);
	define("list", "the cages on this machine", "cagewright list").action(() =>
		verb(async (terminal) => (await import("./show.ts")).list(terminal))(),
	);
	define("show <name>", "what is in a cage, and why", "cagewright show redis --history")
		.option("--history", "the log of the cage")
		.option("--record", "the record, as written after the last trial")
		.action((name: string, options: { history?: boolean; record?: boolean }) =>
			verb(async (terminal) => (await import("./show.ts")).show(terminal, name, options))(),
		);
	define(
		"record <name>",
		"the documentation of a cage, for whoever signs and audits it",
		"cagewright record redis -o redis.html --checksum",
		"cagewright record redis --verify redis.html",
		"cagewright record redis -o redis.cdx.json",
	)
		.addOption(new Option("--format <FORMAT>", "its form (else by the name of the file, or md)").choices(recordFormats))
		.option("-o, --output <FILE>", "write it there, readable by its owner alone (else to stdout)")
		.option("--checksum", "with -o: lay its SHA-256 beside it, for sha256sum, and into the cage's log")
		.addOption(
			new Option("--verify <FILE>", "say instead whether this file is a record of the cage as it was written").conflicts([
				...["format", "output", "checksum", "purpose", "initiatedBy", "implementedBy", "approvedBy"],
			]),
		)
		.option("--purpose <TEXT>", "what the cage is for; kept for the next record, as the names are")
		.option("--initiated-by <NAME>", "who initiated it; kept for every later cage too")
		.option("--implemented-by <NAME>", "who implemented it; kept for every later cage too")
		.option("--approved-by <NAME>", "who approves the present generation and takes on what risk remains")
		.action((name: string, options: RecordOptions) =>
			verb(async (terminal) => (await import("./record.ts")).record(terminal, name, options))(),
		);
	define("remove <name>", "take a cage away", "cagewright remove redis --keep-data")
		.option("--keep-data", "leave the application's data")
		.option("--yes", "do not ask")
		.option("--dry-run", "say what would be removed")
		.action((name: string, options: { keepData?: boolean; yes?: boolean; dryRun?: boolean }) =>
			verb(async (terminal) => (await import("./remove.ts")).remove(terminal, name, options))(),
		);
	define("apps [name]", "the applications found on this machine, or all that is known of one", "cagewright apps nginx").action(
		(name: string | undefined) => verb(async (terminal) => (await import("./apps.ts")).apps(terminal, name))(),
	);
	define("doctor", "what this machine offers and lacks", "cagewright doctor --fix")
		.option("--fix", "install what is missing with the system's package manager")
		.action((options: { fix?: boolean }) =>
			verb(async (terminal) => (await import("./doctor.ts")).doctor(terminal, options.fix ?? false))(),
		);
	define(
		"template <action> [name]",
		"templates: list, show NAME, new NAME, save CAGE, diff CAGE, check FILE, import FILE|FOLDER|GIT-ADDRESS, accept NAME, export NAME, remove NAME",
		"cagewright template save redis --as redis-small",
		"cagewright template new shop -o shop.json",
		"cagewright template check shop.json",
		"cagewright template export redis-small -o redis-small.json",
		"cagewright template import https://git.example.org/templates",
	)
		.option("--as <NAME>", "name of the template that is saved or taken in (else the cage's, or its own)")
		.option("-o, --output <FILE>", "with export and new: a new file (else stdout)")
		.option("--replace", "with import: let it take the place of a template of that name")
		.option("--yes", "with import and accept: accept the commands that it would run, without a question")
		.option("--dry-run", "with import and accept: show them, and take nothing in")
		.action((action: string, name: string | undefined, options: TemplateOptions) =>
			verb(async (terminal) => (await import("./template.ts")).template(terminal, action, name, options))(),
		);

	define("sessions <action> [name]", "what the wizard was left with: list, show NAME, remove NAME", "cagewright sessions list")
		.option("--yes", "do not ask")
		.action((action: string, name: string | undefined, options: { yes?: boolean }) =>
			verb(async (terminal) => (await import("./sessions.ts")).sessions(terminal, action, name, options))(),
		);

	const language = languageFrom(process.env, wantedLanguage(args));
	await localize(program, language);
	const word = args.find((arg, index) => !arg.startsWith("-") && !takesValue(args[index - 1]));
	if (word !== undefined && word !== "help" && !program.commands.some((command) => command.name() === word)) {
		return wrongUsage(`unknown command '${word}'`, language);
	}
	try {
		if (args.length === 0 || args.every((arg, index) => isGlobalOption(arg, args[index - 1]))) {
			program.parseOptions([...args]);
			return await (await import("./wizard.ts")).wizard(new Terminal(global()), program.opts().resume);
		}
		await program.parseAsync([...args], { from: "user" });
		return status;
	} catch (error) {
		if (error instanceof CommanderError) {
			if (error.exitCode === 0) return 0;
			return wrongUsage(error.message, language);
		}
		return report(error, global(), stateFolder(global().state));
	}
}

async function wrongUsage(problem: string, language: Language): Promise<number> {
	process.stderr.write(`cagewright: ${await usageError(problem, language)}\n`);
	return 2;
}
