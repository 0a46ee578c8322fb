import { type Path, pathFromText } from "../path/path.ts";
import { quoteShellLine } from "../path/quote.ts";
import type { LaunchSpec } from "./launch.ts";

/**
 * The last line: environment, root, what applies to the init and the application alike (`confine`), the init, and what applies
 * to the application alone: its account and capabilities. setpriv runs twice, because the init keeps CAP_KILL for itself.
 */
export function start(
	spec: LaunchSpec,
	confine: readonly string[],
	capabilities: readonly string[],
	init: Path,
	tool: readonly string[] = [spec.setpriv],
): string[] {
	const { identity } = spec;
	const root = identity.uid === 0;
	const kept = ["-all", ...capabilities.map((name) => `+${name}`)].join(",");
	const inherited = root ? "-all" : kept;
	const unlimited = root && spec.root.kind !== "cage";
	const account = [
		...tool,
		...["--reuid", String(identity.uid), "--regid", String(identity.gid)],
		...(identity.groups.length ? ["--groups", identity.groups.join(",")] : ["--clear-groups"]),
		...(unlimited ? [] : [`--inh-caps=${inherited}`, `--ambient-caps=${inherited}`, `--bounding-set=${kept}`]),
		"--",
	];
	const words = [
		...["exec", "setsid", "env", "-i"],
		...Object.entries(spec.env).map(([name, value]) => pathFromText(`${name}=${value}`)),
		...(spec.root.kind === "host" ? [] : [spec.chroot, "."]),
		...confine,
		...[init, pathFromText(spec.cwd)],
		...account,
		...spec.command.map(pathFromText),
	];
	return [quoteShellLine(words)];
}
