import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { root, say } from "./set-up.js";

/** Compilers by processor, in Node's names. */
const compilers = { x64: "x86_64-linux-gnu-gcc", arm64: "aarch64-linux-gnu-gcc" };

/** Warnings are errors. The programs need no C library and no relocation; `-fanalyzer` and sanitizers run in the tests. */
const compile = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-Os", "-ffreestanding", "-fno-pic"].concat([
	...["-fno-stack-protector", "-fno-asynchronous-unwind-tables", "-fno-ident"],
]);
const link = ["-static", "-nostdlib", "-no-pie", "-s", "-Wl,-T,native/program.ld", "-Wl,-z,max-page-size=65536", "-Wl,--build-id=none"];

/** Compiles native/*.c for each of these processors into dist/native/PROCESSOR. Exits if a compiler is missing or finds a mistake. */
export function buildNative(processors = [process.arch]) {
	const sources = readdirSync(join(root, "native")).filter((name) => name.endsWith(".c"));
	for (const processor of processors) {
		const compiler = compilers[processor];
		if (!compiler) continue;
		const folder = join("dist", "native", processor);
		mkdirSync(join(root, folder), { recursive: true });
		for (const source of sources) {
			const target = join(folder, basename(source, ".c"));
			const { error, status } = spawnSync(compiler, [...compile, ...link, "-o", target, join("native", source)], {
				cwd: root,
				stdio: ["ignore", 2, 2],
			});
			if (status === 0) continue;
			say(`native/${source} could not be compiled${error ? `: ${error.message}` : ""}`);
			process.exit(3);
		}
		for (const name of readdirSync(join(root, folder))) {
			if (!sources.includes(`${name}.c`)) rmSync(join(root, folder, name));
		}
	}
}
