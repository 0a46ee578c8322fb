import { spawnSync } from "node:child_process";
import { type HostShell, shellTools } from "../../core/confinement/brought-shell.ts";
import { libraryClosure } from "../../core/elf/closure.ts";
import { Failure } from "../../core/failure.ts";
import { type Path, pathFromText } from "../../core/path/path.ts";
import { systemFiles } from "../files/files.ts";
import { findTool, toolEnvironment } from "./tools.ts";

/** The best shell that this machine has to bring along. Throws `shell-missing` (exit 3). */
export function hostShell(): HostShell {
	const busybox = findTool("busybox");
	if (busybox !== undefined && isStatic(busybox)) {
		const { stdout } = spawnSync(busybox, ["--list"], { encoding: "utf8", env: toolEnvironment });
		const built = new Set(stdout.split("\n"));
		return { kind: "busybox", program: pathFromText(busybox), applets: shellTools.filter((name) => built.has(name)) };
	}
	const bash = findTool("bash");
	if (bash === undefined) throw new Failure("shell-missing", {}, 3);
	const programs = [bash, ...shellTools.flatMap((name) => (name === "sh" ? [] : (findTool(name) ?? [])))]
		.map(pathFromText)
		.filter((path) => loaderOf(path) === loaderOf(pathFromText(bash)));
	const { interpreters, needed } = libraryClosure(programs, systemFiles());
	const [loader] = interpreters.keys();
	if (loader === undefined) throw new Failure("shell-missing", {}, 3);
	return { kind: "bash", programs, loader, libraries: [...needed.keys()].filter((library) => library !== loader) };
}

function isStatic(executable: string): boolean {
	return loaderOf(pathFromText(executable)) === undefined;
}

/** Undefined for what is static, or no executable of the kernel's. */
function loaderOf(path: Path): Path | undefined {
	return [...libraryClosure([path], systemFiles()).interpreters.keys()][0];
}
