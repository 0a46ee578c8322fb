import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { isLong } from "../long.ts";
import { cycloneDxProblems } from "../record/report/record-schemas.ts";
import { bootTime } from "./booted.ts";
import { home, type Json, temporaryFolder } from "./cagewright.ts";
import { blocksOf } from "./documented-commands.ts";
import { processors } from "./packages-built.ts";
import { mounted } from "./scoped.ts";

// Builds and packages take long on a busy machine.
vi.setConfig({ testTimeout: bootTime, hookTimeout: bootTime });

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

/** Makes a release in a checkout, and returns its folder. */
function release(folder: string, umask: string, day: string): string {
	using _ = mounted(join(folder, "node_modules"), "--bind", join(home, "node_modules"));
	const output = join(folder, "output");
	const words = ["--unpublished", "--key", key, "--output", output];
	const some = isLong ? [] : ["--kind", "deb", "--processor", "arm64"];
	const script = `umask ${umask}; exec node scripts/release.js "$@"`;
	const env = { ...process.env, TZ: "UTC", FAKETIME_DONT_FAKE_MONOTONIC: "1" };
	const faked = ["-f", `@${day} 10:00:00`, "sh", "-c", script, "sh", ...words, ...some];
	execFileSync("faketime", faked, { cwd: folder, env, stdio: ["ignore", "ignore", "pipe"] });
	return output;
}

const contentOf = (folder: string) => new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
const key = join(temporaryFolder("key"), "key");
const [first, second] = [join(temporaryFolder("first"), "a"), join(temporaryFolder("second"), "another folder")];
let made: string;

beforeAll(() => {
	execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "publisher@example.org", "-f", key]);
	for (const folder of [first, second]) checkout(folder);
	made = release(first, "022", "2027-01-02");
});

test("the same sources give the same release, whatever the folder, the umask and the clock", () => {
	const [files, again] = [contentOf(made), contentOf(release(second, "077", "2031-11-30"))];
	const kinds = [...files.keys()].map((name) => name.replace(/^cagewright[-_][\d.]+[-_.]?/, ""));
	const packages = isLong ? ["1.aarch64.rpm", "1.x86_64.rpm", "amd64.deb", "arm64.deb"] : ["arm64.deb"];
	const rest = ["SHA256SUMS", "SHA256SUMS.sig", "allowed_signers", "cdx.json", "provenance.json", "tgz"];
	expect(kinds.sort()).toEqual([...packages, ...rest].sort());
	const archive = [...files.keys()].find((name) => name.endsWith(".tgz")) ?? "";
	const members = execFileSync("tar", ["-tzf", join(made, archive)], { encoding: "utf8" }).split("\n");
	for (const processor of processors) expect(members).toContain(`package/dist/native/${processor}/init`);
	expect([...again.keys()].sort()).toEqual([...files.keys()].sort());
	expect([...files].flatMap(([name, bytes]) => (again.get(name)?.equals(bytes) ? [] : [name]))).toEqual([]);
});

describe("the documented commands", () => {
	const [verifying] = blocksOf("docs/guide/verifying.md");
	/** Statuses of the commands in a copy of the release that `change` changed. */
	const verified = (change: (folder: string) => void): (number | null)[] => {
		const folder = join(temporaryFolder("verified"), "release");
		cpSync(made, folder, { recursive: true });
		change(folder);
		return (verifying?.commands ?? []).map(({ line }) => spawnSync("sh", ["-c", line], { cwd: folder }).status);
	};
	const file = (folder: string, pattern: RegExp) =>
		join(folder, readdirSync(folder).find((name) => pattern.test(name)) ?? "missing");
	const flip = (path: string, place = 0.5) => {
		const bytes = readFileSync(path);
		const at = Math.floor(bytes.length * place);
		bytes[at] = (bytes[at] ?? 0) ^ 1;
		writeFileSync(path, bytes);
	};

	test("accept a release, and a download of one package", () => {
		expect(verified(() => {})).toEqual([0, 0]);
		expect(verified((folder) => rmSync(file(folder, /\.tgz$/)))).toEqual([0, 0]);
	});

	test.each([/\.deb$/, /\.tgz$/, /\.cdx\.json$/, /\.provenance\.json$/])("notice a changed byte in %s", (pattern) => {
		expect(verified((folder) => flip(file(folder, pattern)))).toEqual([0, 1]);
	});

	test("notice a package whose checksum was changed too", () => {
		const [signature] = verified((folder) => {
			flip(file(folder, /\.deb$/));
			const line = execFileSync("sh", ["-c", "sha256sum *.deb *.tgz *.json"], { cwd: folder });
			writeFileSync(join(folder, "SHA256SUMS"), line);
		});
		expect(signature).toBe(255);
	});

	test("refuse a changed signature, and one of another key", () => {
		expect(verified((folder) => flip(join(folder, "SHA256SUMS.sig")))[0]).toBe(255);
		const [signature] = verified((folder) => {
			const other = join(temporaryFolder("other-key"), "key");
			execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", other]);
			rmSync(join(folder, "SHA256SUMS.sig"));
			const words = ["-q", "-Y", "sign", "-f", other, "-n", "cagewright-release", join(folder, "SHA256SUMS")];
			execFileSync("ssh-keygen", words, { stdio: "ignore" });
		});
		expect(signature).toBe(255);
	});
});

test("the bill of materials matches CycloneDX's schema and names every library of the bundle", () => {
	const [name = ""] = readdirSync(made).filter((one) => one.endsWith(".cdx.json"));
	const bom = JSON.parse(readFileSync(join(made, name), "utf8"));
	expect(cycloneDxProblems(bom)).toEqual([]);
	const components: Json[] = bom.components;
	const named = components.map(({ group, name, version }) => `${group ? `${group}/` : ""}${name} ${version}`);
	const licences = readFileSync(join(home, "dist/licences.txt"), "utf8").matchAll(/^(\S+ \d\S*) \([^)]+\)$/gm);
	const bundled = [...licences].map(([, library]) => library);
	expect(bundled).toContain("ink 6.8.0");
	expect(named).toEqual(expect.arrayContaining(bundled));
	for (const { hashes, name } of components) expect([name, hashes?.length]).toEqual([name, 1]);
});

test("the provenance names each file of the release with its checksum", () => {
	const [name = ""] = readdirSync(made).filter((one) => one.endsWith(".provenance.json"));
	const { subject }: Json = JSON.parse(readFileSync(join(made, name), "utf8"));
	const lines = readFileSync(join(made, "SHA256SUMS"), "utf8").trim().split("\n");
	const others = lines.filter((line) => !line.endsWith(name));
	expect(subject.map((one: Json) => `${one.digest.sha256}  ${one.name}`)).toEqual(others);
});

test.each([
	["without a key", [], "name the SSH key"],
	["into a folder with files", ["--key", key, "--output", home], "is not empty"],
])("a release %s is refused", (_, words, reason) => {
	const { status, stderr } = spawnSync(process.execPath, ["scripts/release.js", ...words], { cwd: home, encoding: "utf8" });
	expect({ status, stderr }).toMatchObject({ status: 2, stderr: expect.stringContaining(reason) });
});

describe("a publisher's package.json", () => {
	const author = "A Publisher <publisher@example.org>";
	const contact = {
		author,
		repository: { url: "git+https://example.org/cagewright.git" },
		bugs: { url: "https://example.org/bugs" },
	};
	const run = (...words: string[]) => {
		using _ = mounted(join(first, "node_modules"), "--bind", join(home, "node_modules"));
		return execFileSync(process.execPath, words, { cwd: first, encoding: "utf8" }).trim();
	};
	const problem = () =>
		run("-e", 'import("./scripts/package/release.js").then((release) => console.log(release.contactProblem()))');

	test("is needed for a release, and is in the packages", () => {
		const file = join(first, "package.json");
		const own = JSON.parse(readFileSync(file, "utf8"));
		expect(problem()).toBe("package.json names no repository, no bugs, no author with an address");
		writeFileSync(file, JSON.stringify({ ...own, ...contact }));
		expect(problem()).toBe("undefined");
		const output = temporaryFolder("published");
		const build = (kind: string) => run("scripts/package.js", kind, "--built", "--processor", process.arch, "--output", output);
		const fields = execFileSync("dpkg-deb", ["-f", build("deb"), "Maintainer", "Homepage"], { encoding: "utf8" });
		expect(fields.split("\n")).toEqual([`Maintainer: ${author}`, "Homepage: https://example.org/cagewright", ""]);
		const query = ["-qp", "--nosignature", "--qf", "%{PACKAGER} %{URL} %{BUGURL}", build("rpm")];
		expect(execFileSync("rpm", query, { encoding: "utf8" })).toBe(
			`${author} https://example.org/cagewright https://example.org/bugs`,
		);
	});
});
