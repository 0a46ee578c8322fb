import { Command, Option } from "commander";
import { optionsOfTracedCages } from "../core/questions/options.ts";
import type { ReadingMachine } from "../engine/context.ts";
import type { AdoptOptions, ReleaseOptions } from "./adopt.ts";
import { argumentsOf } from "./arguments.ts";
import type { CheckOptions } from "./check.ts";
import type { InstallOptions } from "./doctor.ts";
import { isTracedStep, tracedSteps } from "./groups.ts";
import type { MinimiseOptions } from "./minimise.ts";
import {
	addGlobalOptions,
	addTableOptions,
	addWizardOptions,
	alarmFormats,
	atLeast,
	collect,
	count,
	duration,
	type ExportOptions,
	exportFormats,
	recordFormats,
	timerTasks,
} from "./options.ts";
import type { RecordOptions } from "./record.ts";
import type { RunOptions } from "./run.ts";
import type { SelftestVerbOptions } from "./selftest.ts";
import type { TemplateOptions } from "./template.ts";
import type { Compose, openTerminal, Terminal } from "./terminal.ts";
import type { ImportOptions } from "./transfer.ts";
import type { UnitOptions } from "./unit.ts";
import type { RollbackOptions, UpdateOptions } from "./update.ts";
import { version } from "./version.ts";
import type { WatchOptions } from "./watch.ts";

/** A command with lines that show its use. */
export class Verb extends Command {
	examples: readonly string[] = [];

	override createCommand(name?: string): Verb {
		return new Verb(name);
	}
}

/** Loads the verbs of one group, because reading all code takes longer than most verbs. */
type Load<Verbs> = () => Promise<Verbs>;
const reading = () => import("./reading.ts");
const comparing = () => import("./comparing.ts");
export const working = () => import("./working.ts");
/** The wizard, whose sessions these are. */
const resuming = () => import("./wizard.ts");

export type Perform = <M extends ReadingMachine, Verbs>(
	load: Load<Verbs & VerbGroup<M>>,
	work: (verbs: Verbs, terminal: Terminal<M>) => Promise<number>,
) => Promise<void>;

/** Every group composes a machine from the adapters that its verbs need. */
interface VerbGroup<M> {
	readonly machine: Compose<M>;
	readonly openTerminal: typeof openTerminal;
}

/**
 * Defines verbs, arguments and options without any text: `help.ts` adds those when somebody reads them. An action passes its work to `perform`. Errors are
 * thrown as `CommanderError` instead of printed.
 */
export function createProgram(args: readonly string[], perform: Perform): Verb {
	const program = new Verb("cagewright").exitOverride().configureOutput({ writeErr: () => {} });
	program.version(version);
	program.examples = ["cagewright make redis --yes", "cagewright run redis"];
	addGlobalOptions(program);
	addWizardOptions(program);
	const define = (usage: string, ...examples: string[]) => {
		const verb = program.command(usage) as Verb;
		verb.examples = examples.map((example) => `cagewright ${example}`);
		return addTableOptions(verb);
	};
	defineCreating(define, args, perform);
	defineRunning(define, perform);
	defineLooking(define, perform);
	defineUpkeep(define, perform);
	defineDocumenting(define, perform);
	defineMachine(define, perform);
	return program;
}

type Define = (usage: string, ...examples: string[]) => Command;
type Step = "make" | "trace" | "plan" | "build" | "trial";

function defineCreating(define: Define, args: readonly string[], perform: Perform): void {
	const step = (name: Step, ...examples: string[]) => {
		const target = isTracedStep(name) ? "name" : "target";
		const verb = define(`${name} [${target}] [command...]`, ...examples.map((example) => `${name} ${example}`));
		for (const option of verb.options) option.hideHelp(!isHonoured(name, option.attributeName()));
		verb.action((first: string | undefined, rest: string[], options: object) =>
			perform(working, (verbs, terminal) => verbs[name](terminal, { ...argumentsOf(args, first, rest), options })),
		);
	};
	step(
		"make",
		"redis --yes",
		"dnsmasq.service --dry-run",
		"--name web --probe 'curl -fsS localhost:8000' --yes -- python3 -m http.server",
	);
	step("trace", "redis", "redis --add --exercise 'redis-cli BGREWRITEAOF'", "redis --for 24h");
	step("plan", "redis", "redis --exclude '/usr/share/zoneinfo/**'");
	step("build", "redis");
	step("trial", "redis --yes", "redis --unit");
	define("adopt <service>", "adopt redis-server --dry-run", "adopt redis-server --yes").action(
		(service: string, options: AdoptOptions) => perform(working, (verbs, terminal) => verbs.adopt(terminal, service, options)),
	);
	define("release <service>", "release redis-server --yes")
		.addOption(new Option("--keep <SIDE>").choices(["host", "cage"]))
		.option("--yes")
		.option("--dry-run")
		.action((service: string, options: ReleaseOptions) =>
			perform(working, (verbs, terminal) => verbs.release(terminal, service, options)),
		);
	define(
		"export <name>",
		"export redis -o redis.tar",
		"export redis --format oci -o redis.tar",
		"export redis --format seccomp -o redis.json",
	)
		.addOption(new Option("--format <FORMAT>").choices(exportFormats).default("tar"))
		.option("-o, --output <FILE>")
		.option("--with-data")
		.option("--allow-secret-export")
		.action((name: string, options: ExportOptions) =>
			perform(working, (verbs, terminal) => verbs.exporting(terminal, name, options)),
		);
	define("import <file>", "import redis.tar", "import redis.tar --name redis-copy --dry-run")
		.option("--name <NAME>")
		.option("--yes")
		.option("--dry-run")
		.option("--no-trial")
		.action((file: string, options: ImportOptions) =>
			perform(working, (verbs, terminal) => verbs.importing(terminal, file, options)),
		);
}

/** A step parses all options of `make`, so that it can name the verb that honours one. Its help shows its own only. */
function isHonoured(step: string, option: string): boolean {
	if (!isTracedStep(step)) return step !== "trace" || (option !== "rounds" && option !== "selftest");
	// NAME says the same as --name, and only `trial` asks something.
	if (option === "name" || (option === "yes" && step !== "trial")) return false;
	const own: readonly string[] = [...optionsOfTracedCages, ...tracedSteps[step]];
	return own.includes(option);
}

function defineRunning(define: Define, perform: Perform): void {
	define("run <name> [command...]", "run redis", "run redis --print", "run redis -- redis-server --version")
		.option("--print")
		.addOption(new Option("--stop-timeout <SECONDS>").argParser(atLeast(0)))
		.option("--raw")
		.action((name: string, command: string[], options: RunOptions) =>
			perform(working, (verbs, terminal) => verbs.run(terminal, name, command, options)),
		);
	define("shell <name> [command...]", "shell redis", "shell redis -- ls -la /")
		.option("--keep-writes")
		.action((name: string, command: string[], options: { keepWrites?: boolean }) =>
			perform(working, (verbs, terminal) => verbs.shell(terminal, name, command, options)),
		);
	define("signal <name> <signal>", "signal nginx HUP").action((name: string, signal: string) =>
		perform(working, (verbs, terminal) => verbs.signal(terminal, name, signal)),
	);
	define("unit <name>", "unit redis --install", "unit nginx --dropin nginx --install", "unit nginx --logrotate --install")
		.option("--dropin <SERVICE>")
		.option("--install")
		.addOption(new Option("--uninstall").conflicts("install"))
		.addOption(new Option("--score").conflicts(["install", "uninstall"]))
		.option("--dry-run")
		.option("--root <DIR>")
		.addOption(new Option("--logrotate").conflicts(["deployHook", "root", "dropin"]))
		.addOption(new Option("--deploy-hook").conflicts(["root", "dropin"]))
		.action((name: string, options: UnitOptions & { logrotate?: boolean; deployHook?: boolean }) =>
			perform(working, (verbs, terminal) => {
				if (options.logrotate) return verbs.logrotate(terminal, name, options);
				if (options.deployHook) return verbs.hook(terminal, name, options);
				return verbs.unit(terminal, name, options);
			}),
		);
}

function defineLooking(define: Define, perform: Perform): void {
	define("list", "list", "list --json").action(() => perform(reading, (verbs, terminal) => verbs.list(terminal)));
	define("show <name>", "show redis", "show redis --history")
		.option("--history")
		.option("--record")
		.action((name: string, options: { history?: boolean; record?: boolean }) =>
			perform(comparing, (verbs, terminal) => verbs.show(terminal, name, options)),
		);
	define("explain <name> [subject]", "explain redis", "explain redis /etc/shadow", "explain redis ptrace").action(
		(name: string, subject: string | undefined) =>
			perform(comparing, (verbs, terminal) => verbs.explain(terminal, name, subject)),
	);
	define("watch [names...]", "watch", "watch redis --on-alarm stop", "watch --install")
		.addOption(new Option("--format <FORMAT>").choices(alarmFormats))
		.option("--on-alarm <REACTION>")
		.addOption(new Option("--check-every <SECONDS>").argParser(atLeast(0)))
		.option("--journal")
		.option("--with-tests")
		.option("--install")
		.addOption(new Option("--uninstall").conflicts("install"))
		.option("--dry-run")
		.action((names: string[], options: WatchOptions) =>
			perform(working, (verbs, terminal) => verbs.watch(terminal, names, options)),
		);
	define(
		"selftest [names...]",
		"selftest redis",
		"selftest redis --unit",
		"selftest --container web --unit nginx.service",
		"selftest --pid 4711",
	)
		.addOption(new Option("--alarm").conflicts(["unit", "dropin"]))
		.option("--unit")
		.option("--dropin <SERVICE>")
		.addOption(new Option("--container <ID>").argParser(collect).conflicts(ofCages))
		.addOption(new Option("--pid <PID>").argParser(collect).conflicts(ofCages))
		.action((names: string[], options: SelftestVerbOptions) =>
			perform(working, (verbs, terminal) => verbs.selftest(terminal, names, options)),
		);
}

/** Options of `selftest` that only a cage has. */
const ofCages = ["alarm", "dropin", "network"];

function defineUpkeep(define: Define, perform: Perform): void {
	define("check [names...]", "check redis", "check --all --nagios")
		.option("--all")
		.option("--deep")
		.option("--nagios")
		.action((names: string[], options: CheckOptions) =>
			perform(comparing, (verbs, terminal) => verbs.check(terminal, names, options)),
		);
	define("metrics", "metrics", "metrics -o /var/lib/prometheus/node-exporter/cagewright.prom")
		.option("-o, --output <FILE>")
		.action((options: { output?: string }) => perform(comparing, (verbs, terminal) => verbs.metrics(terminal, options)));
	define("stale", "stale")
		.option("--mark")
		.action((options: { mark?: boolean }) => perform(reading, (verbs, terminal) => verbs.stale(terminal, options)));
	define("update [names...]", "update redis --dry-run", "update redis", "update --all --yes")
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
			perform(working, (verbs, terminal) => verbs.update(terminal, names, options)),
		);
	define("rollback <name>", "rollback redis", "rollback redis --to 3")
		.addOption(new Option("--to <N>").argParser(atLeast(1)))
		.option("--dry-run")
		.option("--no-restart")
		.action((name: string, options: RollbackOptions) =>
			perform(working, (verbs, terminal) => verbs.rollback(terminal, name, options)),
		);
	const generations = define("diff <name> [a] [b]", "diff redis", "diff redis 3 4");
	for (const generation of generations.registeredArguments.slice(1)) generation.argParser(atLeast(1));
	generations.action((name: string, from: number | undefined, to: number | undefined) =>
		perform(reading, (verbs, terminal) => verbs.diff(terminal, name, from, to)),
	);
	define("minimise <name>", "minimise nginx --dry-run", "minimise nginx --keep-kind configuration")
		.addOption(new Option("--for <TIME>").argParser(duration))
		.option("--yes")
		.option("--dry-run")
		.option("--no-restart")
		.option("--no-selftest")
		.action((name: string, options: MinimiseOptions) =>
			perform(working, (verbs, terminal) => verbs.minimise(terminal, name, options)),
		);
	define("remove <name>", "remove redis --dry-run", "remove redis --keep-data")
		.option("--keep-data")
		.option("--yes")
		.option("--dry-run")
		.action((name: string, options: { keepData?: boolean; yes?: boolean; dryRun?: boolean }) =>
			perform(working, (verbs, terminal) => verbs.remove(terminal, name, options)),
		);
}

function defineDocumenting(define: Define, perform: Perform): void {
	const statements = ["purpose", "initiatedBy", "implementedBy", "approvedBy"];
	define(
		"record [name]",
		"record redis -o redis.html --checksum",
		"record redis --verify redis.html",
		"record redis -o redis.cdx.json",
		"record --all --format html -o records",
	)
		.addOption(new Option("--all").conflicts(statements))
		.addOption(new Option("--format <FORMAT>").choices(recordFormats))
		.option("-o, --output <FILE>")
		.option("--checksum")
		.addOption(new Option("--verify <FILE>").conflicts(["all", "format", "output", "checksum", ...statements]))
		.option("--purpose <TEXT>")
		.option("--initiated-by <NAME>")
		.option("--implemented-by <NAME>")
		.option("--approved-by <NAME>")
		.action((name: string | undefined, options: RecordOptions) =>
			perform(comparing, (verbs, terminal) => verbs.record(terminal, name, options)),
		);
	define(
		"template <action> [name]",
		"template list",
		"template save redis --as redis-small",
		"template new shop -o shop.json",
		"template check shop.json",
		"template export redis-small -o redis-small.json",
		"template import redis-small.json",
	)
		.option("--as <NAME>")
		.option("-o, --output <FILE>")
		.option("--replace")
		.option("--yes")
		.option("--dry-run")
		.action((action: string, name: string | undefined, options: TemplateOptions) =>
			perform(working, (verbs, terminal) => verbs.template(terminal, action, name, options)),
		);
	define("sessions <action> [name]", "sessions list", "sessions show redis")
		.option("--yes")
		.action((action: string, name: string | undefined, options: { yes?: boolean }) =>
			perform(resuming, (verbs, terminal) => verbs.sessions(terminal, action, name, options)),
		);
}

function defineMachine(define: Define, perform: Perform): void {
	define("apps [name]", "apps", "apps nginx").action((name: string | undefined) =>
		perform(working, (verbs, terminal) => verbs.apps(terminal, name)),
	);
	define("doctor", "doctor", "doctor --fix")
		.option("--fix")
		.action((options: { fix?: boolean }) => perform(working, (verbs, terminal) => verbs.doctor(terminal, options.fix ?? false)));
	define("install", "install", "install --timer update")
		.addOption(new Option("--timer <TASK>").choices(timerTasks))
		.option("--root <DIR>")
		.option("--dry-run")
		.action((options: InstallOptions) => perform(working, (verbs, terminal) => verbs.install(terminal, options)));
	define("uninstall", "uninstall --dry-run", "uninstall")
		.option("--dry-run")
		.option("--root <DIR>")
		.action((options: InstallOptions) => perform(working, (verbs, terminal) => verbs.uninstall(terminal, options)));
}
