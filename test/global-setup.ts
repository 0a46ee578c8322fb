import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const home = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * System tests drive the program as it is shipped, so it is built first where its source is newer. CAGEWRIGHT_PROGRAM names
 * another build to test instead, an installed one for example.
 */
export default function buildProgram(): void {
	if (process.env.CAGEWRIGHT_PROGRAM) return;
	const sources = ["src", "templates", "build.js", "package.json", "package-lock.json"].map((name) => join(home, name));
	const built = statSync(join(home, "dist/main.js"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
	if (Math.max(...sources.map(newest)) < built) return;
	execFileSync(process.execPath, ["build.js"], { cwd: home, stdio: "inherit" });
}

function newest(path: string): number {
	const status = statSync(path);
	if (!status.isDirectory()) return status.mtimeMs;
	return Math.max(status.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}
