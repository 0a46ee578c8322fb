import { baseName, join, type Path, pathFromText } from "../path/path.ts";
import { quoteShell, quoteShellLine } from "../path/quote.ts";
import { setprivCaps } from "./capabilities.ts";
import { type CageRoot, environmentName, type LaunchSpec, launchDirectory } from "./launch.ts";
import type { Layer } from "./method.ts";
import { confiningLayers } from "./programs/confine.ts";
import { environmentWords } from "./programs/environment.ts";
import { processIdPlace } from "./programs/passed-sockets.ts";

/**
 * Returns the last line: an empty environment, the root, `confine` for init and application, the init, then the application's
 * account and capabilities. setpriv runs twice, because the init keeps CAP_KILL for itself. Without root there is one account
 * without privileges, and the second run only marks where the application begins (trace/start.ts). In the sandbox, `confine`
 * also enters the root, which needs capabilities of a user namespace.
 */
export function start(
	spec: LaunchSpec,
	confine: readonly string[],
	capabilities: readonly string[],
	init: Path,
	tool: readonly string[] = [spec.setpriv],
): string[] {
	const { without = [] } = spec;
	const onHost = spec.root.kind === "host";
	const inherits = without.includes("environment");
	const none = ["--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all"];
	const sockets = spec.socketsProgram === undefined || onHost ? [] : [join(launchDirectory, baseName(spec.socketsProgram))];
	const dropped = spec.rootless && !without.includes("capabilities") ? [...tool, ...none, "--"] : [];
	const words = [
		...["exec", ...(without.includes("session") ? [] : ["setsid", ...(spec.hasTerminal ? ["--ctty"] : [])])],
		...["env", ...(inherits ? [] : ["-i"])],
		...(onHost || inherits ? variables(spec) : []),
		...(spec.root.kind === "cage"
			? [spec.chroot, ".", ...sockets, ...dropped, ...confine]
			: [...sockets.map((path) => `.${path}` as Path), ...confine, ...dropped]),
		...[init, pathFromText(spec.cwd)],
	];
	return [`${quoteShellLine(words)} ${applicationLine(spec, capabilities, tool)}`];
}

/** The part that only concerns the application: setpriv for its account and capabilities, its environment, its command. */
function applicationLine(spec: LaunchSpec, capabilities: readonly string[], tool: readonly string[]): string {
	const ofOne = spec.without?.includes("capabilities") ? [] : ["--inh-caps=-all"];
	const account = spec.rootless ? ofOne : accountWords(spec, capabilities);
	// On the host itself no account can be given our executable, so the variables come first.
	const isEarly = spec.root.kind === "host" || spec.without?.includes("environment");
	const [program, ...environment] = isEarly ? [] : environmentWords(join(launchDirectory, environmentName), variables(spec));
	const acceptor = spec.acceptor === undefined ? [] : [join(launchDirectory, baseName(spec.acceptor))];
	const before = quoteShellLine([...tool, ...account, "--", ...(program === undefined ? [] : [program])]);
	const inherited = spec.inheritsSockets ? `${inheritedVariables} ` : "";
	return `${before} ${inherited}${quoteShellLine([...environment, ...acceptor, ...spec.command.map(pathFromText)])}`;
}

/** sd_listen_fds(3). */
const inheritedVariables = `LISTEN_PID=${processIdPlace} "LISTEN_FDS=$LISTEN_FDS" "LISTEN_FDNAMES=\${LISTEN_FDNAMES-}"`;

function accountWords({ identity, root, without = [] }: LaunchSpec, capabilities: readonly string[]): string[] {
	const isRoot = identity.uid === 0;
	const bounding = setprivCaps(capabilities);
	const inherited = isRoot ? "-all" : bounding;
	const unlimited = (isRoot && root.kind === "host") || without.includes("capabilities");
	return [
		...["--reuid", String(identity.uid), "--regid", String(identity.gid)],
		...(identity.groups.length ? ["--groups", identity.groups.join(",")] : ["--clear-groups"]),
		...(unlimited ? [] : [`--inh-caps=${inherited}`, `--ambient-caps=${inherited}`, `--bounding-set=${bounding}`]),
	];
}

const variables = ({ env }: LaunchSpec) => Object.entries(env).map(([name, value]) => pathFromText(`${name}=${value}`));

/** Returns setpriv in `.launch`, started by its own loader. */
export function insideTool(spec: LaunchSpec, { tools }: Pick<CageRoot, "tools">): string[] {
	return [
		join(launchDirectory, baseName(tools[0])),
		"--library-path",
		launchDirectory,
		join(launchDirectory, baseName(spec.setpriv)),
	];
}

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

/** Comes before everything that runs in the cage. */
export function confineWords(cage: CageRoot, without: readonly Layer[] = []): string[] {
	const isEmpty = confiningLayers.every((layer) => without.includes(layer));
	return isEmpty ? [] : [join(launchDirectory, baseName(cage.confiner))];
}
