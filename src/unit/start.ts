import { baseName, isWithin, join, type Path, parent, pathFromText } from "../base/path/path.ts";
import { quoteShell, showPath } from "../base/path/quote.ts";
import { octal } from "../base/text.ts";
import { launchDirectory, launchFailed } from "../confine/places.ts";
import { createDirectory, createFile } from "../launch/cage-steps.ts";
import { leftBehind } from "../launch/emptied.ts";
import { coreLimit } from "../launch/launch.ts";
import { initWords, stepWords } from "../launch/programs/init.ts";
import { isPerConnection } from "../launch/programs/passed-sockets.ts";
import { type Application, type DirectoryOwner, type Limits, launchEnvironment } from "../service/application.ts";
import { nonBlocking, parsePassedSocket, standardInput } from "../service/passed-socket.ts";
import {
	credentialsDirectory,
	reloadSignal,
	type ServiceCommand,
	type ServiceSettings,
	stopRequest,
	usualUmask,
} from "../service/service-settings.ts";
import { initKeepsKill, initOf, mountedData, type UnitInput } from "./input.ts";
import {
	argumentWord,
	assignmentWord,
	environmentFilePath,
	escapedBytes,
	pathText,
	pathWord,
	programWord,
	type UnitLines,
} from "./lines.ts";
import { publish, publishCommand, withOwnNumbers } from "./published.ts";

/** Variables that systemd sets for every service and our launcher does not. Unset, because the trial ran without them. */
const systemdEnvironment = [
	"HOME",
	"LOGNAME",
	"USER",
	"SHELL",
	"INVOCATION_ID",
	"JOURNAL_STREAM",
	"SYSTEMD_EXEC_PID",
	"MEMORY_PRESSURE_WATCH",
	"MEMORY_PRESSURE_WRITE",
];

/** Sets how the application starts, reloads and stops. */
export function start(unit: UnitLines, input: UnitInput): void {
	const { application } = input.plan;
	const notifies = relaysReadiness(input);
	unit.comment(
		notifies
			? "The init relays readiness and status. systemd accepts nothing from the application itself."
			: "No readiness notification: the application sends none, or may not open a socket for it.",
	);
	unit.set("Type", notifies ? "notify" : "exec");
	if (notifies) unit.set("NotifyAccess", "main");
	const { watchdog } = application.service ?? {};
	if (notifies && watchdog !== undefined) unit.set("WatchdogSec", `${watchdog}us`);
	if (input.launch) launcher(unit, input, input.launch);
	else cage(unit, input);
	const perConnection = servesOneConnection(application);
	if (!input.launch && input.confiner?.startsSession) {
		unit.comment("The first program begins an audit session through /proc, and opens /dev/null instead.");
		unit.set("StandardInput", "file:/proc");
	} else unit.set("StandardInput", readsSocket(application, Boolean(input.sockets?.length)) ? "socket" : "null");
	if (!perConnection)
		unit.comment("Never a file or a device of the host, because the application could empty it or change its mode and owner.");
	unit.set("StandardOutput", perConnection ? "socket" : "journal");
	unit.set("StandardError", "journal");
	const { service } = application;
	const { oomScoreAdjust, umask = usualUmask } = service ?? {};
	unit.set("UMask", octal(umask));
	if (service && !service.ignoresPipe) unit.set("IgnoreSIGPIPE", "no");
	if (oomScoreAdjust !== undefined) unit.set("OOMScoreAdjust", String(oomScoreAdjust));
	if (!perConnection) {
		unit.set("Restart", "on-failure");
		unit.set("RestartSec", "1s");
	}
	limits(unit, input.limits ?? {}, application.service);
	const steering = input.launch ? [] : steeringVariables(launchEnvironment(application));
	if (steering.length)
		unit.comment(
			`No ExecReload= and no ExecStop=: ${steering.join(" and ")} would also affect these commands, which run outside the cage as root.`,
		);
	else outside(unit, input);
	runtimeDirectories(unit, input);
	end(unit, input);
}

/** systemd's settings create the cage, so that the init is the main process. */
const relaysReadiness = (input: UnitInput) => !input.launch && initOf(input) !== undefined && Boolean(input.reportsReady);

const servesOneConnection = ({ sockets = [] }: Pick<Application, "sockets">) =>
	isPerConnection(sockets.flatMap((text) => parsePassedSocket(text) ?? []));

/** Whether the application's standard input is a socket that systemd passes; `hasSockets`: the unit has some. */
export function readsSocket(application: Pick<Application, "sockets">, hasSockets: boolean): boolean {
	return (
		servesOneConnection(application) ||
		(hasSockets && (application.sockets ?? []).some((text) => text.endsWith(` ${standardInput}`)))
	);
}

/** The launcher's own steps, as under `run`. */
function launcher(unit: UnitLines, { sockets }: UnitInput, [program = "", ...args]: readonly string[]): void {
	if (sockets?.length) {
		unit.comment("These pass their sockets as descriptors, which the init leaves open.");
		unit.set("Sockets", sockets.join(" "));
	}
	unit.comment(
		"This version of systemd cannot create every namespace of a cage, so a script starts it, as `cagewright run` does.",
	);
	unit.comment("The script removes the privileges that it needs for that before it starts the application.");
	unit.set("ExecStart", [programWord(program), ...args.map(argumentWord)].join(" "));
	unit.set("CapabilityBoundingSet", "~");
}

/** systemd's settings create the cage; our programs come first in it. */
function cage(unit: UnitLines, input: UnitInput): void {
	const { application } = input.plan;
	const init = initOf(input);
	const [program = "", ...args] = commandOf(input);
	const confiner = input.confiner && join(launchDirectory, pathFromText(input.confiner.name));
	if (confiner) {
		unit.comment(
			"The first program loads what systemd has no settings for: Landlock rules, and a filter that checks arguments. If the kernel refuses, nothing starts.",
		);
	}
	const [first = "", ...words] = [
		...(confiner ? [pathText("ExecStart", confiner)] : []),
		...(init ? initWords(pathText("ExecStart", init), application.cwd, initKeepsKill(input)) : []),
		...(init && relaysReadiness(input) ? ["+notify"] : []),
		...(init ? stepWords(application.service ?? {}, 0) : []),
		program,
		...args,
	];
	if (input.sockets?.length) sockets(unit, input, input.sockets);
	unit.set("ExecStart", [programWord(first), ...words.map(argumentWord)].join(" "));
	unit.set("WorkingDirectory", pathText("WorkingDirectory", pathFromText(application.cwd)));
	unit.comment("As in the trial: no variables of the service manager, except those for sockets.");
	const environment = launchEnvironment(application);
	if (input.environmentFile === undefined) {
		for (const [name, value] of Object.entries(environment)) unit.set("Environment", assignmentWord(name, value));
	} else {
		unit.comment("Only root reads the file, because every account can read a unit's text.");
		unit.set("EnvironmentFile", environmentFilePath(input.environmentFile));
	}
	unit.set("UnsetEnvironment", systemdEnvironment.filter((name) => !(name in environment)).join(" "));
	credentials(unit, application.service);
}

function credentials(unit: UnitLines, { credentials = [] }: ServiceSettings = {}): void {
	if (!credentials.length) return;
	unit.comment("systemd passes these secrets in files that only the service reads. They are where the trial had them.");
	for (const { content, files: [file, ...others] = [], name } of credentials) {
		const word = `${name.replaceAll("%", "%%")}:`;
		// systemd looks for a file without a directory in its stores.
		if (file !== undefined) {
			const path = pathText("LoadCredential", pathFromText(file));
			unit.set("LoadCredential", word + (others.length ? baseName(path as Path) : path));
		}
		if (content !== undefined) unit.set("SetCredential", word + escapedBytes(Buffer.from(content, "base64")));
	}
	unit.set("BindReadOnlyPaths", `%d:${credentialsDirectory}`);
	unit.set("Environment", assignmentWord("CREDENTIALS_DIRECTORY", credentialsDirectory));
}

/** systemd creates these, and removes them when the service stops. */
function runtimeDirectories(unit: UnitLines, input: UnitInput): void {
	const directories = serviceDirectories(input).filter((one) => isRuntime(one, input));
	if (!directories.length) return;
	unit.comment("The directory of the service's sockets. It survives a restart, because cages of clients mount it.");
	const paths = directories.flatMap(({ below = [], path }) => [path, ...below.map((one) => join(path, pathFromText(one.path)))]);
	unit.set("RuntimeDirectory", paths.map((path) => pathWord("RuntimeDirectory", path).replace("/run/", "")).join(" "));
	unit.set("RuntimeDirectoryMode", octal(directories[0]?.mode ?? 0));
	unit.set("RuntimeDirectoryPreserve", "restart");
}

/** Host directories of the service's own, which must exist before systemd mounts them. The launcher creates them itself. */
function serviceDirectories({ binds, launch }: UnitInput): (DirectoryOwner & { readonly path: Path })[] {
	if (launch) return [];
	return binds.flatMap(({ created, path }) => (created ? [{ ...created, path: pathFromText(path) }] : []));
}

/** systemd gives these one mode, and the service's account. */
function isRuntime({ gid, mode, uid, ...one }: DirectoryOwner, input: UnitInput): boolean {
	const { identity } = input.plan;
	const first = serviceDirectories(input).find((other) => other.isRuntime);
	return one.isRuntime === true && uid === identity.uid && gid === identity.gid && mode === first?.mode;
}

function outside(unit: UnitLines, input: UnitInput): void {
	unit.comment("The following commands run outside the cage, and with + as root.");
	if (!input.launch) unit.set("RootDirectoryStartOnly", "yes");
	for (const { path, ...one } of serviceDirectories(input)) {
		if (isRuntime(one, input)) continue;
		unit.comment(`Creates the service's own ${one.isFile ? "file" : "directory"} if it is missing.`);
		const folder = `install -m ${octal(one.mode)} -o ${one.uid} -g ${one.gid} -d "$1"`;
		const directory = one.below ? createDirectory('"$1"', one) : folder;
		const make = one.isFile ? createFile('"$1"', one) : directory;
		// A command of the unit has the unit's mounts, in which the host's /run may be covered (measured).
		const create = `PATH=/usr/bin:/bin; exec nsenter --target 1 --mount sh -c '[ -e "$1" ] || ${make}' sh "$1"`;
		const words = ["-c", create, "sh", showPath(path)].map(argumentWord);
		unit.set("ExecStartPre", `+/bin/sh ${words.join(" ")}`);
	}
	for (const command of emptyCommands(input)) {
		unit.comment("As systemd does for the unit's own, the runtime directory and the pid file go when the service ends.");
		unit.set("ExecStartPre", command);
		unit.set("ExecStopPost", command);
	}
	if (input.reloadSignal !== undefined) {
		unit.comment("This signal makes the application reload its configuration.");
		unit.set("ExecReload", signalCommand(input, input.reloadSignal));
	}
	const reloadsByCommand = input.reloadsByCommand && (input.launch || initOf(input));
	if (reloadsByCommand) {
		unit.comment(
			`This signal makes the init run in the cage: ${programsOf(input.plan.application.service?.reload)}. Its name then shows their exit status.`,
		);
		// In the host's mounts, because the unit's may have an empty /proc.
		const inHost = 'PATH=/usr/bin:/bin; exec nsenter --target 1 --mount sh -c "$0" sh "$@"';
		const line = signalScript(input, String(reloadSignal.number), awaitReload, readName);
		const script = input.publishes ? withOwnNumbers(input.publishes.script, line) : line;
		unit.set("ExecReload", `+/bin/sh -c ${argumentWord(inHost)} ${argumentWord(script)} $MAINPID`);
	}
	if (input.publishes) publish(unit, input.publishes.script, input.reloadSignal !== undefined || Boolean(reloadsByCommand));
	// Measured with 257.13: systemd often takes a main process in its own PID namespace for another process's child
	// ("Supervising process ... which is not our child"), does not wait for it, and sends KILL right after TERM.
	if (!input.launch) unit.comment("Waits for the application to exit, because with PrivatePIDs= systemd may send KILL at once.");
	const wait = '; while kill -0 "$pid"; do sleep 0.1; done 2>/dev/null';
	const stops = input.launch !== undefined || initOf(input) !== undefined ? (input.plan.application.service?.stop ?? []) : [];
	if (stops.length) {
		unit.comment(`This signal makes the init run in the cage: ${programsOf(stops)}. Then it ends the application.`);
		if (input.publishes) unit.set("ExecStop", `-${publishCommand(input.publishes.script, "restore")} $MAINPID`);
	}
	unit.set("ExecStop", `-${signalCommand(input, stops.length ? stopRequest({ stop: stops }) : stopSignalOf(input), wait)}`);
}

/**
 * Commands that empty runtime directories and remove a pid file in the cage's data, which survives a boot. No process of the service
 * runs then. A link that one left on the way is not followed, because the path is not its own real path.
 */
function emptyCommands({ binds, data, isPortable, launch, plan }: UnitInput): string[] {
	const service = plan.application.service ?? {};
	if (launch || isPortable) return [];
	const mounts = [...mountedData({ data }), ...binds.map(({ path }) => ({ path: pathFromText(path), source: undefined }))];
	const left = leftBehind(service, mounts);
	const sourceOf = ({ mount, path }: (typeof left.files)[number]): Path[] =>
		mount.source === undefined ? [] : [`${mount.source}${path.slice(mount.path.length)}` as Path];
	const command = (script: string, words: readonly string[]) => {
		const inside = `PATH=/usr/bin:/bin; exec nsenter --target 1 --mount sh -c ${quoteShell(script as Path)} sh "$@"`;
		return `-+/bin/sh ${["-c", inside, "sh", ...words].map(argumentWord).join(" ")}`;
	};
	const directories = left.directories.flatMap(sourceOf);
	const empties = directories.map((directory) => {
		const kept = directories.filter((other) => other !== directory && isWithin(other, directory));
		const except = kept.flatMap((other) => ["!", "-path", showPath(other)]);
		const script = '[ "$(readlink -f "$1")" = "$1" ] && exec find "$@" -delete';
		return command(script, [showPath(directory), "-xdev", "-mindepth", "1", ...except]);
	});
	const removes = left.files
		.flatMap(sourceOf)
		.map((file) =>
			command('[ "$(readlink -f "$1")" = "$1" ] && exec rm -f -- "$1/$2"', [showPath(parent(file)), showPath(baseName(file))]),
		);
	return [...empties, ...removes];
}

function sockets(unit: UnitLines, input: UnitInput, names: readonly string[]): void {
	unit.comment("These pass their sockets as descriptors, which the init leaves open.");
	unit.set("Sockets", names.join(" "));
	if ((input.plan.application.sockets ?? []).some((text) => text.split(" ").includes(nonBlocking)))
		unit.set("NonBlocking", "yes");
	// sd_listen_fds(3) compares it with getpid(2); systemd 257 writes the main process's outer number (measured).
	unit.comment("Process id of the socket's recipient in its own PID namespace: the init starts the application as 2.");
	unit.set("Environment", `LISTEN_PID=${initOf(input) ? 2 : 1}`);
}

/** If systemd passes sockets, systemd-socket-activate(1), which replaced it in the trial, is not needed. */
export function commandOf({ plan, sockets }: UnitInput): readonly string[] {
	const { command } = plan.application;
	if (!sockets?.length || !/(^|\/)systemd-socket-activate$/.test(command[0] ?? "")) return command;
	const first = command.findIndex((word, index) => index > 0 && !word.startsWith("--"));
	return first < 0 ? command : command.slice(first);
}

function limits(unit: UnitLines, { files, memory, processes }: Limits, { resourceLimits = [] }: ServiceSettings = {}): void {
	if (memory !== undefined) {
		unit.comment("Limits of the application.");
		unit.set("MemoryMax", String(memory));
		unit.set("MemorySwapMax", "0");
	}
	if (processes !== undefined) unit.set("TasksMax", String(processes));
	if (files !== undefined) unit.set("LimitNOFILE", String(files));
	for (const [name, value] of resourceLimits.map(limitSetting)) {
		if (files === undefined || name !== "LimitNOFILE") unit.set(name, value);
	}
	unit.comment(
		"Prevents a crash from starting the host's core handler, which runs as root. The kernel ignores a limit of 0 for handlers.",
	);
	unit.set("LimitCORE", String(coreLimit));
}

const stopSignalOf = ({ plan, stopSignal }: UnitInput) => stopSignal ?? plan.application.service?.stopSignal ?? "TERM";

/** Returns systemd's name and value of an option of prlimit(1). */
function limitSetting(option: string): [string, string] {
	const [name = "", value = ""] = option.slice("--".length).split("=");
	return [`Limit${name.toUpperCase()}`, value.replaceAll("unlimited", "infinity")];
}

function end(unit: UnitLines, input: UnitInput): void {
	unit.comment(
		"Only the main process gets the first signal, so that it can stop the others in order. When it exits, all others are killed.",
	);
	unit.set("KillMode", "mixed");
	const stopSignal = stopSignalOf(input);
	if (stopSignal !== "TERM") unit.set("KillSignal", `SIG${stopSignal}`);
	const init = input.launch !== undefined || initOf(input) !== undefined;
	if (init) {
		unit.comment("The init exits with 128+N if signal N ended the application.");
		unit.set("SuccessExitStatus", "129 130 141 143");
	}
	// Both have the same exit status.
	if (init || input.confiner) unit.set("RestartPreventExitStatus", String(launchFailed));
}

/**
 * A unit's commands run outside the cage as root, with the unit's environment. Returns the application's variables that would
 * decide which code such a command loads (ld.so(8)). A path that only root can write, such as a distribution's library in
 * LD_PRELOAD, is harmless.
 */
function steeringVariables(environment: Readonly<Record<string, string>>): string[] {
	return Object.keys(environment).filter((name) => loaders.test(name) && !isOfTheSystem(environment[name] ?? ""));
}

const loaders = /^(LD_|GLIBC_|GCONV_PATH$|LOCPATH$|NLSPATH$)/;

function isOfTheSystem(value: string): boolean {
	return value.split(/[:\s]/).every((path) => /^\/(usr|lib|lib64)\//.test(path) && !/^\/usr\/local\/|\.\.|\$/.test(path));
}

/**
 * Returns a shell line with the shell's own kill, because kill(1) is not installed everywhere, and the application's PATH must
 * not decide what root runs. `$MAINPID` is no word if the main process has exited (systemd.service(5)); then there is nothing
 * to do. The launcher's main process is unshare(1), whose only child is the init. `then` may use `$pid`.
 */
function signalScript({ launch }: UnitInput, signal: string, then = "", first = ""): string {
	// biome-ignore lint/suspicious/noTemplateCurlyInString: a shell's expansion.
	const main = launch ? 'for pid in ${1:+$(cat "/proc/$1/task/$1/children")}' : "for pid";
	return `PATH=/usr/bin:/bin; ${main}; do ${first}kill -s ${signal} "$pid"${then}; done`;
}

const signalCommand = (input: UnitInput, signal: string, then = "") =>
	`+/bin/sh -c ${argumentWord(signalScript(input, signal, then))} sh $MAINPID`;

/** The init's name changes when the commands of a reload have ended: `reload:COUNT:STATUS`. */
const readName = 'read -r old <"/proc/$pid/comm" || exit 1; ';
const awaitReload =
	// biome-ignore lint/suspicious/noTemplateCurlyInString: a shell's expansion.
	'; until read -r new <"/proc/$pid/comm" && [ "$new" != "$old" ]; do [ -e "/proc/$pid" ] || exit 1; sleep 0.1; done; exit "${new##*:}"';

function programsOf(commands: readonly ServiceCommand[] = []): string {
	return commands.map(([program = ""]) => program.replace(/^-/, "")).join(", ");
}
