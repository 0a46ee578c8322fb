import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test, vi } from "vitest";
import { isLong } from "../long.ts";
import { bootTime } from "./booted.ts";
import { home, temporaryFolder } from "./cagewright.ts";
import { processors } from "./packages-built.ts";
import { mounted } from "./scoped.ts";

// Builds and packages take long on a busy machine.
vi.setConfig({ testTimeout: bootTime });

/** Copies the sources that git knows or would add. */
function checkout(folder: string): void {
	const words = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
	const files = execFileSync("git", words, { cwd: home, encoding: "utf8" }).split("\0");
	for (const file of files.filter((file) => file !== "" && !file.startsWith("test/"))) {
		mkdirSync(dirname(join(folder, file)), { recursive: true });
		copyFileSync(join(home, file), join(folder, file));
	}
	mkdirSync(join(folder, "node_modules"));
}

/** Builds every package in a checkout, and returns the files by their names. */
function build(folder: string, umask: string, day: string): Map<string, Buffer> {
	using _ = mounted(join(folder, "node_modules"), "--bind", join(home, "node_modules"));
	const output = join(folder, "output");
	const cache = join(folder, "cache");
	const kinds = isLong ? ["deb", "rpm"] : ["deb --processor arm64"];
	const steps = [
		...['npm pack --silent --offline --cache "$2" --pack-destination "$1" >/dev/null'],
		...kinds.map((kind) => `node scripts/package.js ${kind} --built --output "$1" >/dev/null`),
	];
	mkdirSync(output);
	const script = `umask ${umask}; ${steps.join(" && ")}`;
	const words = ["-f", `@${day} 10:00:00`, "sh", "-c", script, "sh", output, cache];
	const env = { ...process.env, TZ: "UTC", FAKETIME_DONT_FAKE_MONOTONIC: "1" };
	execFileSync("faketime", words, { cwd: folder, env, stdio: ["ignore", "inherit", "inherit"] });
	return new Map(readdirSync(output).map((name) => [name, readFileSync(join(output, name))]));
}

test("the same sources give the same packages, whatever the folder, the umask and the clock", () => {
	const [first, second] = [join(temporaryFolder("first"), "a"), join(temporaryFolder("second"), "another folder")];
	for (const folder of [first, second]) checkout(folder);
	const packages = build(first, "022", "2027-01-02");
	const again = build(second, "077", "2031-11-30");
	const kinds = [...packages.keys()].map((name) => name.replace(/^cagewright[-_][\d.]+[-_]?/, ""));
	expect(kinds.sort()).toEqual(
		isLong ? ["1.aarch64.rpm", "1.x86_64.rpm", "amd64.deb", "arm64.deb", "tgz"] : ["arm64.deb", "tgz"],
	);
	const archive = [...packages.keys()].find((name) => name.endsWith(".tgz")) ?? "";
	const members = execFileSync("tar", ["-tzf", join(first, "output", archive)], { encoding: "utf8" }).split("\n");
	for (const processor of processors) expect(members).toContain(`package/dist/native/${processor}/init`);
	const different = [...packages].flatMap(([name, bytes]) => (again.get(name)?.equals(bytes) ? [] : [name]));
	expect(different).toEqual([]);
});
