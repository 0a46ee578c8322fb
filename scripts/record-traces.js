import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { root } from "./set-up.js";

/**
 * `node scripts/record-traces.js [NAME…]`: records test/trace/corpus/NAME.fast.strace and NAME.whole.strace from programs/NAME.c.
 * strace gets the options that the tracer uses in its two modes. Needs root and gcc. Each program gets an empty /mnt, its own process
 * table and its own network, so the recording contains no path of this machine. NAME.expected contains the expected result, written by
 * hand.
 */
const corpus = join(root, "test", "trace", "corpus");
const folder = mkdtempSync(join(tmpdir(), "cagewright-corpus-"));
try {
	await build({
		absWorkingDir: root,
		entryPoints: ["src/trace/calls.ts"],
		outfile: join(folder, "options.mjs"),
		bundle: true,
		format: "esm",
		platform: "node",
		target: "node20.19",
	});
	const { straceArguments } = await import(pathToFileURL(join(folder, "options.mjs")).href);
	// A string is never a path, even if it looks like one. Recordings show strings in full to prove it.
	const modes = { fast: straceArguments("fast"), whole: straceArguments("whole") };
	const programs = readdirSync(join(corpus, "programs")).filter((name) => name.endsWith(".c"));
	const wanted = process.argv.slice(2);
	for (const name of programs.map((file) => basename(file, ".c")).filter((one) => !wanted.length || wanted.includes(one))) {
		const program = join(folder, name);
		const form = name === "i386" ? ["-m32", "-ffreestanding", "-nostdlib", "-fno-pie", "-fno-stack-protector"] : ["-pthread"];
		execFileSync("gcc", ["-w", "-static", ...form, "-o", program, join(corpus, "programs", `${name}.c`)], { stdio: "inherit" });
		for (const [mode, options] of Object.entries(modes))
			record(program, join(corpus, `${name}.${mode}.strace`), [...options, "-s", "4096"]);
	}
} finally {
	rmSync(folder, { recursive: true, force: true });
}

function record(program, file, options) {
	const run =
		'mount -t tmpfs tmpfs /mnt && cp "$1" /mnt/program && cd /mnt && out=$2 && shift 2 && exec strace "$@" -o "$out" -- ./program';
	const alone = ["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc", "--net", "--ipc"];
	try {
		execFileSync("unshare", [...alone, "sh", "-c", run, "sh", program, file, ...options], {
			stdio: "inherit",
			env: { PATH: process.env.PATH, LANG: "C" },
		});
	} catch {
		// Some programs fail on purpose.
	}
}
