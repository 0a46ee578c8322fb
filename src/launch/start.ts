import { baseName, join, type Path, pathFromText } from "../base/path/path.ts";
import { quoteShell, quoteShellLine } from "../base/path/quote.ts";
import { octal } from "../base/text.ts";
import { environmentName, initName, launchDirectory } from "../confine/places.ts";
import { usualUmask } from "../service/service-settings.ts";
import { type CageRoot, coreLimit, type LaunchSpec } from "./launch.ts";
import { stepWords } from "./programs/init.ts";
import { processIdPlace } from "./programs/passed-sockets.ts";

/**
 * Returns the last lines: the service's settings, then an empty environment, the root, `confine` for init and application, the init, then the program that gives
 * the application its account, capabilities and environment. In the sandbox, `confine` also enters the root, which needs
 * capabilities of a user namespace. `launch` is the directory of the later programs.
 */
export function start(spec: LaunchSpec, confiner: Path | undefined, launch: Path): string[] {
	const { root, without = [] } = spec;
	const onHost = root.kind === "host";
	const inherits = without.includes("environment");
	const sockets = spec.socketsProgram === undefined || onHost ? [] : [join(launchDirectory, baseName(spec.socketsProgram))];
	const confine = confiner === undefined ? [] : [confiner];
	const { line, shared } = applicationLine(spec, launch);
	const beside = onHost ? [] : stepWords(spec.service ?? {}, shared).map(pathFromText);
	const words = [
		"exec",
		...sessionWords(spec),
		"env",
		...(inherits ? [] : ["-i"]),
		...(root.kind === "cage" ? [spec.chroot, ".", ...sockets] : sockets.map((path) => `.${path}` as Path)),
		...confine,
		within(launch, initName),
		workingDirectory,
		...beside,
	];
	return [...serviceSteps(spec), ...withoutCoreDumps(spec), `${quoteShellLine(words)} ${line}`];
}

/**
 * A crash must not start the host's core handler (`|program` in core_pattern), which runs as root outside and reads data that
 * the application chose. The kernel ignores a limit of 0 there, but refuses a limit of one byte (`cprm.limit == 1` in
 * fs/coredump.c). A user's hard limit may already be 0, and only root can raise it. No later step may set a limit.
 */
function withoutCoreDumps({ root, rootless }: LaunchSpec): string[] {
	if (root.kind === "host") return [];
	return [`prlimit --pid $$ --core=${coreLimit}:${coreLimit}${rootless ? " 2>/dev/null || :" : ""}`];
}

/**
 * Settings of the process that only the application should have, not the launch's other programs. Like systemd, a launch that may
 * not raise something (without root, in a container) leaves it as it is.
 */
function serviceSteps({ limits, service = {} }: LaunchSpec): string[] {
	const { ignoresPipe, oomScoreAdjust, resourceLimits = [], umask = usualUmask } = service;
	const held = resourceLimits.filter((option) => limits?.files === undefined || !option.startsWith("--nofile="));
	return [
		...(oomScoreAdjust === undefined ? [] : [`{ echo ${oomScoreAdjust} >/proc/self/oom_score_adj; } 2>/dev/null || :`]),
		...(umask === usualUmask ? [] : [`umask ${octal(umask)}`]),
		...(ignoresPipe ? ["trap '' PIPE"] : []),
		...held.map((option) => `prlimit --pid $$ ${quoteShellLine([option])} 2>/dev/null || :`),
	];
}

/**
 * A traced application stays in strace's session, which is new and has no terminal, and the init begins a process group. The kernel
 * schedules sessions in turn (`sched_autogroup_enabled`, sched(7)): in another session, the application would wait for other processes
 * at each traced call. On a busy machine, nginx under strace was seven times slower (measured).
 */
const sharesSession = ({ isTraced = false, without = [] }: LaunchSpec) => isTraced || without.includes("session");

function sessionWords(spec: LaunchSpec): string[] {
	if (sharesSession(spec)) return [];
	return spec.hasTerminal ? ["setsid", "--ctty"] : ["setsid"];
}

/** A relative directory stays relative. */
const within = (launch: Path, name: string) => `${launch}/${name}` as Path;

/** The init stays where it is, because only the next program knows the application's working directory. */
const workingDirectory = pathFromText(".");

/**
 * The part that only concerns the application: the program for its account and environment, and its command. `shared` words are not
 * the command.
 */
function applicationLine(spec: LaunchSpec, launch: Path): { readonly line: string; readonly shared: number } {
	const program = quoteShellLine([within(launch, environmentName), pathFromText(spec.cwd)]);
	const acceptor = spec.acceptor === undefined ? [] : [join(launchDirectory, baseName(spec.acceptor))];
	const inherited = spec.inheritsSockets ? `${inheritedVariables} ` : "";
	return {
		line: `${program} ${inherited}${quoteShellLine(["", ...acceptor, ...spec.command.map(pathFromText)])}`,
		shared: 3 + (spec.inheritsSockets ? inheritedCount : 0),
	};
}

/** sd_listen_fds(3). */
const inheritedVariables = `LISTEN_PID=${processIdPlace} "LISTEN_FDS=$LISTEN_FDS" "LISTEN_FDNAMES=\${LISTEN_FDNAMES-}"`;
const inheritedCount = 3;

type OwnProgram = keyof NonNullable<CageRoot["inScript"]>;

/** Returns Cagewright's own programs of a launch, with their host paths. */
export function ownPrograms(spec: LaunchSpec, confiner: Path): (readonly [OwnProgram, Path])[] {
	const { acceptor, environment, init, socketsProgram: sockets } = spec;
	const all = Object.entries({ confiner, init, environment, sockets, acceptor }) as [OwnProgram, Path | undefined][];
	return all.flatMap(([name, path]) => (path === undefined ? [] : [[name, path] as const]));
}

/** Copies each name once: cp(1) refuses a second file with the same name, and a library may have several paths. */
export function copyFiles(files: readonly Path[], launch: string): string {
	const copied = new Map<Path, Path>();
	for (const file of files) if (!copied.has(baseName(file))) copied.set(baseName(file), file);
	return `cp -L ${[...copied.values()].map((file) => quoteShell(file)).join(" ")} ${launch}`;
}
