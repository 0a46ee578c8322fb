import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { home, temporaryFolder } from "./cagewright.ts";

/** The processors that packages are built for, in Node's names. */
export const processors = ["x64", "arm64"] as const;
export type Processor = (typeof processors)[number];

/** Builds packages of the program as it was built, and returns their paths. */
export function buildPackages(kind: "deb" | "rpm"): Readonly<Record<Processor, string>> {
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
