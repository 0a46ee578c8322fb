import { baseName, join, type Path, pathFromText } from "../path/path.ts";
import { quoteShellLine } from "../path/quote.ts";
import { confiningLayers } from "./confine.ts";
import { environmentName, environmentWords } from "./environment.ts";
import { type CageRoot, type LaunchSpec, launchDirectory } from "./launch.ts";
import type { Layer } from "./layers.ts";

/**
 * The last line: an empty environment, root, what applies to the init and the application alike (`confine`), the init, and what applies
 * to the application alone: its account and capabilities. setpriv runs twice, because the init keeps CAP_KILL for itself. Without root
 * there is one account, and nothing that either of them could keep: the second run then only marks where the application begins (trace/start.ts).
 * In the sandbox, `confine` also enters the root, for which it needs the capabilities of a user namespace.
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
		...applicationWords(spec, capabilities, tool),
	];
	return [quoteShellLine(words)];
}

/** What applies to the application alone: its account and capabilities, by setpriv; its environment; then its command. */
export function applicationWords(spec: LaunchSpec, capabilities: readonly string[], tool: readonly string[]): string[] {
	const ofOne = spec.without?.includes("capabilities") ? [] : ["--inh-caps=-all"];
	const account = spec.rootless ? ofOne : accountWords(spec, capabilities);
	// Nothing of the host's own tree can be given to an account to execute: there the variables come before.
	const isGiven = spec.root.kind === "host" || spec.without?.includes("environment");
	const environment = isGiven ? [] : environmentWords(join(launchDirectory, environmentName), variables(spec));
	const acceptor = spec.acceptor === undefined ? [] : [join(launchDirectory, baseName(spec.acceptor))];
	return [...tool, ...account, "--", ...environment, ...acceptor, ...spec.command.map(pathFromText)];
}

function accountWords({ identity, root, without = [] }: LaunchSpec, capabilities: readonly string[]): string[] {
	const isRoot = identity.uid === 0;
	const kept = ["-all", ...capabilities.map((name) => `+${name}`)].join(",");
	const inherited = isRoot ? "-all" : kept;
	const unlimited = (isRoot && root.kind === "host") || without.includes("capabilities");
	return [
		...["--reuid", String(identity.uid), "--regid", String(identity.gid)],
		...(identity.groups.length ? ["--groups", identity.groups.join(",")] : ["--clear-groups"]),
		...(unlimited ? [] : [`--inh-caps=${inherited}`, `--ambient-caps=${inherited}`, `--bounding-set=${kept}`]),
	];
}

const variables = ({ env }: LaunchSpec) => Object.entries(env).map(([name, value]) => pathFromText(`${name}=${value}`));

/** setpriv as it is in `.launch`, started by its own loader. */
export function insideTool(spec: LaunchSpec, { tools }: Pick<CageRoot, "tools">): string[] {
	return [
		join(launchDirectory, baseName(tools[0])),
		"--library-path",
		launchDirectory,
		join(launchDirectory, baseName(spec.setpriv)),
	];
}

/** Comes before everything that runs in the cage. */
export function confineWords(cage: CageRoot, without: readonly Layer[] = []): string[] {
	const isEmpty = confiningLayers.every((layer) => without.includes(layer));
	return isEmpty ? [] : [join(launchDirectory, baseName(cage.confiner))];
}
