import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { isLong } from "../long.ts";
import { home, temporaryFolder } from "./cagewright.ts";

export type Processor = "x64" | "arm64";
/** The processors that packages are built for, in Node's names. `npm test` builds only for this machine's. */
export const processors: readonly Processor[] = isLong ? ["x64", "arm64"] : [process.arch as Processor];

/** Builds packages of the program as it was built, and returns their paths. */
export function buildPackages(kind: "deb" | "rpm"): Readonly<Record<Processor, string>> {
	if (!isLong) return { x64: "", arm64: "", [process.arch]: buildPackage(kind) };
	const [x64 = "", arm64 = ""] = packageScript(kind).split("\n");
	return { x64, arm64 };
}

/** The same for this machine's processor. */
export function buildPackage(kind: "deb" | "rpm", folder?: string): string {
	return packageScript(kind, ["--processor", process.arch], folder);
}

function packageScript(kind: string, words: readonly string[] = [], folder = temporaryFolder(kind)): string {
	const script = join(home, "scripts/package.js");
	return execFileSync(process.execPath, [script, kind, "--built", "--output", folder, ...words], { encoding: "utf8" }).trim();
}
