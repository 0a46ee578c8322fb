import { Command, CommanderError, Option } from "commander";
import { timerTasks } from "../core/upkeep/installation.ts";
import { type Language, languageFrom } from "../messages/messages.ts";
import type { AdoptOptions } from "./adopt.ts";
import { argumentsOf, isGlobalOption, takesValue, wantedLanguage } from "./arguments.ts";
import type { CheckOptions } from "./check.ts";
import { addHelp, usageError, withExamples } from "./help.ts";
import type { InstallOptions } from "./install.ts";
import type { MinimiseOptions } from "./minimise.ts";
import { addGlobalOptions, addTableOptions, addWizardOptions, atLeast, count, duration, type GlobalOptions } from "./options.ts";
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

	withExamples(program, ["cagewright make redis --yes", "cagewright run redis"]).version(version);
	addGlobalOptions(program);
	addWizardOptions(program);
	const define = (usage: string, ...examples: string[]) =>
		addTableOptions(withExamples(program.command(usage), examples)).configureHelp({ showGlobalOptions: true });

	const steps = [
		{
			name: "make",
			example: "cagewright make --name web --probe 'curl -fsS localhost:8000' --yes -- python3 -m http.server",
			load: async () => (await import("./make.ts")).make,
		},
		{
			name: "trace",
			example: "cagewright trace redis",
			load: async () => (await import("./trace.ts")).trace,
		},
		{
			name: "plan",
			example: "cagewright plan redis",
			load: async () => (await import("./plan.ts")).plan,
		},
		{
			name: "build",
			example: "cagewright build redis",
			load: async () => (await import("./build.ts")).build,
		},
		{
			name: "trial",
			example: "cagewright trial redis",
			load: async () => (await import("./trial.ts")).trial,
		},
	];
	for (const { example, load, name } of steps) {
		const command = define(`${name} [target] [command...]`, example);
		command.action((target: string | undefined, rest: string[]) =>
			verb(async (terminal) => {
				const work = await load();
				return work(terminal, { ...argumentsOf(args, target, rest), options: command.opts() });
			})(),
		);
	}

	define("run <name> [command...]", "cagewright run redis")
		.option("--print")
		.addOption(new Option("--stop-timeout <SECONDS>").argParser(atLeast(0)))
		.option("--raw")
		.action((name: string, command: string[], options: RunWords) =>
			verb(async (terminal) => (await import("./run.ts")).run(terminal, name, command, options))(),
		);
	define("shell <name> [command...]", "cagewright shell redis -- ls -la /")
		.option("--keep-writes")
		.action((name: string, command: string[], options: { keepWrites?: boolean }) =>
			verb(async (terminal) => (await import("./shell.ts")).shell(terminal, name, command, options))(),
		);
	define("signal <name> <signal>", "cagewright signal nginx HUP").action((name: string, signal: string) =>
		verb(async (terminal) => (await import("./signal.ts")).signal(terminal, name, signal))(),
	);
	define("unit <name>", "cagewright unit nginx --dropin nginx --install")
		.option("--dropin <SERVICE>")
		.option("--install")
		.addOption(new Option("--uninstall").conflicts("install"))
		.addOption(new Option("--score").conflicts(["install", "uninstall"]))
		.option("--dry-run")
		.option("--root <DIR>")
		.addOption(new Option("--logrotate").conflicts(["deployHook", "root", "dropin"]))
		.addOption(new Option("--deploy-hook").conflicts(["root", "dropin"]))
		.action((name: string, options: UnitOptions & { logrotate?: boolean; deployHook?: boolean }) =>
			verb(async (terminal) => {
				if (options.logrotate) return (await import("./upkeep.ts")).logrotate(terminal, name, options);
				if (options.deployHook) return (await import("./upkeep.ts")).hook(terminal, name, options);
				return (await import("./unit.ts")).unit(terminal, name, options);
			})(),
		);
	define("selftest <name>", "cagewright selftest redis --network none")
		.option("--unit")
		.option("--dropin <SERVICE>")
		.action((name: string, options: TestedOptions) =>
			verb(async (terminal) => (await import("./selftest.ts")).selftest(terminal, name, options))(),
		);
	define("adopt <service>", "cagewright adopt redis-server --yes").action((service: string, options: AdoptOptions) =>
		verb(async (terminal) => (await import("./adopt.ts")).adopt(terminal, service, options))(),
	);
	define("release <service>", "cagewright release redis-server --yes")
		.addOption(new Option("--keep <SIDE>").choices(["host", "cage"]))
		.option("--yes")
		.option("--dry-run")
		.action((service: string, options: ReleaseOptions) =>
			verb(async (terminal) => (await import("./release.ts")).release(terminal, service, options))(),
		);
	define("check [names...]", "cagewright check --all")
		.option("--all")
		.option("--deep")
		.option("--nagios")
		.action((names: string[], options: CheckOptions) =>
			verb(async (terminal) => (await import("./check.ts")).check(terminal, names, options))(),
		);
	define("update [names...]", "cagewright update redis")
		.option("--all")
		.option("--dry-run")
		.option("--yes")
		.addOption(new Option("--configuration <WHICH>").choices(["keep", "host"]))
		.option("--take-missed")
		.option("--no-restart")
		.option("--no-selftest")
		.addOption(new Option("--keep-generations <N>").argParser(count))
		.addOption(new Option("--keep-days <N>").argParser(atLeast(1)))
		.action((names: string[], options: UpdateOptions) =>
			verb(async (terminal) => (await import("./update.ts")).update(terminal, names, options))(),
		);
	define("minimise <name>", "cagewright minimise nginx --keep-kind configuration")
		.addOption(new Option("--for <TIME>").argParser(duration))
		.option("--yes")
		.option("--dry-run")
		.option("--no-restart")
		.option("--no-selftest")
		.action((name: string, options: MinimiseOptions) =>
			verb(async (terminal) => (await import("./minimise.ts")).minimise(terminal, name, options))(),
		);
	define("stale", "cagewright stale")
		.option("--mark")
		.action((options: { mark?: boolean }) => verb(async (terminal) => (await import("./stale.ts")).stale(terminal, options))());
	define("install", "cagewright install --timer update")
		.addOption(new Option("--timer <TASK>").choices(timerTasks))
		.option("--root <DIR>")
		.option("--dry-run")
		.action((options: InstallOptions) =>
			verb(async (terminal) => {
				const verbs = program.commands.map((command) => ({
					name: command.name(),
					options: command.options.flatMap(({ long }) => long ?? []),
				}));
				return (await import("./install.ts")).install(terminal, options, verbs);
			})(),
		);
	define("uninstall", "cagewright uninstall")
		.option("--dry-run")
		.option("--root <DIR>")
		.action((options: InstallOptions) => verb(async (terminal) => (await import("./install.ts")).uninstall(terminal, options))());
	define("export <name>", "cagewright export redis -o redis.tar")
		.addOption(new Option("--format <FORMAT>").default("tar"))
		.option("-o, --output <FILE>")
		.option("--with-data")
		.action((name: string, options: { output?: string; withData?: boolean }) =>
			verb(async (terminal) => (await import("./transfer.ts")).exporting(terminal, name, options))(),
		);
	define("import <file>", "cagewright import redis.tar")
		.option("--name <NAME>")
		.option("--yes")
		.option("--dry-run")
		.option("--no-trial")
		.action((file: string, options: ImportOptions) =>
			verb(async (terminal) => (await import("./transfer.ts")).importing(terminal, file, options))(),
		);
	define("rollback <name>", "cagewright rollback redis")
		.addOption(new Option("--to <N>").argParser(atLeast(1)))
		.option("--dry-run")
		.option("--no-restart")
		.action((name: string, options: RollbackOptions) =>
			verb(async (terminal) => (await import("./rollback.ts")).rollback(terminal, name, options))(),
		);
	const diff = define("diff <name> [a] [b]", "cagewright diff redis 3 4");
	for (const generation of diff.registeredArguments.slice(1)) generation.argParser(atLeast(1));
	diff.action((name: string, from: number | undefined, to: number | undefined) =>
		verb(async (terminal) => (await import("./diff.ts")).diff(terminal, name, from, to))(),
	);
	define("explain <name> [subject]", "cagewright explain redis /etc/shadow").action((name: string, subject: string | undefined) =>
		verb(async (terminal) => (await import("./explain.ts")).explain(terminal, name, subject))(),
	);
	define("list", "cagewright list").action(() => verb(async (terminal) => (await import("./show.ts")).list(terminal))());
	define("show <name>", "cagewright show redis --history")
		.option("--history")
		.option("--record")
		.action((name: string, options: { history?: boolean; record?: boolean }) =>
			verb(async (terminal) => (await import("./show.ts")).show(terminal, name, options))(),
		);
	define(
		"record <name>",
		"cagewright record redis -o redis.html --checksum",
		"cagewright record redis --verify redis.html",
		"cagewright record redis -o redis.cdx.json",
	)
		.addOption(new Option("--format <FORMAT>").choices(recordFormats))
		.option("-o, --output <FILE>")
		.option("--checksum")
		.addOption(
			new Option("--verify <FILE>").conflicts([
				...["format", "output", "checksum", "purpose", "initiatedBy", "implementedBy", "approvedBy"],
			]),
		)
		.option("--purpose <TEXT>")
		.option("--initiated-by <NAME>")
		.option("--implemented-by <NAME>")
		.option("--approved-by <NAME>")
		.action((name: string, options: RecordOptions) =>
			verb(async (terminal) => (await import("./record.ts")).record(terminal, name, options))(),
		);
	define("remove <name>", "cagewright remove redis --keep-data")
		.option("--keep-data")
		.option("--yes")
		.option("--dry-run")
		.action((name: string, options: { keepData?: boolean; yes?: boolean; dryRun?: boolean }) =>
			verb(async (terminal) => (await import("./remove.ts")).remove(terminal, name, options))(),
		);
	define("apps [name]", "cagewright apps nginx").action((name: string | undefined) =>
		verb(async (terminal) => (await import("./apps.ts")).apps(terminal, name))(),
	);
	define("doctor", "cagewright doctor --fix")
		.option("--fix")
		.action((options: { fix?: boolean }) =>
			verb(async (terminal) => (await import("./doctor.ts")).doctor(terminal, options.fix ?? false))(),
		);
	define(
		"template <action> [name]",
		"cagewright template save redis --as redis-small",
		"cagewright template new shop -o shop.json",
		"cagewright template check shop.json",
		"cagewright template export redis-small -o redis-small.json",
		"cagewright template import redis-small.json",
	)
		.option("--as <NAME>")
		.option("-o, --output <FILE>")
		.option("--replace")
		.option("--yes")
		.option("--dry-run")
		.action((action: string, name: string | undefined, options: TemplateOptions) =>
			verb(async (terminal) => (await import("./template.ts")).template(terminal, action, name, options))(),
		);

	define("sessions <action> [name]", "cagewright sessions list")
		.option("--yes")
		.action((action: string, name: string | undefined, options: { yes?: boolean }) =>
			verb(async (terminal) => (await import("./sessions.ts")).sessions(terminal, action, name, options))(),
		);

	const language = languageFrom(process.env, wantedLanguage(args));
	await addHelp(program, language);
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
