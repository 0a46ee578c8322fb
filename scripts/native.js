import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { root, say } from "./project.js";
import { isInstalled } from "./system-packages.js";

/** Processors in Node's names, with Debian's cross compilers. A machine compiles for itself with `gcc`. */
export const crossCompilers = { x64: "x86_64-linux-gnu-gcc", arm64: "aarch64-linux-gnu-gcc" };

const strict = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror"];

/** The programs need no C library and no relocation. `-fanalyzer` and sanitizers run in the tests. */
const compile = [
	...strict,
	"-Os",
	"-ffreestanding",
	"-fno-pic",
	"-fno-stack-protector",
	"-fno-asynchronous-unwind-tables",
	"-fno-ident",
];
const link = [
	"-static",
	"-nostdlib",
	"-no-pie",
	"-s",
	"-Wl,-T,native/program.ld",
	"-Wl,-z,max-page-size=65536",
	"-Wl,--build-id=none",
];

const headers = ["/usr/include", "/usr/include/x86_64-linux-gnu", "/usr/include/aarch64-linux-gnu"];
/** For *.bpf.c, which runs in the kernel. The kernel cannot follow what further optimisation makes of comparisons. */
const compileBpf = [...strict, "-O1", "-mcpu=v3", "-c", ...headers.flatMap((folder) => ["-idirafter", folder])];

/**
 * Compiles native/*.c into dist/native/PROCESSOR, for this machine's processor or for these, and removes everything else from
 * dist/native. Only a build for this machine may lack the compiler of *.bpf.c.
 */
export function buildNative(named) {
	const processors = named ?? [process.arch];
	const folder = join(root, "dist", "native");
	const lacksBpf = !named && !isInstalled("bpf-gcc");
	if (lacksBpf) say("without bpf-gcc (Debian package gcc-bpf), this build has no `trace --for` of running cages");
	mkdirSync(folder, { recursive: true });
	for (const processor of processors) compileNative(processor, join(folder, processor), lacksBpf);
	const programs = sources(lacksBpf).map((name) => basename(name, ".c"));
	for (const file of readdirSync(folder, { recursive: true })) {
		const [processor, name] = file.split("/");
		if (processors.includes(processor) && (!name || programs.includes(name))) continue;
		rmSync(join(folder, file), { recursive: true, force: true });
	}
}

/** Compiles native/*.c for a processor into a folder. Exits if the compiler is missing or finds a mistake. */
export function compileNative(processor, folder, lacksBpf = false) {
	if (!crossCompilers[processor]) return;
	const compiler = processor === process.arch ? "gcc" : crossCompilers[processor];
	mkdirSync(folder, { recursive: true });
	for (const source of sources(lacksBpf)) {
		const target = join(folder, basename(source, ".c"));
		if (source.endsWith(".bpf.c")) {
			const object = `${target}.o`;
			run("bpf-gcc", [...compileBpf, "-o", object, join("native", source)], source);
			run("bpf-objcopy", ["-O", "binary", "-j", ".text", object, target], source);
			rmSync(object);
		} else {
			run(compiler, [...compile, ...link, "-o", target, join("native", source)], source);
			chmodSync(target, 0o755);
		}
	}
}

function run(tool, words, source) {
	const { status } = spawnSync(tool, words, { cwd: root, stdio: ["ignore", 2, 2] });
	if (status === 0) return;
	const reason = isInstalled(tool) ? "" : `: ${tool} is missing (Debian package ${packageOf(tool)})`;
	say(`native/${source} could not be compiled${reason}`);
	process.exit(3);
}

const sources = (lacksBpf) =>
	readdirSync(join(root, "native")).filter((name) => name.endsWith(".c") && !(lacksBpf && name.endsWith(".bpf.c")));

function packageOf(tool) {
	if (tool.startsWith("bpf-")) return "gcc-bpf";
	const [, triplet] = /^(.+)-gcc$/.exec(tool) ?? [];
	return triplet ? `gcc-${triplet.replace("_", "-")}` : "gcc";
}
