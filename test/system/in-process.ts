import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { program, Result } from "./cagewright.ts";

interface BuiltProgram {
	readonly runProgram: (args: readonly string[]) => Promise<number>;
}

let built: Promise<BuiltProgram> | undefined;

function loadBuilt(): Promise<BuiltProgram> {
	const folder = dirname(program);
	const file = readdirSync(folder).find((name) => /^program-\w+\.js$/.test(name));
	if (file === undefined) throw new Error(`no built program in ${folder}`);
	Object.assign(process.env, { LANG: "C.UTF-8", LC_ALL: "C.UTF-8", NO_COLOR: "1" });
	for (const name of ["CAGEWRIGHT_STATE", "LANGUAGE"]) delete process.env[name];
	return import(/* @vite-ignore */ pathToFileURL(join(folder, file)).href);
}

/**
 * Runs the built command line in this process. Tables of refusals use it, because starting a process takes several times as long as the
 * refusal. Only for verbs that read no input, one call at a time. `cagewright` starts the real program.
 */
export async function inProcess(args: readonly string[], { state }: { readonly state: string }): Promise<Result> {
	built ??= loadBuilt();
	const { runProgram } = await built;
	const streams = { stdout: "", stderr: "" };
	const names = ["stdout", "stderr"] as const;
	const writes = names.map((name) => process[name].write);
	for (const name of names) {
		process[name].write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
			streams[name] += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
			const done = rest.at(-1);
			if (typeof done === "function") done();
			return true;
		};
	}
	try {
		const status = await runProgram(["--state", state, ...args]);
		return new Result(status, streams.stdout, streams.stderr);
	} finally {
		names.forEach((name, index) => {
			const write = writes[index];
			if (write) process[name].write = write;
		});
	}
}
