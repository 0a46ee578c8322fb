import { Command, CommanderError, Option } from "commander";
import { timerTasks } from "../core/upkeep/installation.ts";
import { type Language, languageFrom } from "../messages/messages.ts";
import { alarmFormats } from "../report/alarm.ts";
import { type AdoptOptions, adopt } from "./adopt.ts";
import { apps } from "./apps.ts";
import { argumentsOf, isGlobalOption, takesValue, wantedLanguage } from "./arguments.ts";
import { build } from "./build.ts";
import { type CheckOptions, check, selftest, type TestedOptions } from "./check.ts";
import { doctor, hook, type InstallOptions, install, logrotate, uninstall } from "./doctor.ts";
import { addHelp, usageError, withExamples } from "./help.ts";
import { make } from "./make.ts";
import { type MinimiseOptions, minimise } from "./minimise.ts";
import { addGlobalOptions, addTableOptions, addWizardOptions, atLeast, count, duration, type GlobalOptions } from "./options.ts";
import { plan } from "./plan.ts";
import { type RecordOptions, record, recordFormats } from "./record.ts";
import { type ReleaseOptions, release } from "./release.ts";
import { remove } from "./remove.ts";
import { report } from "./report.ts";
import { type RunWords, run, signal as sendSignal, shell } from "./run.ts";
import { sessions } from "./sessions.ts";
import { explain, list, show } from "./show.ts";
import { stateFolder } from "./state.ts";
import { type TemplateOptions, template } from "./template.ts";
import { Terminal } from "./terminal.ts";
import { trace } from "./trace.ts";
import { exporting, type ImportOptions, importing } from "./transfer.ts";
import { trial } from "./trial.ts";
import { type UnitOptions, unit } from "./unit.ts";
import { diff, type RollbackOptions, rollback, stale, type UpdateOptions, update } from "./update.ts";
import { version } from "./version.ts";
import { type WatchOptions, watch } from "./watch.ts";

/**
 * Reads the arguments, runs the verb that they name, and turns an error into one line and an exit status. Only the wizard is loaded on demand: it is as large
 * as all verbs together.
 */
export async function runProgram(args: readonly string[]): Promise<number> {
	let status = 0;
	const program = new Command("cagewright");
	// What the program was told beside the verb; kept out here for errors that come before a verb is known.
	const global = (): GlobalOptions => program.opts();
	const verb = async (work: (terminal: Terminal) => Promise<number>) => {
		status = await work(new Terminal(global()));
	};

	withExamples(program, ["cagewright make redis --yes", "cagewright run redis"]).version(version);
	addGlobalOptions(program);
	addWizardOptions(program);
	const define = (usage: string, ...examples: string[]) =>
		addTableOptions(withExamples(program.command(usage), examples)).configureHelp({ showGlobalOptions: true });

	const steps = [
		{ name: "make", example: "--name web --probe 'curl -fsS localhost:8000' --yes -- python3 -m http.server", work: make },
		{ name: "trace", example: "redis", work: trace },
		{ name: "plan", example: "redis", work: plan },
		{ name: "build", example: "redis", work: build },
		{ name: "trial", example: "redis", work: trial },
	];
	for (const { example, name, work } of steps) {
		const command = define(`${name} [target] [command...]`, `cagewright ${name} ${example}`);
		command.action((target: string | undefined, rest: string[]) =>
			verb((terminal) => work(terminal, { ...argumentsOf(args, target, rest), options: command.opts() })),
		);
	}

	define("run <name> [command...]", "cagewright run redis")
		.option("--print")
		.addOption(new Option("--stop-timeout <SECONDS>").argParser(atLeast(0)))
		.option("--raw")
		.action((name: string, command: string[], options: RunWords) => verb((terminal) => run(terminal, name, command, options)));
	define("shell <name> [command...]", "cagewright shell redis -- ls -la /")
		.option("--keep-writes")
		.action((name: string, command: string[], options: { keepWrites?: boolean }) =>
			verb((terminal) => shell(terminal, name, command, options)),
		);
	define("signal <name> <signal>", "cagewright signal nginx HUP").action((name: string, signal: string) =>
		verb((terminal) => sendSignal(terminal, name, signal)),
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
			verb((terminal) => {
				if (options.logrotate) return logrotate(terminal, name, options);
				if (options.deployHook) return hook(terminal, name, options);
				return unit(terminal, name, options);
			}),
		);
	define("selftest <name>", "cagewright selftest redis --network none")
		.option("--unit")
		.option("--dropin <SERVICE>")
		.action((name: string, options: TestedOptions) => verb((terminal) => selftest(terminal, name, options)));
	define("watch [names...]", "cagewright watch --on-alarm stop", "cagewright watch --install")
		.addOption(new Option("--format <FORMAT>").choices(alarmFormats))
		.option("--on-alarm <REACTION>")
		.option("--journal")
		.option("--with-tests")
		.option("--install")
		.addOption(new Option("--uninstall").conflicts("install"))
		.option("--dry-run")
		.action((names: string[], options: WatchOptions) => verb((terminal) => watch(terminal, names, options)));
	define("adopt <service>", "cagewright adopt redis-server --yes").action((service: string, options: AdoptOptions) =>
		verb((terminal) => adopt(terminal, service, options)),
	);
	define("release <service>", "cagewright release redis-server --yes")
		.addOption(new Option("--keep <SIDE>").choices(["host", "cage"]))
		.option("--yes")
		.option("--dry-run")
		.action((service: string, options: ReleaseOptions) => verb((terminal) => release(terminal, service, options)));
	define("check [names...]", "cagewright check --all")
		.option("--all")
		.option("--deep")
		.option("--nagios")
		.action((names: string[], options: CheckOptions) => verb((terminal) => check(terminal, names, options)));
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
		.action((names: string[], options: UpdateOptions) => verb((terminal) => update(terminal, names, options)));
	define("minimise <name>", "cagewright minimise nginx --keep-kind configuration")
		.addOption(new Option("--for <TIME>").argParser(duration))
		.option("--yes")
		.option("--dry-run")
		.option("--no-restart")
		.option("--no-selftest")
		.action((name: string, options: MinimiseOptions) => verb((terminal) => minimise(terminal, name, options)));
	define("stale", "cagewright stale")
		.option("--mark")
		.action((options: { mark?: boolean }) => verb((terminal) => stale(terminal, options)));
	define("install", "cagewright install --timer update")
		.addOption(new Option("--timer <TASK>").choices(timerTasks))
		.option("--root <DIR>")
		.option("--dry-run")
		.action((options: InstallOptions) =>
			verb((terminal) => {
				const verbs = program.commands.map((command) => ({
					name: command.name(),
					options: command.options.flatMap(({ long }) => long ?? []),
				}));
				return install(terminal, options, verbs);
			}),
		);
	define("uninstall", "cagewright uninstall")
		.option("--dry-run")
		.option("--root <DIR>")
		.action((options: InstallOptions) => verb((terminal) => uninstall(terminal, options)));
	define("export <name>", "cagewright export redis -o redis.tar")
		.addOption(new Option("--format <FORMAT>").default("tar"))
		.option("-o, --output <FILE>")
		.option("--with-data")
		.action((name: string, options: { output?: string; withData?: boolean }) =>
			verb((terminal) => exporting(terminal, name, options)),
		);
	define("import <file>", "cagewright import redis.tar")
		.option("--name <NAME>")
		.option("--yes")
		.option("--dry-run")
		.option("--no-trial")
		.action((file: string, options: ImportOptions) => verb((terminal) => importing(terminal, file, options)));
	define("rollback <name>", "cagewright rollback redis")
		.addOption(new Option("--to <N>").argParser(atLeast(1)))
		.option("--dry-run")
		.option("--no-restart")
		.action((name: string, options: RollbackOptions) => verb((terminal) => rollback(terminal, name, options)));
	const generations = define("diff <name> [a] [b]", "cagewright diff redis 3 4");
	for (const generation of generations.registeredArguments.slice(1)) generation.argParser(atLeast(1));
	generations.action((name: string, from: number | undefined, to: number | undefined) =>
		verb((terminal) => diff(terminal, name, from, to)),
	);
	define("explain <name> [subject]", "cagewright explain redis /etc/shadow").action((name: string, subject: string | undefined) =>
		verb((terminal) => explain(terminal, name, subject)),
	);
	define("list", "cagewright list").action(() => verb((terminal) => list(terminal)));
	define("show <name>", "cagewright show redis --history")
		.option("--history")
		.option("--record")
		.action((name: string, options: { history?: boolean; record?: boolean }) =>
			verb((terminal) => show(terminal, name, options)),
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
		.action((name: string, options: RecordOptions) => verb((terminal) => record(terminal, name, options)));
	define("remove <name>", "cagewright remove redis --keep-data")
		.option("--keep-data")
		.option("--yes")
		.option("--dry-run")
		.action((name: string, options: { keepData?: boolean; yes?: boolean; dryRun?: boolean }) =>
			verb((terminal) => remove(terminal, name, options)),
		);
	define("apps [name]", "cagewright apps nginx").action((name: string | undefined) => verb((terminal) => apps(terminal, name)));
	define("doctor", "cagewright doctor --fix")
		.option("--fix")
		.action((options: { fix?: boolean }) => verb((terminal) => doctor(terminal, options.fix ?? false)));
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
			verb((terminal) => template(terminal, action, name, options)),
		);

	define("sessions <action> [name]", "cagewright sessions list")
		.option("--yes")
		.action((action: string, name: string | undefined, options: { yes?: boolean }) =>
			verb((terminal) => sessions(terminal, action, name, options)),
		);

	const language = languageFrom(process.env, wantedLanguage(args));
	addHelp(program, language);
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

function wrongUsage(problem: string, language: Language): number {
	process.stderr.write(`cagewright: ${usageError(problem, language)}\n`);
	return 2;
}
