import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { baseName, clean, type Path } from "../../src/base/path/path.ts";
import { stringOf } from "../../src/trace/argument.ts";
import { TraceFold } from "../../src/trace/fold.ts";
import { usedMemory } from "../memory.ts";
import { foldRecording, recording, recordings } from "./corpus.ts";
import { accessesOf, begin, fold, labelLikeStrace, quoteLikeStrace, startAtFirstExecve } from "./folding.ts";

const awkward = [...'\n"\\<>-= ,(){}[]0123456789\t\r\x01\x7f\xff@*', " resumed>", " <unfinished ...>", '\n7  unlink("/etc") = 0'];
const name = fc
	.array(
		fc.oneof(
			fc.constantFrom(...awkward),
			fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)),
		),
		{ minLength: 1, maxLength: 24 },
	)
	.map((parts) => parts.join("").replaceAll("/", "_"))
	.filter((text) => text !== "." && text !== "..");
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join("/")}`);

describe("names of any bytes", () => {
	test("are restored from every form that strace prints", () => {
		fc.assert(
			fc.property(path, path, name, fc.boolean(), (directory, real, base, interrupted) => {
				const open = `openat(5<${labelLikeStrace(directory)}>, "${quoteLikeStrace(base)}", O_RDONLY`;
				const opened = `) = 6<${labelLikeStrace(real)}>`;
				const folded = fold(
					interrupted
						? `${begin}10  ${open} <unfinished ...>\n10  <... openat resumed>${opened}`
						: `${begin}10  ${open}${opened}`,
				);
				const expected = `${directory}/${base}` as Path;
				expect(accessesOf(folded)).toEqual({ [expected]: "read" });
				expect(folded.trace.accesses.get(expected)?.real).toBe(real);
			}),
		);
	});

	test("are restored as arguments, working directories and sockets", () => {
		fc.assert(
			fc.property(path, name, (directory, base) => {
				const folded = fold(`${begin}10  chdir("${quoteLikeStrace(directory)}") = 0
10  stat("${quoteLikeStrace(base)}", {st_mode=S_IFREG|0644, ...}) = 0
10  connect(3<socket:[1]>, {sa_family=AF_UNIX, sun_path="${quoteLikeStrace(directory)}"}, 110) = 0
10  rename("${quoteLikeStrace(directory)}", "/another file system") = -1 EXDEV (Invalid cross-device link)`);
				const moved = clean(`${directory}/${base}` as Path);
				expect(new Set(folded.trace.accesses.keys())).toEqual(new Set(["/bin/app", directory, moved, "/another file system"]));
				expect(accessesOf(folded)[directory]).toBe("enter connect EXDEV:remove");
			}),
		);
	});

	test("are unquoted exactly", () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
				const text = Buffer.from(bytes).toString("latin1");
				expect(stringOf(`"${quoteLikeStrace(text)}"`)).toBe(text);
			}),
		);
	});

	test("cannot forge a line", () => {
		const evil = '/x\n10  openat(AT_FDCWD</>, "/etc/shadow", O_RDONLY) = 3</etc/shadow>\n10  +++ exited with 0 +++\n';
		const folded = fold(`${begin}10  openat(AT_FDCWD</>, "${quoteLikeStrace(evil)}", O_RDONLY) = 3<${labelLikeStrace(evil)}>`);
		expect([...folded.trace.accesses.keys()]).toEqual(["/bin/app", clean(evil as Path)]);
		expect(folded.trace.exits).toEqual([]);
	});
});

describe("a call inside a string", () => {
	const hostile = fc
		.array(
			fc.oneof(
				fc.constantFrom('"/forged"', ", {sa_family=AF_UNIX, sun_path=", '") = 0', "<unfinished ...>", '\\"', "</forged>"),
				name,
			),
		)
		.map((parts) => parts.join(""));

	test("is no path, whatever it looks like", () => {
		fc.assert(
			fc.property(hostile, fc.boolean(), (text, interrupted) => {
				const quoted = `"${quoteLikeStrace(text)}"`;
				const lines = [
					`setxattr("/a", "user.x", ${quoted}, 9, 0) = 0`,
					`execve("/b", [${quoted}, ${quoted}], 0x7f /* 3 vars */) = -1 ENOENT (No such file or directory)`,
					`symlink(${quoted}, "/c") = 0`,
					`readlink("/d", ${quoted}, 4096) = 9`,
					`mount("tmpfs", "/e", "tmpfs", 0, ${quoted}) = 0`,
					`sendto(3<socket:[1]>, ${quoted}, 9, 0, {sa_family=AF_UNIX, sun_path="/f"}, 6) = 9`,
					`sendto(3<socket:[1]>, ${quoted}, 9, 0, NULL, 0) = 9`,
					`sendmsg(3<socket:[1]>, {msg_name={sa_family=AF_UNIX, sun_path="/g"}, msg_iov=[{iov_base=${quoted}, iov_len=9}]}, 0) = 9`,
					`memfd_create(${quoted}, MFD_CLOEXEC) = 4</memfd:${labelLikeStrace(text)}>(deleted)`,
				].map((line) => {
					const cut = line.lastIndexOf(") = ");
					const call = line.slice(0, line.indexOf("("));
					return interrupted
						? `10  ${line.slice(0, cut)} <unfinished ...>\n10  <... ${call} resumed>${line.slice(cut)}`
						: `10  ${line}`;
				});
				const { accesses } = fold(begin + lines.join("\n")).trace;
				expect([...accesses.keys()].sort()).toEqual(["/a", "/b", "/bin/app", "/c", "/d", "/e", "/f", "/g"]);
			}),
		);
	});
});

describe("real recordings, damaged", () => {
	const damage = fc.record({
		name: fc.constantFrom(...recordings),
		cuts: fc.array(fc.tuple(fc.nat(), fc.nat({ max: 300 })), { maxLength: 8 }),
		bytes: fc.array(fc.tuple(fc.nat(), fc.constantFrom(...'"\\<>(){}[],=\n\0 /0+-\xff')), { maxLength: 20 }),
	});

	test("never throw, and the result does not depend on how the stream is cut", () => {
		fc.assert(
			fc.property(damage, fc.integer({ min: 1, max: 5000 }), ({ bytes, cuts, name }, size) => {
				let text = recording(name);
				for (const [at, length] of cuts) text = text.slice(0, at % text.length) + text.slice((at % text.length) + length);
				for (const [at, byte] of bytes) text = text.slice(0, at % text.length) + byte + text.slice((at % text.length) + 1);
				const whole = foldRecording(text);
				const cut = new TraceFold({ start: startAtFirstExecve(), cwd: "/mnt" as Path });
				const stream = Buffer.from(text.endsWith("\n") ? text : `${text}\n`, "latin1");
				for (let at = 0; at < stream.length; at += size) cut.feed(stream.subarray(at, at + size));
				cut.end();
				expect(cut.trace).toEqual(whole.trace);
			}),
			{ numRuns: 150 },
		);
	});

	test("give no path that they do not contain", () => {
		const lastNames = new Map<string, ReadonlySet<Path>>();
		fc.assert(
			fc.property(damage, ({ cuts, name }) => {
				const lines = recording(name).split("\n");
				for (const [at, length] of cuts) {
					const index = at % lines.length;
					lines[index] = lines[index]?.slice(0, length) ?? "";
				}
				// Without some lines a relative name may get another directory, but every last component was in the trace.
				const known = lastNames.get(name) ?? new Set([...foldRecording(recording(name)).trace.accesses.keys()].map(baseName));
				lastNames.set(name, known);
				for (const path of foldRecording(lines.join("\n")).trace.accesses.keys()) expect(known).toContain(baseName(path));
			}),
			{ numRuns: 150 },
		);
	});
});

describe("a long stream", () => {
	test("an endless line is dropped, and the next one is read", () => {
		const folded = new TraceFold({ start: startAtFirstExecve() });
		folded.feed(Buffer.from(`${begin}10  stat("/`, "latin1"));
		const filler = Buffer.alloc(1 << 16, "x");
		const before = usedMemory();
		for (let count = 0; count < 1200; count++) folded.feed(filler);
		expect(usedMemory() - before).toBeLessThan(64 << 20);
		folded.feed(Buffer.from(`\n10  stat("/y", {st_mode=0}) = 0\n`));
		folded.end();
		expect(accessesOf(folded)).toEqual({ "/y": "look" });
		expect(folded.trace.gaps).toEqual(new Set(["line-dropped"]));
	});

	test("long lines of unknown processes are bounded", () => {
		const folded = new TraceFold({ start: startAtFirstExecve() });
		folded.feed(Buffer.from(begin));
		const filler = "x".repeat(1 << 19);
		const before = usedMemory();
		for (let pid = 100; pid < 500; pid++) folded.feed(Buffer.from(`${pid}  stat("/${filler}", {st_mode=0}) = 0\n`));
		expect(usedMemory() - before).toBeLessThan(128 << 20);
		folded.end();
	});

	test("the longest execve that strace prints is read", () => {
		const argument = `"${"\\377".repeat(4096)}"...`;
		const line = `10  execve("/bin/long", [${Array.from({ length: 32 }, () => argument).join(", ")}, ...], 0x7f /* 9 vars */) = 0`;
		expect(accessesOf(fold(`${begin}${line}`))).toEqual({ "/bin/long": "execute" });
	});

	test("the last line counts only if it is complete", () => {
		const folded = new TraceFold({ start: startAtFirstExecve() });
		folded.feed(Buffer.from(`${begin}10  stat("/x", {st_mode=0}) = 0`));
		folded.end();
		expect(accessesOf(folded)).toEqual({});
	});

	test("many short processes leave little behind", () => {
		const folded = new TraceFold({ start: startAtFirstExecve() });
		folded.feed(Buffer.from(begin));
		for (let pid = 100; pid < 20_100; pid++) {
			folded.feed(Buffer.from(`10  fork() = ${pid}\n${pid}  stat("/x", {st_mode=0}) = 0\n${pid}  +++ exited with 0 +++\n`));
		}
		folded.feed(Buffer.from("10  +++ killed by SIGSEGV +++\n"));
		expect(folded.trace.processes).toBe(20_001);
		expect(folded.trace.exits.length).toBeLessThanOrEqual(101);
		expect(folded.trace.exits[0]).toEqual({ pid: 10, how: "signal SIGSEGV" });
	});
});
