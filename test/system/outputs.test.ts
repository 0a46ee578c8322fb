import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { constants, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createProgram } from "../../src/cli/program.ts";
import { some } from "../long.ts";
import { cagewright, program } from "./cagewright.ts";
import { outputFolder } from "./output-folder.ts";

/** Everything that `-o` may name, for every verb that has it. */

const { at, folder, state } = outputFolder("outputs");

/** Verbs with `-o`, and which of them may replace a file. */
const verbs: Readonly<Record<string, { readonly words: readonly string[]; readonly replaces: boolean }>> = {
	record: { words: ["record", "demo"], replaces: true },
	"record in another format": { words: ["record", "demo", "--format", "cyclonedx"], replaces: true },
	metrics: { words: ["metrics"], replaces: true },
	export: { words: ["export", "demo"], replaces: false },
	"export of a filter": { words: ["export", "demo", "--format", "seccomp"], replaces: false },
	"export for Kubernetes": { words: ["export", "demo", "--format", "kubernetes"], replaces: false },
	"export of an image": { words: ["export", "demo", "--format", "oci"], replaces: false },
	"export of units": { words: ["export", "demo", "--format", "quadlet"], replaces: false },
	"template new": { words: ["template", "new", "shop"], replaces: false },
	"template export": { words: ["template", "export", "demo"], replaces: false },
};
const replacing = Object.entries(verbs).filter(([, { replaces }]) => replaces);
const creating = Object.entries(verbs).filter(([, { replaces }]) => !replaces);

/** Everything about a node that an output may not change. */
function node(path: string): object {
	const { gid, ino, mode, nlink, rdev, uid } = lstatSync(path);
	const content =
		(mode & constants.S_IFMT) === constants.S_IFREG ? createHash("sha256").update(readFileSync(path)).digest("hex") : "";
	const target = (mode & constants.S_IFMT) === constants.S_IFLNK ? readlinkSync(path) : "";
	return { path, mode, uid, gid, ino, rdev, nlink, content, target };
}
const nodes = () => (readdirSync(folder, { recursive: true, encoding: "utf8" }) as string[]).sort().map((name) => node(at(name)));

const bind = "require('net').createServer().listen(process.argv[1], () => process.exit())";
/** Nodes that no output may replace, with the exit status of a verb that could replace a file. */
const kinds: Readonly<
	Record<string, { readonly make: (place: string) => void; readonly status: number; readonly says: RegExp }>
> = {
	null: { make: (place) => device(place, "c", 1, 3), status: 0, says: /^(Wrote .*\n)?$/ },
	full: { make: (place) => device(place, "c", 1, 7), status: 1, says: /No space left/ },
	random: { make: (place) => device(place, "c", 1, 9), status: 4, says: /is a device/ },
	// Major 60 is for experiments. Opening another device, such as a watchdog, may have effects.
	unknown: { make: (place) => device(place, "c", 60, 1), status: 4, says: /is a device/ },
	disk: { make: (place) => device(place, "b", 7, 200), status: 4, says: /is a block device/ },
	fifo: { make: (place) => execFileSync("mkfifo", ["-m", "640", place]), status: 1, says: /No process reads/ },
	socket: { make: (place) => execFileSync("node", ["-e", bind, place]), status: 4, says: /is a socket/ },
	"link-to-file": { make: (place) => symlinkSync(at("target"), place), status: 4, says: /is a link to \S+target\./ },
	"link-to-null": { make: (place) => symlinkSync("/dev/null", place), status: 4, says: /is a link to \/dev\/null\./ },
	"link-to-nothing": { make: (place) => symlinkSync("nowhere", place), status: 4, says: /is a link to nowhere\./ },
	"link-to-stdout": { make: (place) => symlinkSync("/proc/self/fd/1", place), status: 4, says: /is a link to/ },
	folder: { make: (place) => mkdirSync(place), status: 2, says: /is a directory/ },
	foreign: { make: (place) => writeFileSync(place, "mine\n"), status: 4, says: /not written by Cagewright.*--force/ },
	empty: { make: (place) => writeFileSync(place, ""), status: 4, says: /not written by Cagewright/ },
};
const device = (place: string, type: string, major: number, minor: number) =>
	execFileSync("mknod", ["-m", "666", place, type, `${major}`, `${minor}`]);

const run = (verb: readonly string[], place: string, ...options: readonly string[]) =>
	cagewright([...verb, "-o", place, ...options], { state });

test("the tables name every verb with an output, and only those that replace files have --force", () => {
	const all = createProgram([], async () => {}).commands.filter(({ options }) => options.some(({ long }) => long === "--output"));
	const named = (names: readonly (readonly [string, { words: readonly string[] }])[]) => [
		...new Set(names.map(([, { words }]) => words[0])),
	];
	expect(all.map((verb) => verb.name()).sort()).toEqual(named(Object.entries(verbs)).sort());
	const forced = all.filter(({ options }) => options.some(({ long }) => long === "--force"));
	expect(forced.map((verb) => verb.name()).sort()).toEqual(named(replacing).sort());
});

describe.each(Object.keys(kinds))("a node of kind %s", (kind) => {
	const { make, says, status } = kinds[kind] ?? (() => expect.fail(kind))();
	test.each(some(3, replacing))("is the same after %s, also with --force", async (_, { words }) => {
		writeFileSync(at("target"), "kept\n");
		make(at(kind));
		const before = nodes();
		const result = await run(words, at(kind));
		expect(result).toMatchObject({ status, stdout: "" });
		expect(result.stderr).toMatch(says);
		expect(result.stderr.split("\n").length).toBeLessThanOrEqual(2);
		expect(nodes()).toEqual(before);
		if (kind === "foreign" || kind === "empty") return;
		expect((await run(words, at(kind), "--force")).status).toBe(status);
		expect(nodes()).toEqual(before);
	});
});

const writing: readonly [string, readonly string[]][] = [
	["selftest --program", ["selftest", "--program"]],
	...creating.map(([name, { words }]): [string, readonly string[]] => [name, [...words, "-o"]]),
];
test.each(some(2, writing))("%s writes new files only, whatever is there", async (_, words) => {
	writeFileSync(at("target"), "kept\n");
	for (const [kind, { make }] of Object.entries(kinds)) make(at(kind));
	const before = nodes();
	for (const kind of Object.keys(kinds)) {
		const { status, stderr, stdout } = await cagewright([...words, at(kind)], { state });
		expect({ kind, status, stdout }).toEqual({ kind, status: 2, stdout: "" });
		expect(stderr).toMatch(/^cagewright: [^\n]*(already exists|is a directory)[^\n]*\n$/);
	}
	expect(nodes()).toEqual(before);
});

test("the host's /dev/null, /dev/stdout and the like stay what they are", async () => {
	const places = some(2, ["/dev/null", "/dev/stdout", "/dev/zero", "/dev/stderr", "/dev/fd/1", "-"]);
	const others = some(1, ["export demo", "metrics", "template new x"]);
	const tries = others.map((verb) => `try ${verb} -o $o`).join("; ");
	const script = [
		"mount -n -t tmpfs -o mode=755 tmpfs /dev",
		"mknod -m 666 /dev/null c 1 3 && mknod -m 666 /dev/zero c 1 5 && mknod -m 666 /dev/urandom c 1 9",
		"ln -s /proc/self/fd /dev/fd && ln -s fd/0 /dev/stdin && ln -s fd/1 /dev/stdout && ln -s fd/2 /dev/stderr",
		"look() { find /dev -printf '%p %i %M %U %G %l\\n' | sort; stat -c '%t:%T' /dev/null; }",
		`before=$(look)`,
		"node=$0 program=$1 state=$2 got=$3",
		`try() { "$node" "$program" --state "$state" "$@" >"$got" 2>&1; echo "$* $? $(test -s "$got" && echo text)"; }`,
		`for o in ${places.join(" ")}; do try record demo -o $o; done`,
		`for o in /dev/null /dev/stdout; do ${tries}; done`,
		'after=$(look); test "$before" = "$after" && echo same',
	].join("\n");
	const words = ["--mount", "bash", "-c", script, process.execPath, program, state, at("got")];
	const lines = execFileSync("unshare", words, { encoding: "utf8" }).trim().split("\n");
	expect(lines.at(-1)).toBe("same");
	const isRefused = (line: string) => /^(export|template) .* \/dev\/null /.test(line);
	const isSilent = (line: string) => /^metrics -o \/dev\/null /.test(line);
	for (const line of lines.slice(0, -1))
		expect(line).toMatch(isRefused(line) ? / 2 text$/ : isSilent(line) ? / 0 $/ : / 0 text$/);
	expect(lines).toHaveLength(places.length + 2 * others.length + 1);
});

describe("standard output and descriptors", () => {
	const places = ["/dev/stdout", "-", "/dev/fd/1", "/proc/self/fd/1", "/proc/thread-self/fd/1", "/dev/./fd/../stdout"];
	test.each(some(2, places))("%s is standard output for every verb", async (place) => {
		expect((await run(["metrics"], place)).stdout).toContain("cagewright_build_info");
		expect((await run(["record", "demo"], place)).stdout).toContain("# Record of the cage demo");
		expect((await run(["record", "demo", "--json"], place)).json.schema).toBe("cagewright/record/1");
		expect((await run(["template", "new", "shop"], place)).json).toMatchObject({ name: "shop" });
		expect((await run(["export", "demo", "--format", "seccomp"], place)).json).toHaveProperty("defaultAction");
		expect(await run(["metrics", "--json"], place)).toMatchObject({ status: 2, stderr: /two formats/ });
		expect(await run(["export", "demo", "--format", "oci"], place)).toMatchObject({ status: 2, stderr: /-o demo\.tar/ });
		expect(await run(["record", "--all"], place)).toMatchObject({ status: 2, stderr: /--all -o DIR/ });
		for (const checked of [place, "/dev/null"])
			expect(await run(["record", "demo", "--checksum"], checked)).toMatchObject({ status: 2, stderr: /requires a file/ });
	});

	test("a descriptor of the caller gets the output, and one of Node or of nobody is refused", () => {
		const line = (words: string) => `"$0" "$1" --state "$2" ${words}`;
		const shell = (script: string) =>
			execFileSync("bash", ["-c", script, process.execPath, program, state], { encoding: "utf8", cwd: folder });
		expect(shell(`${line("record demo -o /dev/fd/7")} 2>/dev/null 7>seven; head -c 8 seven`)).toBe("# Record");
		expect(shell(`${line("metrics -o >(head -c 6 >piped)")}; wait $!; cat piped`)).toBe("# HELP");
		expect(shell(`${line("export demo -o /proc/self/fd/8")} 8>eight; tar -tf eight | head -n 1`)).toBe("export.json\n");
		for (const descriptor of some(2, [77, 3, 4, 6, 8, 9, 12, 13]))
			expect(shell(`${line(`metrics -o /dev/fd/${descriptor}`)} 2>&1; echo $?`)).toMatch(
				new RegExp(`^cagewright: Descriptor ${descriptor} is not open[^\\n]*\\n2\\n$`),
			);
	});
});
