import { Command, Option } from "commander";
import { optionsOfTracedCages } from "../core/options/options.ts";
import type { ReadingMachine } from "../engine/context.ts";
import { argumentsOf } from "./arguments.ts";
import { isTracedStep, tracedSteps } from "./groups.ts";
import {
	addGlobalOptions,
	addOutput,
	addTableOptions,
	addWizardOptions,
	alarmFormats,
	atLeast,
	collect,
	count,
	duration,
	exportFormats,
	recordFormats,
	timerTasks,
} from "./options.ts";
import type { Compose, openTerminal, Terminal } from "./terminal.ts";
import { version } from "./version.ts";

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
const running = () => import("./running.ts");
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
	const act: Act =
		(load, verb) =>
		(...given) =>
			// The last value is the command itself.
			perform(load, (verbs, terminal) => verb(verbs)(terminal, ...(given.slice(0, -1) as never[])));
	defineCreating(define, args, perform, act);
	defineRunning(define, act);
	defineLooking(define, act);
	defineUpkeep(define, act);
	defineDocumenting(define, act);
	defineMachine(define, act);
	return program;
}

/** Returns a verb's action, which passes on the arguments and options that commander read. */
type Act = <M extends ReadingMachine, Verbs>(
	load: Load<Verbs & VerbGroup<M>>,
	verb: (verbs: Verbs) => (terminal: Terminal<M>, ...given: never[]) => Promise<number>,
) => (...given: unknown[]) => Promise<void>;
type Define = (usage: string, ...examples: string[]) => Command;
type Step = "make" | "trace" | "plan" | "build" | "trial";

function defineCreating(define: Define, args: readonly string[], perform: Perform, act: Act): void {
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
	define("adopt <services...>", "adopt redis-server --dry-run", "adopt mariadb php8.4-fpm nginx --yes").action(
		act(working, (verbs) => verbs.adopt),
	);
	define("release <services...>", "release redis-server --yes", "release nginx php8.4-fpm mariadb --yes")
		.addOption(new Option("--keep <SIDE>").choices(["host", "cage"]))
		.option("--yes")
		.option("--dry-run")
		.action(act(working, (verbs) => verbs.release));
	const exported = define(
		"export <name>",
		"export redis -o redis.tar",
		"export redis --format oci -o redis.tar",
		"export redis --format seccomp -o redis.json",
	).addOption(new Option("--format <FORMAT>").choices(exportFormats).default("tar"));
	addOutput(exported)
		.option("--with-data")
		.option("--allow-secret-export")
		.action(act(working, (verbs) => verbs.exporting));
	define("import <file>", "import redis.tar", "import redis.tar --name redis-copy --dry-run")
		.option("--name <NAME>")
		.option("--yes")
		.option("--dry-run")
		.option("--no-trial")
		.action(act(working, (verbs) => verbs.importing));
}

/** A step parses all options of `make`, so that it can name the verb that honours one. Its help shows its own only. */
function isHonoured(step: string, option: string): boolean {
	if (!isTracedStep(step)) return step !== "trace" || (option !== "rounds" && option !== "selftest");
	// NAME says the same as --name, and only `trial` asks something.
	if (option === "name" || (option === "yes" && step !== "trial")) return false;
	const own: readonly string[] = [...optionsOfTracedCages, ...tracedSteps[step]];
	return own.includes(option);
}

function defineRunning(define: Define, act: Act): void {
	define("run <name> [command...]", "run redis", "run redis --print", "run redis -- redis-server --version")
		.option("--print")
		.addOption(new Option("--stop-timeout <SECONDS>").argParser(atLeast(0)))
		.option("--raw")
		.action(act(running, (verbs) => verbs.run));
	define("shell <name> [command...]", "shell redis", "shell redis -- ls -la /")
		.option("--keep-writes")
		.action(act(running, (verbs) => verbs.shell));
	define("signal <name> <signal>", "signal nginx HUP").action(act(running, (verbs) => verbs.signal));
	define("unit <name>", "unit redis --install", "unit nginx --dropin nginx --install", "unit nginx --logrotate --install")
		.option("--dropin <SERVICE>")
		.option("--install")
		.addOption(new Option("--uninstall").conflicts("install"))
		.addOption(new Option("--score").conflicts(["install", "uninstall"]))
		.option("--dry-run")
		.option("--root <DIR>")
		.addOption(new Option("--logrotate").conflicts(["deployHook", ...ofUnits]))
		.addOption(new Option("--deploy-hook").conflicts(ofUnits))
		.action(act(working, (verbs) => verbs.unit));
}

/** Options of `unit` that only a unit has. */
const ofUnits = ["acceptFinding", "dropin", "root", "score"];

function defineLooking(define: Define, act: Act): void {
	define("list", "list", "list --json").action(act(comparing, (verbs) => verbs.list));
	define("show <name>", "show redis", "show redis --history")
		.option("--history")
		.option("--record")
		.action(act(comparing, (verbs) => verbs.show));
	define("explain <name> [subject]", "explain redis", "explain redis /etc/shadow", "explain redis ptrace").action(
		act(comparing, (verbs) => verbs.explain),
	);
	define("watch [names...]", "watch", "watch redis --on-alarm stop", "watch --install")
		.addOption(new Option("--format <FORMAT>").choices(alarmFormats))
		.option("--on-alarm <REACTION>")
		.addOption(new Option("--stop-timeout <SECONDS>").argParser(atLeast(1)))
		.addOption(new Option("--check-every <SECONDS>").argParser(atLeast(0)))
		.option("--journal")
		.option("--with-tests")
		.option("--install")
		.addOption(new Option("--uninstall").conflicts("install"))
		.option("--dry-run")
		.action(act(working, (verbs) => verbs.watch));
	define(
		"selftest [names...]",
		"selftest redis",
		"selftest redis --unit",
		"selftest --container web --unit nginx.service",
		"selftest --pid 4711",
		"selftest --program escape",
	)
		.addOption(new Option("--alarm").conflicts(["unit", "dropin"]))
		.option("--unit")
		.option("--dropin <SERVICE>")
		.addOption(new Option("--container <ID>").argParser(collect).conflicts(ofCages))
		.addOption(new Option("--pid <PID>").argParser(collect).conflicts(ofCages))
		.addOption(new Option("--program <FILE>").conflicts(["container", "pid", "unit", ...ofCages]))
		.action(act(working, (verbs) => verbs.selftest));
}

/** Options of `selftest` that only a cage has. */
const ofCages = ["alarm", "dropin", "network"];

function defineUpkeep(define: Define, act: Act): void {
	define(
		"check [names...]",
		"check redis",
		"check --all --nagios",
		"check redis --accept configuration-edited:/etc/redis/redis.conf --until 2027-01-31",
	)
		.option("--all")
		.option("--deep")
		.option("--nagios")
		.addOption(new Option("--accept <FINDING>").argParser(collect))
		.option("--until <DATE>")
		.addOption(new Option("--revoke <FINDING>").argParser(collect))
		.action(act(comparing, (verbs) => verbs.check));
	const measured = define("metrics", "metrics", "metrics -o /var/lib/prometheus/node-exporter/cagewright.prom");
	addOutput(measured)
		.option("--force")
		.action(act(comparing, (verbs) => verbs.metrics));
	define("stale", "stale")
		.option("--mark")
		.action(act(reading, (verbs) => verbs.stale));
	define("update [names...]", "update redis --dry-run", "update redis", "update --all --yes")
		.option("--all")
		.option("--dry-run")
		.option("--yes")
		.addOption(new Option("--configuration <WHICH>").choices(["keep", "host"]))
		.option("--take-missed")
		.option("--include <PATH...>")
		.option("--no-restart")
		.option("--no-selftest")
		.addOption(new Option("--keep-generations <N>").argParser(count))
		.addOption(new Option("--keep-days <N>").argParser(atLeast(1)))
		.action(act(working, (verbs) => verbs.update));
	define("rollback <name>", "rollback redis", "rollback redis --to 3")
		.addOption(new Option("--to <N>").argParser(atLeast(1)))
		.option("--dry-run")
		.option("--no-restart")
		.action(act(working, (verbs) => verbs.rollback));
	const generations = define("diff <name> [a] [b]", "diff redis", "diff redis 3 4");
	for (const generation of generations.registeredArguments.slice(1)) generation.argParser(atLeast(1));
	generations.action(act(reading, (verbs) => verbs.diff));
	define("minimise <name>", "minimise nginx --dry-run", "minimise nginx --keep-kind configuration")
		.addOption(new Option("--for <TIME>").argParser(duration))
		.option("--yes")
		.option("--dry-run")
		.option("--no-restart")
		.option("--no-selftest")
		.action(act(working, (verbs) => verbs.minimise));
	define("remove <name>", "remove redis --dry-run", "remove redis --keep-data")
		.option("--keep-data")
		.option("--yes")
		.option("--dry-run")
		.action(act(working, (verbs) => verbs.remove));
}

function defineDocumenting(define: Define, act: Act): void {
	const statements = ["purpose", "initiatedBy", "implementedBy", "approvedBy"];
	const recorded = define(
		"record [name]",
		"record redis -o redis.html --checksum",
		"record redis --verify redis.html",
		"record redis -o redis.cdx.json",
		"record --all --format html -o records",
	)
		.addOption(new Option("--all").conflicts(statements))
		.addOption(new Option("--format <FORMAT>").choices(recordFormats));
	addOutput(recorded)
		.option("--force")
		.option("--checksum")
		.addOption(new Option("--verify <FILE>").conflicts(["all", "format", "output", "force", "checksum", ...statements]))
		.option("--purpose <TEXT>")
		.option("--initiated-by <NAME>")
		.option("--implemented-by <NAME>")
		.option("--approved-by <NAME>")
		.action(act(comparing, (verbs) => verbs.record));
	const templates = define(
		"template <action> [name]",
		"template list",
		"template save redis --as redis-small",
		"template new shop -o shop.json",
		"template check shop.json",
		"template export redis-small -o redis-small.json",
		"template import redis-small.json",
	).option("--as <NAME>");
	addOutput(templates)
		.option("--replace")
		.option("--yes")
		.option("--dry-run")
		.action(act(working, (verbs) => verbs.template));
	define("sessions <action> [name]", "sessions list", "sessions show redis")
		.option("--yes")
		.action(act(resuming, (verbs) => verbs.sessions));
}

function defineMachine(define: Define, act: Act): void {
	define("apps [name]", "apps", "apps nginx").action(act(working, (verbs) => verbs.apps));
	define("doctor", "doctor", "doctor --fix")
		.option("--fix")
		.action(act(working, (verbs) => verbs.doctor));
	define("install", "install", "install --timer update")
		.addOption(new Option("--timer <TASK>").choices(timerTasks))
		.option("--root <DIR>")
		.option("--dry-run")
		.action(act(working, (verbs) => verbs.install));
	define("uninstall", "uninstall --dry-run", "uninstall")
		.option("--dry-run")
		.option("--root <DIR>")
		.action(act(working, (verbs) => verbs.uninstall));
}
